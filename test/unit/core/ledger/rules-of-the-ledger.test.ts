/** Ledger rules 1 to 9, each by the story of what goes wrong without it. Ledger rules 10 to 14: rules-of-time.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Granted } from '../../../../worker/core/ledger/messages.ts';
import { LedgerInMemory } from './support/ledger-in-memory.ts';
import { ask, done, HOUR, idAt, isGranted, MINUTE, NOON, refusalOf, report, SECOND, want } from './support/messages.ts';

const MONTH = '2026-11';
const capped = (monthlyMicroUsd: number) => ({ limits: { tenant: { monthlyMicroUsd } } });
const booked = (ledger: LedgerInMemory) => {
  const { spentMicroUsd, heldMicroUsd } = ledger.figures('tenant', MONTH);
  return spentMicroUsd + heldMicroUsd;
};

describe('ledger rule 1: the row is durable before the reply', () => {
  it('A is granted 2, the object dies, B is not granted the same 2', () => {
    const ledger = new LedgerInMemory(NOON);
    expect(isGranted(ledger.grant(ask(idAt(NOON), 2, capped(2))))).toBe(true);
    ledger.kill();
    expect(refusalOf(ledger.grant(ask(idAt(NOON), 2, capped(2))))).toMatchObject({ limit: 'monthly', heldMicroUsd: 2 });
  });

  it('a grant that could not be written was never made', () => {
    const ledger = new LedgerInMemory(NOON);
    const a = ask(idAt(NOON), 2, capped(2));
    expect(() => ledger.failing(() => ledger.grant(a))).not.toThrow();
    expect(booked(ledger)).toBe(0);
    expect(isGranted(ledger.grant(ask(idAt(NOON), 2, capped(2))))).toBe(true);
  });
});

describe('ledger rule 2: a known id is never granted again', () => {
  it('A asks, hears nothing, asks again: one hold, and the same answer whatever is wanted now', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    const first = ledger.grant(ask(id, 2, capped(10)));
    ledger.clockMs += SECOND;
    const second = ledger.grant(
      ask(id, 5, { ...capped(10), wants: [want(5, { mode: 'safeguard' })], admitForMs: 10_000 }),
    );
    const { left: _, ...told } = first as Granted;
    expect(second).toMatchObject(told);
    expect(booked(ledger)).toBe(2);
  });

  it('the second copy does not bring back what A has freed', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.grant(ask(id, 2, capped(10)));
    ledger.report(report(id, 0, { freed: 1 }));
    ledger.grant(ask(id, 2, capped(10)));
    expect(booked(ledger)).toBe(1);
  });

  it('done or past settleBy, it is settled, even where it would fit', () => {
    const ledger = new LedgerInMemory(NOON);
    const [a, b] = [idAt(NOON), idAt(NOON)];
    ledger.grant(ask(a, 2, capped(10)));
    ledger.grant(ask(b, 2, capped(10)));
    ledger.report(done(a, 1));
    expect(ledger.grant(ask(a, 2, capped(10)))).toEqual({ refused: 'lease_settled' });
    ledger.clockMs += 5 * SECOND + 60 * SECOND + 30 * SECOND - 1;
    expect(isGranted(ledger.grant(ask(b, 2, capped(10))))).toBe(true);
    ledger.clockMs += 1;
    expect(ledger.grant(ask(b, 2, capped(10)))).toEqual({ refused: 'lease_settled' });
    expect(booked(ledger)).toBe(3);
  });
});

describe('ledger rule 3: an old id is refused unless known, and folded only once it is old', () => {
  it('A asks twice, runs, closes, is folded; the second ask is granted to nobody', () => {
    // Close to the minute's end: a row is not folded within its minute anyway.
    const begins = NOON + 55 * SECOND;
    const ledger = new LedgerInMemory(begins);
    const a = ask(idAt(begins), 2, capped(10));
    ledger.grant(a);
    ledger.report(done(a.leaseId, 1));
    for (let passed = 0; passed < 3 * MINUTE; passed += 7 * SECOND) {
      ledger.clockMs = begins + passed;
      ledger.fold();
      expect(isGranted(ledger.grant(a))).toBe(false);
    }
    const { mark, leases } = ledger.tables.load();
    expect(leases.every(({ number }) => number <= (mark?.foldedThrough ?? 0))).toBe(true);
    expect(ledger.grant(a)).toEqual({ refused: 'lease_too_old' });
    expect(booked(ledger)).toBe(1);
  });

  it.each([
    [60_000, true],
    [60_001, false],
    [-60_000, true],
    [-60_001, false],
  ])('an id that is %i ms old: granted %s', (age, granted) => {
    const reply = new LedgerInMemory(NOON).grant(ask(idAt(NOON - age), 1));
    expect(isGranted(reply)).toBe(granted);
    if (!granted) expect(reply).toEqual({ refused: 'lease_too_old' });
  });

  it('a known one that is open is answered however old', () => {
    const ledger = new LedgerInMemory(NOON);
    const a = ask(idAt(NOON), 2, { runForMs: 10 * MINUTE });
    ledger.grant(a);
    ledger.clockMs += 9 * MINUTE;
    expect(isGranted(ledger.grant(a))).toBe(true);
  });
});

describe('ledger rule 4: all scopes or none, by the caps in force now', () => {
  const inBoth = { limits: { tenant: { monthlyMicroUsd: 3 }, 'user:ana': { monthlyMicroUsd: 2 } } };

  it('A holds 1 of the user’s 2; B does not get 2 out of the tenant’s 3, and holds nothing there', () => {
    const ledger = new LedgerInMemory(NOON);
    ledger.grant(ask(idAt(NOON), 1, inBoth));
    expect(refusalOf(ledger.grant(ask(idAt(NOON), 2, inBoth)))).toMatchObject({ scope: 'user:ana', limit: 'monthly' });
    expect(booked(ledger)).toBe(1);
    expect(isGranted(ledger.grant(ask(idAt(NOON), 2, capped(3))))).toBe(true);
  });

  it('the first want that fits everywhere is granted', () => {
    const ledger = new LedgerInMemory(NOON);
    const wants = [want(8, { requests: 4, parallel: 4 }), want(3), want(1, { mode: 'safeguard' })];
    expect(ledger.grant(ask(idAt(NOON), 0, { ...capped(20), wants }))).toMatchObject({ granted: { microUsd: 8 } });
    expect(ledger.grant(ask(idAt(NOON), 0, { ...capped(12), wants }))).toMatchObject({ granted: { microUsd: 3 } });
    expect(ledger.grant(ask(idAt(NOON), 0, { ...capped(12), wants }))).toMatchObject({ mode: 'safeguard' });
    expect(refusalOf(ledger.grant(ask(idAt(NOON), 0, { ...capped(12), wants })))).toMatchObject({ wantedMicroUsd: 1 });
  });

  it('without a limit it is counted, for a cap that comes in mid-period', () => {
    const ledger = new LedgerInMemory(NOON);
    for (let times = 0; times < 3; times++) ledger.grant(ask(idAt(NOON), 5));
    ledger.setLimits('tenant', { dailyMicroUsd: 16 });
    expect(refusalOf(ledger.grant(ask(idAt(NOON), 2)))).toMatchObject({ limit: 'daily', heldMicroUsd: 15 });
    expect(isGranted(ledger.grant(ask(idAt(NOON), 1)))).toBe(true);
  });

  it('a cap lowered below what is booked refuses, and changes nothing else', () => {
    const ledger = new LedgerInMemory(NOON);
    const [a, b] = [idAt(NOON), idAt(NOON)];
    ledger.grant(ask(a, 4, capped(10)));
    ledger.grant(ask(b, 4, capped(10)));
    ledger.report(done(a, 4));
    ledger.setLimits('tenant', { monthlyMicroUsd: 5 });
    expect(refusalOf(ledger.grant(ask(idAt(NOON), 0, capped(10))))).toMatchObject({
      ...{ spentMicroUsd: 4, heldMicroUsd: 4, capMicroUsd: 5, onlyHeld: true },
    });
    expect(isGranted(ledger.grant(ask(b, 4, capped(10))))).toBe(true);
    ledger.report(done(b, 3));
    expect(booked(ledger)).toBe(7);
    expect(refusalOf(ledger.grant(ask(idAt(NOON), 0, capped(10))))).toMatchObject({ onlyHeld: false });
    ledger.setLimits('tenant', { monthlyMicroUsd: null });
    expect(isGranted(ledger.grant(ask(idAt(NOON), 3, capped(10))))).toBe(true);
  });

  it('a revoked scope is granted nothing more, among whatever other scopes; what is open runs on', () => {
    const ledger = new LedgerInMemory(NOON);
    const withKey = { limits: { tenant: {}, 'key:k1': {} } };
    const open = ask(idAt(NOON), 1, withKey);
    ledger.grant(open);
    ledger.revoke('key:k1');
    expect(ledger.grant(ask(idAt(NOON), 1, withKey))).toEqual({ refused: 'revoked', scope: 'key:k1' });
    expect(isGranted(ledger.grant(open))).toBe(true);
    expect(isGranted(ledger.grant(ask(idAt(NOON), 1)))).toBe(true);
    ledger.kill();
    expect(ledger.grant(ask(idAt(NOON), 1, withKey))).toEqual({ refused: 'revoked', scope: 'key:k1' });
  });
});

describe('ledger rule 5: a refusal writes nothing', () => {
  it('a storm of refusals costs no row', () => {
    const ledger = new LedgerInMemory(NOON);
    ledger.grant(ask(idAt(NOON), 2, capped(2)));
    const { rowsWritten } = ledger.tables;
    for (let times = 0; times < 1_000; times++) ledger.grant(ask(idAt(NOON), 1, capped(2)));
    ledger.revoke('user:x', false);
    expect(ledger.tables.rowsWritten).toBe(rowsWritten);
  });
});

describe('ledger rule 6: figures only grow, the larger wins, done stays', () => {
  it('the close (0 spent) arrives, then an older report: the lease is not open again', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.grant(ask(id, 2, capped(2)));
    ledger.report(done(id, 0));
    ledger.report(report(id, 0));
    expect(ledger.tables.load().leases[0]).toMatchObject({ done: true });
    ledger.clockMs += HOUR;
    expect(booked(ledger)).toBe(0);
    expect(ledger.figures('tenant', MONTH)).toEqual({ spentMicroUsd: 0, heldMicroUsd: 0, unsettledMicroUsd: 0 });
  });

  it('each figure for itself', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.grant(ask(id, 10, { ...capped(10), wants: [want(10, { tokens: 10, parallel: 3 })] }));
    ledger.report(report(id, 3, { freed: 1, parallel: 2 }), report(id, 1, { freed: 4, parallel: 1, tokens: 6 }));
    const [lease] = ledger.tables.load().leases;
    expect(lease).toMatchObject({ spent: { microUsd: 3, tokens: 6 }, freed: { microUsd: 4, tokens: 0, parallel: 2 } });
    expect(ledger.figures('tenant', MONTH)).toMatchObject({ spentMicroUsd: 3, heldMicroUsd: 3 });
  });
});

describe('ledger rule 7: a report says what is freed, and a lease never grows', () => {
  it('A frees 1 of 2 and takes another lease of 1; the same report, late, does not free what A uses now', () => {
    const ledger = new LedgerInMemory(NOON);
    const [first, second] = [idAt(NOON), idAt(NOON)];
    ledger.grant(ask(first, 2, capped(2)));
    ledger.report(report(first, 0, { freed: 1 }));
    expect(isGranted(ledger.grant(ask(second, 1, capped(2))))).toBe(true);
    ledger.report(report(first, 0, { freed: 1 }));
    expect(booked(ledger)).toBe(2);
    expect(isGranted(ledger.grant(ask(idAt(NOON), 1, capped(2))))).toBe(false);
  });
});

describe('ledger rule 8: at settleBy the rest is booked in full, and a later report still lowers it', () => {
  const dead = () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.grant(ask(id, 2, capped(2)));
    ledger.clockMs += 95 * SECOND;
    return { ledger, id };
  };

  it('A’s isolate dies while it runs: the hold does not go back', () => {
    const { ledger } = dead();
    expect(ledger.figures('tenant', MONTH)).toEqual({ spentMicroUsd: 2, heldMicroUsd: 0, unsettledMicroUsd: 2 });
    expect(refusalOf(ledger.grant(ask(idAt(ledger.clockMs), 1, capped(2))))).toMatchObject({ onlyHeld: false });
  });

  it('a ledger unreachable for ten minutes gets the money back', () => {
    const { ledger, id } = dead();
    ledger.clockMs += 10 * MINUTE;
    expect(ledger.report(done(id, 1))).toEqual(['applied']);
    expect(ledger.figures('tenant', MONTH)).toEqual({ spentMicroUsd: 1, heldMicroUsd: 0, unsettledMicroUsd: 0 });
  });

  it('an hour later what was booked in full is final, folded or not', () => {
    for (const folds of [false, true]) {
      const { ledger, id } = dead();
      ledger.clockMs += HOUR;
      if (folds) ledger.fold();
      expect(ledger.report(done(id, 1))).toEqual(['unknown']);
      expect(ledger.figures('tenant', MONTH)).toEqual({ spentMicroUsd: 2, heldMicroUsd: 0, unsettledMicroUsd: 2 });
    }
  });

  it('settling writes nothing', () => {
    const { ledger } = dead();
    ledger.figures('tenant', MONTH);
    expect(ledger.tables.rowsWritten).toBe(1);
  });
});

describe('ledger rule 9: a close for an unknown young id is kept', () => {
  it('the close overtakes the ask: the ask is granted to nobody, the budget is whole', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    expect(ledger.report(done(id, 0))).toEqual(['applied']);
    ledger.kill();
    expect(ledger.grant(ask(id, 2, capped(2)))).toEqual({ refused: 'lease_settled' });
    expect(booked(ledger)).toBe(0);
    expect(ledger.tables.rowsWritten).toBe(1);
    ledger.clockMs += 2 * MINUTE;
    ledger.fold();
    expect(ledger.grant(ask(id, 2, capped(2)))).toEqual({ refused: 'lease_too_old' });
  });

  it('a report of an unknown id that is old, or not done, belongs to no lease', () => {
    const ledger = new LedgerInMemory(NOON);
    expect(ledger.report(done(idAt(NOON - 60_001), 0), report(idAt(NOON), 1))).toEqual(['unknown', 'unknown']);
    expect(ledger.tables.rowsWritten).toBe(0);
  });
});
