import { describe, expect, it } from 'vitest';
import { LedgerInMemory } from './support/ledger-in-memory.ts';
import { ask, done, HOUR, idAt, MINUTE, NOON } from './support/messages.ts';

type Step = 'ask' | 'ask again' | 'close' | 'close again' | 'fold' | 'kill' | 'two minutes';

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

/** Whatever the order of ask, close and their copies, the budget is whole again (ledger rules 9 and 15). */
describe('ask, close, repeated ask, repeated close, in every order, before and after folding', () => {
  const orders = permutations<Step>(['ask', 'ask again', 'close', 'close again', 'fold', 'kill', 'two minutes']);

  it.each([
    ['with a refusal', 1],
    ['without one', 3],
  ])('leaves the budget whole, %s', (_, monthlyMicroUsd) => {
    for (const order of orders) {
      const ledger = new LedgerInMemory(NOON);
      const request = ask(idAt(NOON), 2, {
        limits: { tenant: { monthlyMicroUsd, parallel: 1, rps: 0.001, burst: 2 } },
      });
      for (const step of order) {
        if (step === 'ask' || step === 'ask again') ledger.grant(request);
        else if (step === 'close' || step === 'close again') ledger.report(done(request.leaseId, 0));
        else if (step === 'fold') ledger.fold();
        else if (step === 'kill') ledger.kill();
        else ledger.clockMs += 2 * MINUTE;
      }
      const figures = ledger.figures('tenant', '2026-11');
      expect(figures, order.join(', ')).toEqual({ spentMicroUsd: 0, heldMicroUsd: 0, unsettledMicroUsd: 0 });
      ledger.clockMs += 2 * HOUR;
      ledger.fold();
      ledger.kill();
      expect(ledger.figures('tenant', '2026-11').spentMicroUsd).toBe(0);
    }
  });
});
