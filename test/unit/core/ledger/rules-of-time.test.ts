/** Ledger rules 10 to 14 and 30, each by the story of what goes wrong without it. */
import { describe, expect, it } from 'vitest';
import { LedgerInMemory } from './support/ledger-in-memory.ts';
import {
  ask,
  DAY,
  done,
  HOUR,
  idAt,
  isGranted,
  MINUTE,
  NOON,
  refusalOf,
  report,
  SECOND,
  want,
} from './support/messages.ts';

const MONTH = '2026-11';
const capped = (monthlyMicroUsd: number) => ({ limits: { tenant: { monthlyMicroUsd } } });
const spent = (ledger: LedgerInMemory, period = MONTH) => ledger.figures('tenant', period).spentMicroUsd;

describe('ledger rule 10: cost stays in the periods of grantedAt', () => {
  it('a cost of yesterday is not booked today', () => {
    const beforeMidnight = Date.UTC(2026, 10, 21, 23, 59, 59, 999);
    const ledger = new LedgerInMemory(beforeMidnight);
    const daily = { limits: { tenant: { dailyMicroUsd: 3 } } };
    const id = idAt(beforeMidnight);
    ledger.grant(ask(id, 3, daily));
    ledger.clockMs += 1;
    expect(isGranted(ledger.grant(ask(idAt(ledger.clockMs), 3, daily)))).toBe(true);
    ledger.report(done(id, 2));
    expect(spent(ledger, '2026-11-21')).toBe(2);
    expect(ledger.figures('tenant', '2026-11-22')).toMatchObject({ spentMicroUsd: 0, heldMicroUsd: 3 });
  });
});

describe('ledger rule 11: folding is one transaction', () => {
  const twoDoneOneOpen = () => {
    const ledger = new LedgerInMemory(NOON);
    const [open, ...closed] = [idAt(NOON), idAt(NOON), idAt(NOON)];
    for (const id of [open as string, ...closed]) ledger.grant(ask(id, 2, { ...capped(20), runForMs: 10 * MINUTE }));
    ledger.report(...closed.map((id) => done(id, 1)));
    ledger.clockMs += 2 * MINUTE;
    return { ledger, open: open as string };
  };

  it('the object dies in between: the cost is counted once', () => {
    const { ledger } = twoDoneOneOpen();
    const before = ledger.tables.text();
    expect(() => ledger.failing(() => ledger.fold())).not.toThrow();
    expect(ledger.tables.text()).toBe(before);
    expect(spent(ledger)).toBe(2);
    ledger.fold();
    expect(spent(ledger)).toBe(2);
    ledger.kill();
    expect(spent(ledger)).toBe(2);
  });

  it('an open lease is never folded: it is written again, so that the mark can pass it', () => {
    const { ledger, open } = twoDoneOneOpen();
    ledger.fold();
    const { mark, leases } = ledger.tables.load();
    expect(mark).toEqual({ foldedThrough: 3, foldedAt: ledger.clockMs });
    expect(leases.filter(({ number }) => number > 3).map(({ leaseId }) => leaseId)).toEqual([open]);
    ledger.kill();
    expect(ledger.figures('tenant', MONTH)).toMatchObject({ spentMicroUsd: 2, heldMicroUsd: 2 });
    ledger.report(done(open, 1));
    expect(spent(ledger)).toBe(3);
  });

  it('a folded row is written over, not deleted, and forgotten by its id', () => {
    const { ledger } = twoDoneOneOpen();
    ledger.fold();
    ledger.kill();
    for (let times = 0; times < 2; times++) ledger.grant(ask(idAt(ledger.clockMs), 1, capped(20)));
    expect(ledger.tables.leases.size).toBe(3);
    ledger.kill();
    expect(ledger.figures('tenant', MONTH)).toMatchObject({ spentMicroUsd: 2, heldMicroUsd: 4 });
  });

  it('what nobody reported is folded an hour after settleBy, and stays unsettled', () => {
    const { ledger } = twoDoneOneOpen();
    ledger.clockMs = NOON + 5 * SECOND + 10 * MINUTE + 30 * SECOND + HOUR - 1;
    ledger.fold();
    expect(ledger.tables.load().leases.filter(({ number }) => number > 3)).toHaveLength(1);
    ledger.clockMs += 1;
    ledger.fold();
    expect(ledger.tables.load().mark?.foldedThrough).toBe(4);
    expect(ledger.figures('tenant', MONTH)).toEqual({ spentMicroUsd: 4, heldMicroUsd: 0, unsettledMicroUsd: 2 });
  });
});

describe('ledger rule 12: the ledger’s time never goes back', () => {
  it.each([
    ['a second', SECOND],
    ['a day', DAY],
    ['a month', 31 * DAY],
    ['two years', 731 * DAY],
  ])('last month’s cap is not spent a second time when the clock steps back %s', (_, back) => {
    const ledger = new LedgerInMemory(NOON);
    const first = idAt(NOON);
    ledger.grant(ask(first, 2, capped(2)));
    ledger.report(done(first, 2));
    // Two years later the sums of that month are purged.
    ledger.clockMs += 730 * DAY;
    const second = idAt(ledger.clockMs);
    ledger.grant(ask(second, 1, capped(2)));
    ledger.report(done(second, 1));
    ledger.clockMs += 2 * MINUTE;
    ledger.fold();
    ledger.clockMs -= back;
    ledger.kill();
    const now = ledger.turn((_, now) => now);
    expect(now).toBe(NOON + 730 * DAY + 2 * MINUTE);
    expect(isGranted(ledger.grant(ask(idAt(now), 1, capped(2))))).toBe(true);
    expect(isGranted(ledger.grant(ask(idAt(now), 1, capped(2))))).toBe(false);
    expect([...(ledger.tables.sums.get('tenant')?.keys() ?? [])]).toEqual(['2028-11']);
  });

  it('not behind any grant that stands in a row', () => {
    const ledger = new LedgerInMemory(NOON);
    ledger.grant(ask(idAt(NOON), 2, capped(2)));
    ledger.clockMs -= 40 * DAY;
    ledger.kill();
    expect(isGranted(ledger.grant(ask(idAt(NOON), 1, capped(2))))).toBe(false);
    expect(ledger.grant(ask(idAt(ledger.clockMs), 1, capped(9)))).toEqual({ refused: 'lease_too_old' });
  });

  it('what had settled by time alone is open again when only a refusal had seen that time', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.grant(ask(id, 2, capped(2)));
    ledger.clockMs += 10 * MINUTE;
    expect(ledger.figures('tenant', MONTH).unsettledMicroUsd).toBe(2);
    ledger.clockMs = NOON + SECOND;
    expect(ledger.figures('tenant', MONTH)).toMatchObject({ heldMicroUsd: 2, unsettledMicroUsd: 0 });
    expect(isGranted(ledger.grant(ask(id, 2, capped(2))))).toBe(true);
  });
});

describe('ledger rule 13: more spent than granted is booked as it is', () => {
  it('is reported, and makes the next grants refuse', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.grant(ask(id, 2, capped(10)));
    expect(ledger.report(report(id, 5, { freed: 2 }))).toEqual(['over_granted']);
    expect(ledger.figures('tenant', MONTH)).toEqual({ spentMicroUsd: 5, heldMicroUsd: 0, unsettledMicroUsd: 0 });
    expect(ledger.report(done(id, 9))).toEqual(['over_granted']);
    expect(spent(ledger)).toBe(9);
    expect(ledger.tables.load().leases[0]?.freed.microUsd).toBe(0);
    expect(refusalOf(ledger.grant(ask(idAt(NOON), 2, capped(10))))).toMatchObject({ spentMicroUsd: 9 });
  });

  it('what was spent without any grant is reported too', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    expect(ledger.report(done(id, 3), done(id, 3))).toEqual(['over_granted', 'over_granted']);
    expect(ledger.grant(ask(id, 3))).toEqual({ refused: 'lease_settled' });
  });

  it('freed is cut to what was not spent', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.grant(ask(id, 10, capped(10)));
    ledger.report(report(id, 4, { freed: 9 }));
    expect(ledger.figures('tenant', MONTH)).toMatchObject({ spentMicroUsd: 4, heldMicroUsd: 0 });
  });
});

describe('ledger rule 14: reset and adjust', () => {
  const dead = () => {
    const ledger = new LedgerInMemory(NOON);
    const [lost, paid] = [idAt(NOON), idAt(NOON)];
    ledger.grant(ask(lost, 5, capped(20)));
    ledger.grant(ask(paid, 5, capped(20)));
    ledger.report(done(paid, 4));
    ledger.clockMs += 2 * MINUTE;
    return { ledger, lost };
  };

  it('a late report does not lower what was already set to zero', () => {
    const { ledger, lost } = dead();
    expect(ledger.adjust({ scope: 'tenant', deltaMicroUsd: null })).toMatchObject({ ok: true });
    expect(spent(ledger)).toBe(0);
    ledger.report(done(lost, 1));
    expect(ledger.figures('tenant', MONTH)).toEqual({ spentMicroUsd: 0, heldMicroUsd: 0, unsettledMicroUsd: 0 });
    expect(spent(ledger, '2026-11-21')).toBe(0);
    expect(isGranted(ledger.grant(ask(idAt(ledger.clockMs), 20, capped(20))))).toBe(true);
  });

  it('the sum may be below zero in its row; what is shown never is, folded or not', () => {
    const { ledger } = dead();
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: null });
    expect(ledger.tables.read('tenant').newest).toMatchObject({ month: MONTH, spentMicroUsd: -9 });
    ledger.clockMs += HOUR;
    ledger.fold();
    expect(ledger.tables.read('tenant').newest).toMatchObject({ spentMicroUsd: 0 });
    ledger.kill();
    expect(spent(ledger)).toBe(0);
  });

  it('a correction past what adds up exactly is refused, and settles nothing', () => {
    const { ledger } = dead();
    const before = ledger.tables.text();
    const most = Number.MAX_SAFE_INTEGER;
    expect(ledger.adjust({ scope: 'tenant', deltaMicroUsd: most })).toEqual({
      ok: false,
      detail: expect.stringMatching(/more than/),
    });
    expect(ledger.tables.text()).toBe(before);
    expect(ledger.figures('tenant', MONTH)).toMatchObject({ spentMicroUsd: 9, unsettledMicroUsd: 5 });
    expect(ledger.adjust({ scope: 'tenant', deltaMicroUsd: most - 9 })).toMatchObject({ ok: true });
    expect(spent(ledger)).toBe(most);
  });

  it('what was final when it was corrected is not open again when the clock steps back', () => {
    const { ledger } = dead();
    ledger.clockMs += DAY;
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: null, period: MONTH });
    ledger.clockMs = NOON;
    ledger.kill();
    expect(ledger.figures('tenant', MONTH)).toEqual({ spentMicroUsd: 0, heldMicroUsd: 0, unsettledMicroUsd: 0 });
  });

  it('what is still held stays held, and is booked at its cost', () => {
    const { ledger } = dead();
    const open = idAt(ledger.clockMs);
    ledger.grant(ask(open, 5, capped(20)));
    ledger.report(report(open, 2));
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: null });
    expect(ledger.figures('tenant', MONTH)).toMatchObject({ spentMicroUsd: 0, heldMicroUsd: 3 });
    ledger.report(done(open, 4));
    expect(spent(ledger)).toBe(2);
  });

  it('a delta goes down to zero at most; one period alone, where it is named', () => {
    const { ledger } = dead();
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: -2 });
    expect([spent(ledger), spent(ledger, '2026-11-21')]).toEqual([7, 7]);
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: -100, period: '2026-11-21' });
    expect([spent(ledger), spent(ledger, '2026-11-21')]).toEqual([7, 0]);
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: 13, period: MONTH });
    expect(refusalOf(ledger.grant(ask(idAt(ledger.clockMs), 1, capped(20))))).toMatchObject({ spentMicroUsd: 20 });
  });

  it('only that scope is corrected, and who did it is kept', () => {
    const { ledger } = dead();
    ledger.grant(ask(idAt(ledger.clockMs), 1, { limits: { tenant: {}, 'user:ana': {} } }));
    ledger.adjust({ scope: 'user:ana', deltaMicroUsd: 7 });
    expect(spent(ledger)).toBe(9);
    expect(ledger.figures('user:ana', MONTH)).toMatchObject({ spentMicroUsd: 7, heldMicroUsd: 1 });
    expect(ledger.tables.history).toEqual(
      ['2026-11-21', MONTH].map((period) => ({
        ...{ at: ledger.clockMs, who: 'ops', scope: 'user:ana', field: `spent ${period}`, from: 0, to: 7 },
      })),
    );
  });

  it.each([
    ['2026-13', 1],
    ['2026-11-31', 1],
    ['2026-12', 1],
    ['2024-01', 1],
    ['today', 1],
    [MONTH, 0.5],
  ])('%s by %d is refused by name', (period, deltaMicroUsd) => {
    const { ledger } = dead();
    expect(ledger.adjust({ scope: 'tenant', period, deltaMicroUsd })).toMatchObject({ ok: false });
    expect(ledger.tables.history).toEqual([]);
  });
});

describe('a lease run while the ledger could not be reached', () => {
  const told = (id: string, microUsd: number) => done(id, microUsd, { scopes: ['tenant', 'user:ana'], tokens: 3 });

  it('is booked at once in the periods of its arrival, once, and marked', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON - 20 * MINUTE);
    expect(ledger.report(told(id, 3), told(id, 3))).toEqual(['applied', 'applied']);
    ledger.kill();
    ledger.clockMs += 5 * MINUTE;
    ledger.fold();
    expect(ledger.report(told(id, 3))).toEqual(['applied']);
    expect([spent(ledger), ledger.figures('user:ana', '2026-11-21').spentMicroUsd]).toEqual([3, 3]);
    expect(ledger.tables.load().leases[0]).toMatchObject({ origin: 'unreachable', done: true });
  });

  it('its ask, late, is settled; a larger figure, later, counts', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.report(told(id, 3));
    expect(ledger.grant(ask(id, 9))).toEqual({ refused: 'lease_settled' });
    expect(ledger.report(told(id, 4))).toEqual(['applied']);
    expect(spent(ledger)).toBe(4);
  });

  it('after an hour it is folded, and a repeated report of it belongs to no lease', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.report(told(id, 3));
    ledger.clockMs += HOUR + MINUTE;
    ledger.fold();
    expect(ledger.tables.load().mark?.foldedThrough).toBe(1);
    expect(ledger.report(told(id, 3))).toEqual(['unknown']);
    expect(spent(ledger)).toBe(3);
  });

  it('one that was granted after all is reported as usual', () => {
    const ledger = new LedgerInMemory(NOON);
    const id = idAt(NOON);
    ledger.grant(ask(id, 9, { wants: [want(9, { tokens: 5 })] }));
    expect(ledger.report(told(id, 3))).toEqual(['applied']);
    expect(spent(ledger)).toBe(3);
    expect(ledger.figures('user:ana', MONTH).spentMicroUsd).toBe(0);
  });
});
