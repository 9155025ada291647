/** Pins and bypass as an operator sets them, over real TCP: which provider is asked, what is kept, and what is reported. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type AskOptions, admin, answered, cooldowns } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const bench = await startBench();
afterAll(bench.stop);
const FOR_AN_HOUR = { forSeconds: 3_600, reason: 'an incident' };
const PIN = `pins/${encodeURIComponent('app/chat')}`;
const call = async (method: 'PUT' | 'DELETE', path: string, body?: object) => {
  const reply = await admin(bench.url, path, { method, body });
  expect([reply.status, await reply.text()]).toEqual([200, expect.any(String)]);
};
const bypass = () => call('PUT', 'bypass', FOR_AN_HOUR);
beforeEach(async () => {
  bench.sandbox.reset();
  await call('DELETE', 'bypass');
  await call('DELETE', PIN);
  await admin(bench.url, 'cooldowns/a', { method: 'DELETE' });
  await admin(bench.url, 'cooldowns/b', { method: 'DELETE' });
});

const asked = () => [bench.sandbox.counts().openai.requests, bench.sandbox.counts().anthropic.requests];
let questions = 0;
const newQuestion = () => `In 9 words: what is a failover, operator ${++questions}?`;
const inSummaries = (options: AskOptions) =>
  answered(bench.url, { ...options, headers: { 'x-carryon-feature': 'summarize', ...options.headers } });
const said = ({ header }: Awaited<ReturnType<typeof answered>>) =>
  ['mode', 'cache', 'deployment'].map((name) => header(`x-carryon-${name}`));

describe('bypass', () => {
  test('asks the first deployment for each request: none of 20 equal questions is shared, and no answer is cached', async () => {
    await bypass();
    const question = newQuestion();
    const ask = (stream: boolean) => inSummaries({ question, stream });
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(index % 2 === 0)));
    for (const answer of all) {
      expect([answer.status, ...said(answer)]).toEqual([200, 'bypass', null, 'a']);
      expect(answer.header('cache-control')).toBe('no-store');
    }
    expect(asked()).toEqual([20, 0]);
    await call('DELETE', 'bypass');
    expect(said(await ask(false))).toEqual([null, 'miss', 'a']);
    expect(asked()).toEqual([21, 0]);
  });

  test('an answer under a key is kept under it, says how it was made, and is copied to no cache', async () => {
    await bypass();
    const question = newQuestion();
    const keyed = { question, headers: { 'idempotency-key': `bypass-${questions}` } };
    expect(said(await inSummaries(keyed))).toEqual(['bypass', null, 'a']);
    await call('DELETE', 'bypass');
    const again = await inSummaries(keyed);
    expect([said(again)[0], again.header('x-carryon-replayed'), again.header('cache-control')]).toEqual([
      'bypass',
      '1',
      'no-store',
    ]);
    expect(asked()).toEqual([1, 0]);
    expect(said(await inSummaries({ question }))).toEqual([null, 'miss', 'a']);
  });

  test('makes one attempt, begins no cooldown, and its refusals say the mode', async () => {
    await bypass();
    await bench.sandbox.setFault('openai', '503');
    for (let request = 1; request <= 6; request++) {
      const failed = await answered(bench.url, { question: newQuestion() });
      expect([failed.status, failed.header('x-carryon-mode'), failed.header('x-carryon-attempts')]).toEqual([
        503,
        'bypass',
        null,
      ]);
      expect(asked()).toEqual([request, 0]);
    }
    expect(await cooldowns(bench.url, 'a')).toEqual([]);
    await call('DELETE', 'bypass');
    expect(said(await answered(bench.url, { question: newQuestion() }))[2]).toBe('b');
  });
});

describe('a pinned deployment', () => {
  test('is asked first; where it fails the other serves, and while it is in cooldown it is still asked first', async () => {
    await call('PUT', PIN, { deployment: 'b', ...FOR_AN_HOUR });
    expect(said(await answered(bench.url, { question: newQuestion() }))).toEqual([null, null, 'b']);
    expect(asked()).toEqual([0, 1]);
    await bench.sandbox.setFault('anthropic', '401');
    for (let request = 2; request <= 5; request++) {
      const answer = await answered(bench.url, { question: newQuestion(), stream: request % 2 === 0 });
      expect([answer.status, said(answer)[2], answer.header('x-carryon-attempts')]).toEqual([200, 'a', '2']);
      expect(asked()).toEqual([request - 1, request]);
    }
    const [cooldown] = await until('its cooldown is known', async () => {
      const all = await cooldowns(bench.url, 'b');
      return all.length > 0 && all;
    });
    expect(cooldown?.cause).toBe('bad_key');
  });
});
