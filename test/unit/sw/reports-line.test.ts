import { expect, it } from 'vitest';
import { Reports } from '../../../sw/reports.ts';
import type { Person, Report } from '../../../sw/store/store.ts';
import { quickPlatform } from './quick-platform.ts';

const person = { name: 'ana', part: 'p' } as Person;
const report: Report = { id: 'r', at: 1, kind: 'stale', feature: 'chat', waitedMs: 0 };
const OURS = { 'x-request-id': '01a22377-e21c-7193-acd8-c8535129d424' };

it('reports stay where the line is dead or lost, and nothing waits for them', async () => {
  const lines: (() => Promise<Response>)[] = [
    () => new Promise(() => {}),
    () => Promise.reject(new TypeError('Failed to fetch')),
    async () => new Response('<html>'),
    async () => new Response(null, { status: 204, headers: OURS }),
  ];
  const gone: string[] = [];
  const store = {
    report: async () => {},
    reports: async () => [report],
    reported: async (_: Person, ids: readonly string[]) => void gone.push(...ids),
  };
  const platform = quickPlatform({ fetch: () => (lines.shift() as () => Promise<Response>)() });
  const reports = new Reports('https://router.example', platform, store);
  const seen: number[] = [];
  while (lines.length > 0) {
    await reports.sendBehind(person, new Headers({ authorization: 'Bearer t' }));
    seen.push(gone.length);
  }
  expect(seen).toEqual([0, 0, 0, 1]);
});
