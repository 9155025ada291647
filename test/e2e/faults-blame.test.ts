/** Who is blamed: one person's slow prompts cause no cooldown, a provider that names a time gets it, an operator can end a cooldown. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { admin, answered, cooldowns, QUESTION } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const bench = await startBench({ config: 'steady' });
afterAll(bench.stop);
beforeEach(() => bench.sandbox.reset());

const callsOfA = () => bench.sandbox.counts()[bench.a].requests;
const LONG_AGO_MS = 300_000;

describe('one person’s slow long prompts', () => {
  const REPORT = `Summarize the yearly report. ${'All of it matters. '.repeat(1_200)}`;

  test.each([
    { mode: 'streamed', stream: true, fault: 'slow-first-token' },
    { mode: 'not streamed', stream: false, fault: 'slow-first-token' },
    { mode: 'streamed, headers late', stream: true, fault: 'hang-before-headers' },
    { mode: 'not streamed, headers early', stream: false, fault: 'keep-alives-only' },
  ] as const)('cool nobody ($mode)', async ({ stream, fault }) => {
    const lane = bench.lane('unhurried');
    const ask = (user: string, question: string) => answered(bench.url, { model: lane.alias, stream, user, question });
    const delayMs = fault === 'keep-alives-only' ? 50 : LONG_AGO_MS;
    await bench.sandbox.setFault(bench.a, fault, { delayMs, user: 'yearly report' });

    const slow = await Promise.all(Array.from({ length: 8 }, () => ask('one-person', REPORT)));
    for (const got of slow) {
      expect(got).toMatchObject({ status: 200, finishReason: 'stop', error: undefined });
      expect(got.header('x-carryon-deployment')).toBe(lane.b);
    }
    expect(callsOfA()).toBe(8);
    expect(await cooldowns(bench.url, lane.a, lane.b)).toEqual([]);
    for (const user of ['one-person', 'another', 'a-third']) {
      expect((await ask(user, QUESTION)).header('x-carryon-deployment')).toBe(lane.a);
    }
    expect(callsOfA()).toBe(11);
  });
});

describe('a provider that says when to come again', () => {
  /** When the last of the requests that are still remembered reached A. */
  const lastAt = (): number => {
    const last = bench.sandbox.requests().findLast(({ provider }) => provider === bench.a);
    return last?.at ?? Number.NaN;
  };
  const firstAt = (): number => bench.sandbox.requests().find(({ provider }) => provider === bench.a)?.at ?? Number.NaN;

  test.each([
    { stream: true, hint: { retryAfterMs: 400 }, askedMs: 400 },
    { stream: false, hint: { retryAfter: 1 }, askedMs: 1_000 },
  ])('is waited for where that is short: $hint', async ({ stream, hint, askedMs }) => {
    const lane = bench.lane('calm');
    await bench.sandbox.setFault(bench.a, '429-retry-after', { ...hint, times: 1 });
    const got = await answered(bench.url, { model: lane.alias, stream });
    expect(got).toMatchObject({ status: 200, finishReason: 'stop' });
    expect(got.header('x-carryon-deployment')).toBe(lane.a);
    expect(got.header('x-carryon-attempts')).toBe('2');
    expect(got.header('x-carryon-hops')).toBeNull();
    expect(lastAt() - firstAt()).toBeGreaterThanOrEqual(askedMs);
  });

  test('is left alone for as long where that is longer, and serves again afterwards', async () => {
    const lane = bench.lane('calm');
    await bench.sandbox.setFault(bench.a, '429-retry-after', { retryAfterMs: 2_100, times: 1 });
    const got = await answered(bench.url, { model: lane.alias });
    expect(got.header('x-carryon-deployment')).toBe(lane.b);
    expect(got.header('x-carryon-attempts')).toBe('2');
    const refusedAt = lastAt();
    await until('A serves', async () => {
      const { status, header } = await answered(bench.url, { model: lane.alias });
      expect(status).toBe(200);
      return header('x-carryon-deployment') === lane.a;
    });
    expect(lastAt() - refusedAt).toBeGreaterThanOrEqual(2_100);
    expect(callsOfA()).toBe(2);
  });
});

describe('a cooldown that an operator ends', () => {
  test.each(['401', '404', '500'] as const)('after %s: A is asked again at once', async (fault) => {
    const lane = bench.lane('calm');
    await bench.sandbox.setFault(bench.a, fault);
    while ((await cooldowns(bench.url, lane.a)).length === 0) await answered(bench.url, { model: lane.alias });
    await bench.sandbox.setFault(bench.a, null);
    expect((await answered(bench.url, { model: lane.alias })).header('x-carryon-deployment')).toBe(lane.b);

    const cleared = await admin(bench.url, `cooldowns/${lane.a}`, { method: 'DELETE' });
    expect(await cleared.json()).toEqual({ deployment: lane.a, cleared: true });
    expect(await cooldowns(bench.url, lane.a)).toEqual([]);
    expect((await answered(bench.url, { model: lane.alias })).header('x-carryon-deployment')).toBe(lane.a);
  });

  test('a deployment that does not exist is a named 404', async () => {
    const response = await admin(bench.url, 'cooldowns/nobody', { method: 'DELETE' });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'not_found' } });
  });
});
