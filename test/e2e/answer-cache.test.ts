/** Kept answers, over HTTP and in the real cache: given again, only to their owners, forgotten, stale. */
import { afterAll, beforeEach, expect, test } from 'vitest';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { createKey } from '../support/admin.ts';
import { type AskOptions, admin, answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const bench = await startBench();
afterAll(bench.stop);
beforeEach(() => bench.sandbox.reset());

const calls = () => bench.sandbox.counts().openai.requests + bench.sandbox.counts().anthropic.requests;
let questions = 0;
const question = () => `In 12 words: what is a failover, number ${++questions}?`;
const summarize = (options: AskOptions, key = LOCAL_CLIENT_KEY) =>
  answered(bench.url, {
    ...options,
    headers: { 'x-carryon-feature': 'summarize', authorization: `Bearer ${key}`, ...options.headers },
  });

/** The first answer, once it is in the cache. */
async function kept(asked: string, options: AskOptions = {}) {
  const first = await summarize({ question: asked, ...options });
  expect([first.status, first.header('x-carryon-cache')]).toEqual([200, 'miss']);
  await until('it is kept', async () => (await summarize({ question: asked })).header('x-carryon-cache') === 'hit');
  bench.sandbox.reset();
  return first;
}

test.each([true, false])('an equal question is answered without a call (first streamed: %s)', async (stream) => {
  const asked = question();
  const first = await kept(asked, { stream });
  const ledger = await (await admin(bench.url, 'ledger/local?scope=tenant')).text();
  for (const again of [true, false]) {
    const second = await summarize({
      question: asked,
      stream: again,
      body: { stream_options: { include_usage: true } },
    });
    expect(second).toMatchObject({ status: 200, text: first.text, finishReason: first.finishReason });
    if (again) expect([second.done, second.costUsd]).toEqual([true, 0]);
    expect(second.header('x-carryon-cache')).toBe('hit');
    expect(Number(second.header('age'))).toBeGreaterThanOrEqual(0);
  }
  expect(calls()).toBe(0);
  expect(await (await admin(bench.url, 'ledger/local?scope=tenant')).text()).toBe(ledger);
});

test('under an idempotency key too it is a hit that tells its age, and so is its repetition', async () => {
  const asked = question();
  const first = await kept(asked);
  for (const stream of [false, true]) {
    const again = await summarize({ question: asked, stream, headers: { 'idempotency-key': `kept-${process.pid}` } });
    expect([again.text, again.header('x-carryon-cache')]).toEqual([first.text, 'hit']);
    expect(again.header('age')).toMatch(/^\d+$/);
    expect(again.header('x-answer-stored-at')).toBeNull();
  }
  expect(calls()).toBe(0);
});

test('another tenant gets an answer of its own', async () => {
  const asked = question();
  await kept(asked);
  const key = await createKey(bench.url, 'other');
  expect((await summarize({ question: asked }, key)).header('x-carryon-cache')).toBe('miss');
  expect(calls()).toBe(1);
});

test('purged: asked again', async () => {
  const asked = question();
  await kept(asked);
  const purged = await admin(bench.url, 'answers?tenant=local&feature=summarize', { method: 'DELETE' });
  expect([purged.status, await purged.json()]).toMatchObject([200, { tenant: 'local', feature: 'summarize' }]);
  expect((await summarize({ question: asked })).header('x-carryon-cache')).toBe('miss');
  const wrong = await admin(bench.url, 'answers?tenant=local&feature=nope', { method: 'DELETE' });
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: { param: 'feature' } }]);
});

test('providers are down: what is kept serves even where a new answer was wanted', async () => {
  const asked = question();
  const first = await kept(asked);
  await bench.sandbox.setFault('openai', '500');
  await bench.sandbox.setFault('anthropic', '500');
  const stale = await summarize({ question: asked, headers: { 'x-carryon-cache': 'refresh' } });
  expect(stale).toMatchObject({ status: 200, text: first.text });
  expect(stale.header('x-carryon-cache')).toBe('stale');
  expect(stale.header('x-carryon-stale-cause')).toBe('providers_unavailable');
});
