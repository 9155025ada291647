/** Ledger rule 30: runs that began while the ledger could not be reached, as policy allowed. They are reported with their scopes. */
import { describe, expect, it } from 'vitest';
import { LedgerInMemory } from './support/ledger-in-memory.ts';
import { ask, done, HOUR, idAt, MINUTE, NOON, report } from './support/messages.ts';

const MONTH = '2026-11';
const told = (id: string, microUsd: number) => done(id, microUsd, { scopes: ['tenant'] });
const spent = (ledger: LedgerInMemory) => ledger.figures('tenant', MONTH).spentMicroUsd;

describe('a run whose grant came but was not heard', () => {
  /** The ask arrives and its reply is lost; the run takes ten minutes. */
  const runs = () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.grant(ask(id, 5, { runForMs: 14 * MINUTE }));
    ledger.clockMs += 10 * MINUTE;
    return { ledger, id };
  };

  it('is booked at its cost, in the lease that holds its worst case', () => {
    const { ledger, id } = runs();
    expect(ledger.report(told(id, 3))).toEqual(['applied']);
    expect(ledger.figures('tenant', MONTH)).toEqual({ spentMicroUsd: 3, heldMicroUsd: 0, unsettledMicroUsd: 0 });
    expect(ledger.tables.load().leases).toMatchObject([{ origin: 'unreachable', grantedAt: NOON }]);
  });

  it.each([
    ['once', 1],
    ['and again, because the reply was lost', 2],
  ])('is charged once when it is reported %s, whatever is folded in between', (_, times) => {
    const { ledger, id } = runs();
    for (let time = 0; time < times; time++) {
      ledger.report(told(id, 3));
      ledger.fold();
      ledger.kill();
      ledger.clockMs += 5_000;
    }
    expect(spent(ledger)).toBe(3);
  });

  it('is final an hour after its id, folded or not', () => {
    for (const folds of [false, true]) {
      const { ledger, id } = runs();
      ledger.report(told(id, 3));
      ledger.clockMs = NOON + HOUR;
      if (folds) ledger.fold();
      expect(ledger.report(told(id, 4))).toEqual(['applied']);
      ledger.clockMs += 1;
      if (folds) ledger.fold();
      expect(ledger.report(told(id, 5))).toEqual(['unknown']);
      expect(spent(ledger)).toBe(4);
    }
  });

  it('is not charged twice where an operator had settled it in full before', () => {
    const { ledger, id } = runs();
    ledger.clockMs += 6 * MINUTE;
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: null });
    ledger.fold();
    expect(ledger.report(told(id, 3))).toEqual(['applied']);
    expect(spent(ledger)).toBe(0);
  });

  it('is marked as one with its first report, though that has nothing spent yet', () => {
    const { ledger, id } = runs();
    ledger.report(report(id, 0, { scopes: ['tenant'] }));
    ledger.kill();
    expect(ledger.tables.load().leases).toMatchObject([{ origin: 'unreachable', done: false }]);
  });

  it('may cost more than the grant that was not heard, without being reported as over granted', () => {
    const { ledger, id } = runs();
    expect(ledger.report(told(id, 9))).toEqual(['applied']);
    expect(spent(ledger)).toBe(9);
  });
});

it('of a clock that is ahead: what was booked in full is not charged again when it is reported', () => {
  const ledger = new LedgerInMemory(NOON);
  const id = idAt(NOON + MINUTE);
  ledger.grant(ask(id, 5, { admitForMs: 1, runForMs: 0 }));
  ledger.clockMs = NOON + HOUR + 45_000;
  ledger.fold();
  expect(ledger.report(told(id, 3))).toEqual(['applied']);
  expect(spent(ledger)).toBe(3);
  ledger.clockMs = NOON + HOUR + MINUTE + 1;
  expect(ledger.report(told(id, 4))).toEqual(['unknown']);
});

it('what was heard is forgotten after a minute, as ever', () => {
  const ledger = new LedgerInMemory(NOON);
  const id = idAt(NOON);
  ledger.grant(ask(id, 5));
  ledger.report(report(id, 1), done(id, 3));
  ledger.clockMs = NOON + MINUTE + 1;
  ledger.fold();
  expect(ledger.report(done(id, 4))).toEqual(['unknown']);
});
