/** What `npm run slo -- report` asks a router, and what it says where there is nothing to report. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { readReport, writeReport } from '../../../../../cli/slo/report/write.ts';
import { MONTH, OBJECTIVE } from './a-month.ts';

const QUIET = { ...MONTH, requests: 0, costUsd: 0, objectives: [{ ...OBJECTIVE, value: null, kept: null, total: 0 }] };

let replies: Record<string, unknown> = {};
let asked: string[] = [];
const server = createServer(({ url = '' }, response) => {
  asked.push(url);
  const known = Object.hasOwn(replies, url);
  response.writeHead(known ? 200 : 404).end(JSON.stringify(known ? replies[url] : { error: { message: 'no such' } }));
});
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const directory = await mkdtemp(join(tmpdir(), 'carryon-report-'));
afterAll(() => Promise.all([server.close(), rm(directory, { recursive: true })]));
beforeEach(() => {
  asked = [];
});

const target = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, adminKey: 'k', hint: '' };
const report = (tenant?: string) => readReport(target, { month: '2026-11', tenant, withAll: false });
const [ALL, OF_ACME, CONFIG] = ['/admin/slo/months/2026-11', '/admin/slo/months/2026-11?tenant=acme', '/admin/config'];

it('asks for the month of all, or of a tenant, and writes it down twice', async () => {
  replies = { [ALL]: { ...MONTH, tenant: null }, [OF_ACME]: MONTH };
  expect((await report()).tenant).toBeNull();
  const said = await report('acme');
  expect(said.verdict.text).toContain('4 of 6 promises were kept');
  expect(asked).toEqual([ALL, OF_ACME]);
  await writeReport(join(directory, 'reports'), { month: '2026-11', tenant: 'acme', withAll: false }, said);
  await writeReport(join(directory, 'reports'), { month: '2026-11', withAll: false }, said);
  const files = await readdir(join(directory, 'reports'));
  expect(files.toSorted()).toEqual(['2026-11-acme.html', '2026-11-acme.md', '2026-11.html', '2026-11.md']);
});

it('refuses a month that has not begun', async () => {
  replies = { [ALL]: { ...QUIET, at: MONTH.from - 1 } };
  await expect(report()).rejects.toThrow('November 2026 has not begun, so there is nothing to report.');
});

it('asks whether a name is right that had no requests and that config does not know', async () => {
  replies = { [OF_ACME]: QUIET, [CONFIG]: { tenants: [{ name: 'acmee' }, { name: 'globex' }] } };
  await expect(report('acme')).rejects.toThrow(/"acme" had no requests .* Is the name right\? .* acmee and globex;/);
  replies = { [OF_ACME]: QUIET, [CONFIG]: { tenants: [] } };
  await expect(report('acme')).rejects.toThrow('Config names no tenants;');
});

it('makes no report of those that are counted together', async () => {
  replies = { '/admin/slo/months/2026-11?tenant=other': { ...MONTH, tenant: 'other', isAmongOthers: true } };
  await expect(report('other')).rejects.toThrow('"other" is the name under which');
});

it('reports a quiet month of a tenant that config knows', async () => {
  replies = { [OF_ACME]: { ...QUIET, averages: [] }, [CONFIG]: { tenants: [{ name: 'acme' }] } };
  const said = await report('acme');
  expect(said.verdict).toEqual({
    isKept: null,
    text: 'There were no requests in November 2026, so nothing can be judged.',
  });
});

it('shows a refusal in the router’s own words', async () => {
  replies = {};
  await expect(report('acme')).rejects.toThrow('no such');
});
