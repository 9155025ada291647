/** Bypass in two isolates, many clients, a provider that fails one time in five: its bills never exceed the cap. */
import { afterAll, beforeEach, expect, test } from 'vitest';
import { admin, answered } from '../support/ask.ts';
import { BudgetBench } from '../support/budget-bench.ts';
import { failInTurn, runLoad, watchBooks } from '../support/budget-load.ts';
import { until } from '../support/until.ts';

const CAP = 60_000;
const REQUESTS = 400;
/** More than the cap has room for, and few enough that a busy machine answers some of them within the time limits. */
const AT_ONCE = 60;
const MODEL = 'unhurried/both';

const bench = await BudgetBench.start({ isolates: 2 });
afterAll(() => bench.stop());
beforeEach(() => bench.sandbox.reset());

test('bypass never overspends', async () => {
  const body = { forSeconds: 3_600, reason: 'an incident' };
  expect((await admin(bench.url, 'bypass', { method: 'PUT', body })).status).toBe(200);
  for (const url of bench.urls) {
    await until('bypass is known', async () => {
      const { header } = await answered(url, { model: MODEL });
      return header('x-carryon-mode') === 'bypass';
    });
  }
  bench.sandbox.reset();
  bench.sandbox.setPace({ ttftMs: 30, tokenMs: 2 });
  const payer = await bench.payer({ monthlyUsd: CAP / 1e6 });
  const ending = new AbortController();
  const calling = new AbortController();
  const failing = failInTurn(bench, 0.2, ending.signal);
  const watching = watchBooks(bench, payer, CAP, ending.signal, ({ held, spent }) => {
    if (held === 0 && spent >= 0.8 * CAP) calling.abort();
  });
  const plan = { seed: 'bypass', requests: REQUESTS, atOnce: AT_ONCE, calledOff: calling.signal, model: MODEL };
  const { ends } = await runLoad(() => bench.urls, payer, plan).finally(() => ending.abort());
  await failing;
  expect((await watching).wrong).toEqual([]);
  expect(ends.answered).toBeGreaterThan(0);
  expect(ends.refused + ends['called off']).toBeGreaterThan(0);
  const books = await payer.atRest();
  expect(books.spent).toBeLessThanOrEqual(CAP);
  expect(bench.billed).toBeLessThanOrEqual(books.spent);
  expect(bench.billed).toBeGreaterThan(CAP / 20);
  // One deployment of two, and no other instead of it.
  expect(bench.sandbox.counts().anthropic.started).toBe(0);
});
