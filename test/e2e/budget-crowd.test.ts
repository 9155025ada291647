/** Slices of many users hold slots that nothing uses. They leave enough of them for a crowd of others (ledger rule 28). */
import { afterAll, expect, test } from 'vitest';
import { type Answered, answered } from '../support/ask.ts';
import { BudgetBench, type Payer } from '../support/budget-bench.ts';

const bench = await BudgetBench.start({ isolates: 2 });
afterAll(() => bench.stop());

const SLOTS = 200;

const send = ({ key }: Payer, user: string, number: number): Promise<Answered> =>
  answered(bench.urls[number % bench.urls.length] as string, {
    ...{ model: 'app/openai', user, body: { max_tokens: 20 } },
    headers: { authorization: `Bearer ${key}` },
  });

test('a hundred users have asked six times each, twenty at a time; then sixty others ask at once: nobody is refused', async () => {
  const payer = await bench.payer({ parallel: SLOTS });
  const refused = { busy: 0, others: 0 };
  const busy = async (first: number): Promise<void> => {
    for (let user = first; user < 100; user += 20) {
      for (let request = 0; request < 6; request++) {
        const { status } = await send(payer, `busy-${user}`, user);
        if (status !== 200) refused.busy++;
      }
    }
  };
  bench.sandbox.setPace({ ttftMs: 0, tokenMs: 0 });
  await Promise.all(Array.from({ length: 20 }, (_, first) => busy(first)));
  // Nothing runs any more, but slices admit for ten seconds.
  bench.sandbox.setPace({ ttftMs: 1_000, tokenMs: 0 });
  const others = Array.from({ length: 60 }, (_, user) => send(payer, `other-${user}`, user));
  for (const { status } of await Promise.all(others)) if (status !== 200) refused.others++;
  expect(refused).toEqual({ busy: 0, others: 0 });
});
