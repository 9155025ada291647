/** What is left of a person's budget, as the strip shows it. */
import { expect, it } from 'vitest';
import { readBudget } from '../../../web-demo/core/budget.ts';
import { BudgetLeft } from '../../../web-demo/state/budget.ts';
import { wordsFor } from '../../../web-demo/words/words.ts';

const daily = { scope: 'user:ana', limit: 'daily', remainingRatio: 0.94, capUsd: 0.5, usedUsd: 0.012 };
const monthly = { scope: 'user:ana', limit: 'monthly', remainingRatio: 0.99, capUsd: 5, usedUsd: 0.05 };
const rate = { scope: 'user:ana', limit: 'rps', remainingRatio: 0.1, cap: 5, used: 4 };

it.each([
  ['the tightest', { limits: [rate, monthly, daily] }, { usedUsd: 0.012, capUsd: 0.5 }],
  ['none without limits', { limits: [rate] }, null],
  ['none where amounts are hidden', { limits: [{ ...daily, capUsd: undefined, usedUsd: undefined }] }, null],
  ['none in anything else', { error: {} }, null],
  ['none in nothing', null, null],
])('is %s', (_, reply, budget) => expect(readBudget(reply)).toEqual(budget));

it('is read once for several answers, with the person’s token, and stays where the router does not answer', async () => {
  const due: (() => void)[] = [];
  const asked: unknown[] = [];
  let status = 200;
  const left = new BudgetLeft(
    {
      later: (_, then) => void due.push(then),
      fetch: (async (path: string, init: RequestInit) => {
        asked.push([path, init.headers]);
        return Response.json(status === 200 ? { limits: [daily] } : {}, { status });
      }) as unknown as typeof fetch,
    },
    async () => 't1',
  );
  const read = async () => {
    left.readSoon();
    left.readSoon();
    due.shift()?.();
    await new Promise((resume) => setImmediate(resume));
  };
  await read();
  status = 503;
  await read();
  expect(left.budget.value).toEqual({ usedUsd: 0.012, capUsd: 0.5 });
  expect(asked).toEqual(Array(2).fill(['/v1/usage', { authorization: 'Bearer t1' }]));
  expect(due).toEqual([]);
});

it('is said in both languages', () => {
  const said = (language: string) => wordsFor([language]).strip.budget(0.012, 0.5).replaceAll(/\s/g, ' ');
  expect([said('en'), said('de')]).toEqual(['$0.012 of $0.50', '0,012 $ von 0,50 $']);
});
