/**
 * Rates over HTTP: a refusal's `retry-after-ms` is true, for every kind of scope. That 10,000 requests against 50 a second are
 * counted exactly stands in test/unit/core/ledger/rates.test.ts, where time is a number.
 */
import { afterAll, expect, test } from 'vitest';
import { type Answered, answered } from '../support/ask.ts';
import { BudgetBench, type Payer } from '../support/budget-bench.ts';
import { until } from '../support/until.ts';

const bench = await BudgetBench.start({ isolates: 2 });
afterAll(() => bench.stop());

interface Sent {
  model?: string;
  user?: string;
  feature?: string;
  stream?: boolean;
  url?: string;
  signal?: AbortSignal;
}

const send = (
  { key }: Payer,
  { feature, url = bench.url, model = 'app/openai', ...rest }: Sent = {},
): Promise<Answered> =>
  answered(url, {
    ...rest,
    model,
    headers: { authorization: `Bearer ${key}`, ...(feature !== undefined && { 'x-carryon-feature': feature }) },
  });

const limitOf = ({ raw }: Answered): Record<string, unknown> =>
  (JSON.parse(raw) as { error: { limit: Record<string, unknown> } }).error.limit;
const waitOf = (refused: Answered): number => Number(refused.header('retry-after-ms'));

/** Not less than `ms`, and hardly more. */
async function exactly(ms: number): Promise<void> {
  const over = performance.now() + ms;
  for (let left = ms; left > 0; left = over - performance.now())
    await new Promise((resolve) => setTimeout(resolve, left));
}

interface Case {
  kind: string;
  scope: (payer: Payer) => string;
  /** A request that counts in the scope. */
  inside: Sent;
  /** A request of the same tenant that does not count in the scope. */
  outside?: Sent;
}

const CASES: readonly Case[] = [
  { kind: 'tenant', scope: () => 'tenant', inside: { user: 'ana' } },
  { kind: 'user', scope: () => 'user:ana', inside: { user: 'ana' }, outside: { user: 'bob' } },
  { kind: 'anonymous', scope: () => 'anonymous', inside: {}, outside: { user: 'bob' } },
  { kind: 'feature', scope: () => 'feature:search', inside: { feature: 'search' }, outside: { feature: 'chat' } },
  { kind: 'key', scope: ({ keyId }) => `key:${keyId}`, inside: { user: 'ana' } },
];

/** How long one request takes to come back. A busy machine may need seconds for the few requests that have to meet the empty bucket. */
const REFILL_S = 5;

test.concurrent.each(CASES)('requests a second, of a $kind: a client that waits as told is served', async (one) => {
  const payer = await bench.payer();
  const scope = one.scope(payer);
  await payer.limit({ scope, rps: 1 / REFILL_S, burst: 3 });
  const quota = (answer: Answered) =>
    ['limit', 'remaining', 'reset'].map((name) => answer.header(`x-ratelimit-${name}-requests`));
  const first = await Promise.all([send(payer, one.inside), send(payer, one.inside), send(payer, one.inside)]);
  expect(first.map(({ status }) => status)).toEqual([200, 200, 200]);
  const quotas = first.map(quota);
  expect(quotas.map(([limit]) => limit)).toEqual(['3', '3', '3']);
  expect(quotas.map(([, remaining]) => remaining).toSorted()).toEqual(['0', '1', '2']);
  for (const [, , reset] of quotas) expect(reset).toMatch(/^\d+s$/);

  for (let turn = 0; turn < 2; turn++) {
    const refused = await send(payer, one.inside);
    expect([refused.status, refused.error?.code]).toEqual([429, 'rate_limit_exceeded']);
    expect(limitOf(refused)).toEqual({ owner: 'carryon', scope, name: 'rps', cap: 3 });
    expect(quota(refused).slice(0, 2)).toEqual(['3', '0']);
    expect(waitOf(refused)).toBeGreaterThan(0);
    expect(waitOf(refused)).toBeLessThanOrEqual(REFILL_S * 1_000);
    expect(Number(refused.header('retry-after'))).toBe(Math.ceil(waitOf(refused) / 1_000));
    expect(refused.header('x-should-retry')).toBeNull();
    if (one.outside) expect((await send(payer, one.outside)).status).toBe(200);
    // Another isolate gives the same time, and not a later one: asking takes nothing.
    const again = await send(payer, { ...one.inside, url: bench.urls[1] as string });
    expect(again.status).toBe(429);
    expect(waitOf(again)).toBeLessThanOrEqual(waitOf(refused));
    await exactly(waitOf(again));
    expect((await send(payer, one.inside)).status).toBe(200);
  }
});

test.concurrent('of forty at once a burst of five is served, and each of the others when it is told to come', async () => {
  const payer = await bench.payer({ rps: 20, burst: 5 });
  const beganAt = performance.now();
  let served = 0;
  let early = 0;
  const client = async (index: number): Promise<void> => {
    for (;;) {
      const answer = await send(payer, { url: bench.urls[index % 2] as string });
      if (answer.status === 200) {
        served++;
        return;
      }
      expect(answer.error?.code).toBe('rate_limit_exceeded');
      early++;
      await exactly(waitOf(answer));
    }
  };
  await Promise.all(Array.from({ length: 40 }, (_, index) => client(index)));
  const tookMs = performance.now() - beganAt;
  expect(served).toBe(40);
  expect(early).toBeGreaterThan(30);
  // 35 beyond the burst, 50 ms apart.
  expect(tookMs).toBeGreaterThanOrEqual(35 * 50);
});

test.concurrent('tokens a minute: what is held counts, and the refusal lasts until the minute is over', async () => {
  const payer = await bench.payer({ tpm: 5_000 });
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 8_000) await exactly(leftMs);
  // The tokens of the question and of an answer at its cap of 4,096.
  const first = await send(payer);
  expect([first.status, first.header('x-ratelimit-limit-tokens')]).toEqual([200, '5000']);
  const worst = 5_000 - Number(first.header('x-ratelimit-remaining-tokens'));
  expect(worst).toBeGreaterThan(4_096);
  expect(first.header('x-ratelimit-reset-tokens')).toMatch(/^(\d+s|1m0s)$/);
  await payer.atRest();

  // Now one alone would fit, but not in addition to what was booked.
  await payer.limit({ tpm: worst });
  const refused = await send(payer);
  const answeredAt = Date.now();
  expect([refused.status, limitOf(refused)]).toEqual([
    429,
    { owner: 'carryon', scope: 'tenant', name: 'tpm', cap: worst },
  ]);
  const fromMinute = (answeredAt + waitOf(refused)) % 60_000;
  expect(Math.min(fromMinute, 60_000 - fromMinute)).toBeLessThan(2_000);
  await payer.limit({ tpm: 1 });
  const never = await send(payer);
  expect([never.status, never.header('x-should-retry'), limitOf(never).name]).toEqual([429, 'false', 'tpm']);
  await payer.limit({ tpm: 5_000 });
  expect((await send(payer)).status).toBe(200);
});

test.concurrent('requests at once: the place of one that ended, or left, is free', async () => {
  const payer = await bench.payer({ parallel: 2 });
  // The other tests use the other provider.
  const model = 'app/anthropic';
  bench.sandbox.setPace({ ttftMs: 10, tokenMs: 10 });
  const leaving = new AbortController();
  const asides = [
    send(payer, { model, stream: true, signal: leaving.signal }).catch(() => undefined),
    send(payer, { model, stream: true }),
  ];
  await until('both run', () => bench.sandbox.counts().anthropic.active === 2);
  const refused = await send(payer, { model });
  expect([refused.status, refused.error?.code, waitOf(refused)]).toEqual([429, 'rate_limit_exceeded', 1_000]);
  expect(limitOf(refused)).toEqual({ owner: 'carryon', scope: 'tenant', name: 'parallel', cap: 2 });
  leaving.abort();
  await until('its place is free', async () => (await send(payer, { model })).status === 200, 5_000);
  await Promise.all(asides);
  const three = await Promise.all([send(payer, { model }), send(payer, { model }), send(payer, { model })]);
  expect(three.map(({ status }) => status).toSorted()).toEqual([200, 200, 429]);
});
