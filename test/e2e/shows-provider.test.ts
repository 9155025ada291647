/** Which provider served and what it cost, as a page of either kind of tenant sees it: in headers, body, stream and errors. */
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createKey } from '../support/admin.ts';
import { type AskOptions, answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';

const PAGE = 'http://localhost:5173';

const bench = await startBench({ config: 'front-ends' });
afterAll(bench.stop);
beforeEach(() => bench.sandbox.reset());

const pageKeys: Record<string, string> = {};
for (const tenant of ['shows', 'hides', 'unnamed'])
  pageKeys[tenant] = await createKey(bench.url, tenant, { kind: 'publishable', origins: [PAGE] });

let keys = 0;
const asPage = (tenant: string, { headers, ...options }: AskOptions) =>
  answered(bench.url, {
    ...options,
    headers: { authorization: `Bearer ${pageKeys[tenant]}`, origin: PAGE, ...headers },
  });

/** Every form of an answer; last a cached one, which is asked for twice. */
const FORMS: [string, () => AskOptions][] = [
  ['JSON', () => ({})],
  ['a stream', () => ({ stream: true, body: { stream_options: { include_usage: true } } })],
  ['a resumable stream', () => ({ stream: true, headers: resumable() })],
  ['JSON under a key', () => ({ headers: { 'idempotency-key': `shows-${process.pid}-${++keys}` } })],
  ['a shared answer', () => ({ headers: { 'x-carryon-feature': 'cached' } })],
  ['the same from the cache', () => ({ headers: { 'x-carryon-feature': 'cached' } })],
];
const resumable = () => ({ 'idempotency-key': `shows-${process.pid}-${++keys}`, 'x-carryon-resume': '1' });

test.each(FORMS)('%s', async (_, form) => {
  for (const tenant of ['shows', 'unnamed']) {
    const shown = await asPage(tenant, form());
    expect([tenant, shown.status, shown.raw.includes('sandbox-openai')]).toEqual([tenant, 200, true]);
  }
  const hidden = await asPage('hides', form());
  expect([hidden.status, hidden.raw.includes('sandbox-openai'), hidden.costUsd]).toEqual([200, false, undefined]);
  expect(hidden.raw).toContain('"model":"app/chat"');
  expect(hidden.raw).not.toMatch(/"carryon"|attempts|costUsd/);
  for (const name of ['deployment', 'provider', 'model', 'cost-usd', 'budget-remaining-usd'])
    expect([name, hidden.header(`x-carryon-${name}`)]).toEqual([name, null]);
});

test('an error', async () => {
  await bench.sandbox.setFault('openai', '400');
  const hidden = await asPage('hides', {});
  const shown = await asPage('shows', {});
  expect([hidden.status, hidden.header('x-carryon-deployment')]).toEqual([400, null]);
  expect([shown.status, shown.header('x-carryon-deployment')]).toEqual([400, 'a']);
  expect([hidden.raw.includes('attempts'), shown.raw.includes('"attempts":[{"deployment":"a"')]).toEqual([false, true]);
});

test('a server of the tenant that hides it learns it all the same', async () => {
  const key = await createKey(bench.url, 'hides');
  const answer = await answered(bench.url, { headers: { authorization: `Bearer ${key}` } });
  expect([answer.header('x-carryon-deployment'), answer.raw.includes('sandbox-openai')]).toEqual(['a', true]);
  expect(answer.header('x-carryon-cost-usd')).not.toBeNull();
});
