/** The alert ladder: each threshold of each scope once per period and cap, in order, even if the object dies in between. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ladder } from '../../../../../worker/core/ledger/book/state.ts';
import { endOfDay, endOfMonth } from '../../../../../worker/core/ledger/time.ts';
import { LedgerInMemory } from '../support/ledger-in-memory.ts';
import { ask, DAY, done, HOUR, idAt, MINUTE, NOON, refusalOf, report, want } from '../support/messages.ts';

const LADDER: Ladder = { thresholds: [60, 85, 95], safeguardAt: 95 };
const DAY_OF_NOON = '2026-11-21';
const MONTH_OF_NOON = '2026-11';

const begin = (ladder = LADDER) => new LedgerInMemory(NOON, ladder);
const told = ({ tables }: LedgerInMemory) =>
  tables.crossings.map(({ scope, period, percent }) => `${scope} ${period} ${percent}`);
const monthly = (monthlyMicroUsd: number) => ({ limits: { tenant: { monthlyMicroUsd } } });

/** One request from grant to settlement. */
function spend(ledger: LedgerInMemory, microUsd: number, limits: Parameters<typeof ask>[2] = monthly(100)): void {
  const id = idAt(ledger.clockMs);
  ledger.grant(ask(id, microUsd, limits));
  ledger.report(done(id, microUsd));
}

describe('a threshold', () => {
  it('is reported when what is spent reaches it, not when it is held', () => {
    const ledger = begin();
    const id = idAt(NOON);
    ledger.grant(ask(id, 100, monthly(100)));
    expect(told(ledger)).toEqual([]);
    ledger.report(report(id, 59));
    expect(told(ledger)).toEqual([]);
    ledger.report(report(id, 60));
    expect(told(ledger)).toEqual(['tenant 2026-11 60']);
    expect(ledger.tables.crossings[0]).toEqual({
      ...{ scope: 'tenant', period: MONTH_OF_NOON, percent: 60, spentMicroUsd: 60, capMicroUsd: 100, at: NOON },
    });
  });

  it('is reported with those below it, in order, where one settlement reaches all', () => {
    const ledger = begin();
    spend(ledger, 97);
    expect(told(ledger)).toEqual(['tenant 2026-11 60', 'tenant 2026-11 85', 'tenant 2026-11 95']);
  });

  it('of each scope, of each period that has a cap', () => {
    const ledger = begin();
    const limits = {
      tenant: { monthlyMicroUsd: 100, dailyMicroUsd: 50 },
      'user:ana': { dailyMicroUsd: 40 },
      'key:k': {},
    };
    spend(ledger, 30, { limits });
    expect(told(ledger)).toEqual([`tenant ${DAY_OF_NOON} 60`, `user:ana ${DAY_OF_NOON} 60`]);
    spend(ledger, 10, { limits });
    expect(told(ledger).slice(2)).toEqual(
      ['user:ana 85', 'user:ana 95'].map((one) => one.replace(' ', ` ${DAY_OF_NOON} `)),
    );
  });

  it('reached by what ran while the ledger could not be reached is reported with that', () => {
    const ledger = begin();
    spend(ledger, 1);
    ledger.report(done(idAt(NOON), 59, { scopes: ['tenant'] }));
    expect(told(ledger)).toEqual(['tenant 2026-11 60']);
  });

  it('of scopes that config leaves out is not reported', () => {
    const ledger = begin({ ...LADDER, scopes: ['user'] });
    spend(ledger, 70, { limits: { tenant: { monthlyMicroUsd: 100 }, 'user:ana': { monthlyMicroUsd: 100 } } });
    expect(told(ledger)).toEqual(['user:ana 2026-11 60']);
  });

  it('comes again in the next period, and a late settlement counts in its own', () => {
    const ledger = begin();
    const limits = { limits: { tenant: { dailyMicroUsd: 100 } } };
    spend(ledger, 70, limits);
    ledger.clockMs = endOfDay(NOON) - 1;
    const late = idAt(ledger.clockMs);
    ledger.grant(ask(late, 20, limits));
    ledger.clockMs += MINUTE;
    spend(ledger, 70, limits);
    ledger.report(done(late, 20));
    expect(told(ledger)).toEqual(['tenant 2026-11-21 60', 'tenant 2026-11-22 60', 'tenant 2026-11-21 85']);
  });

  it('reached by time alone is reported by the next ask, even one that is refused', () => {
    const ledger = begin();
    ledger.grant(ask(idAt(NOON), 96, { ...monthly(100), runForMs: 0 }));
    ledger.clockMs += 10 * MINUTE;
    refusalOf(ledger.grant(ask(idAt(ledger.clockMs), 50, monthly(100))));
    expect(told(ledger)).toHaveLength(3);
    const rows = ledger.tables.rowsWritten;
    for (let storm = 0; storm < 20; storm++) ledger.grant(ask(idAt(ledger.clockMs), 50, monthly(100)));
    expect(ledger.tables.rowsWritten).toBe(rows);
  });

  it('reached by time alone after midnight is reported for its own day, by whatever comes next', () => {
    const ledger = begin();
    ledger.clockMs = endOfDay(NOON) - 1;
    const limits = { limits: { tenant: { dailyMicroUsd: 100 } } };
    ledger.grant(ask(idAt(ledger.clockMs), 70, { ...limits, runForMs: 0 }));
    ledger.clockMs += 10 * MINUTE;
    ledger.view(['tenant']);
    expect(told(ledger)).toEqual(['tenant 2026-11-21 60']);
    ledger.view(['tenant']);
    ledger.grant(ask(idAt(ledger.clockMs), 1, limits));
    expect(told(ledger)).toHaveLength(1);
  });

  it('is not reported again because a late report corrects what was booked', () => {
    const ledger = begin();
    const id = idAt(NOON);
    ledger.grant(ask(id, 86, { ...monthly(100), runForMs: 0 }));
    ledger.clockMs += 10 * MINUTE;
    spend(ledger, 1);
    ledger.report(done(id, 80));
    spend(ledger, 10);
    expect(told(ledger)).toEqual(['tenant 2026-11 60', 'tenant 2026-11 85']);
  });
});

describe('a cap that changes', () => {
  it('raised: what was reported is reported again once the new cap’s step is reached', () => {
    const ledger = begin();
    spend(ledger, 90);
    ledger.setLimits('tenant', { monthlyMicroUsd: 200 });
    for (let times = 0; times < 8; times++) spend(ledger, 10);
    expect(told(ledger)).toEqual(['60', '85', '60', '85'].map((percent) => `tenant 2026-11 ${percent}`));
    expect(ledger.tables.crossings.map(({ spentMicroUsd }) => spentMicroUsd)).toEqual([90, 90, 120, 170]);
  });

  it('raised a little: what is still true is not news', () => {
    const ledger = begin();
    spend(ledger, 90);
    ledger.setLimits('tenant', { monthlyMicroUsd: 102 });
    spend(ledger, 1);
    expect(told(ledger)).toHaveLength(2);
    spend(ledger, 8);
    expect(told(ledger).slice(2)).toEqual(['tenant 2026-11 95']);
  });

  it('lowered: what is true by now is reported', () => {
    const ledger = begin();
    spend(ledger, 65);
    ledger.setLimits('tenant', { monthlyMicroUsd: 75 });
    expect(told(ledger)).toEqual(['tenant 2026-11 60', 'tenant 2026-11 85']);
    ledger.grant(ask(idAt(NOON), 1, monthly(100)));
    expect(told(ledger)).toHaveLength(2);
  });

  it('set for the first time, or taken away over a lower one of config: what is true by now is reported', () => {
    const ledger = begin();
    spend(ledger, 65, { limits: { 'feature:chat': {} } });
    ledger.setLimits('feature:chat', { dailyMicroUsd: 100 });
    expect(told(ledger)).toEqual(['feature:chat 2026-11-21 60']);
    ledger.configured = { byScope: { 'user:ana': { monthlyMicroUsd: 10 } } };
    ledger.kill();
    ledger.setLimits('user:ana', { monthlyMicroUsd: 100 });
    ledger.report(done(idAt(NOON), 9, { scopes: ['user:ana'] }));
    expect(told(ledger)).toHaveLength(1);
    ledger.setLimits('user:ana', { monthlyMicroUsd: null });
    expect(told(ledger).slice(1)).toEqual(['user:ana 2026-11 60', 'user:ana 2026-11 85']);
  });

  it('back and forth, as two versions of the config ask by turns while a new one is deployed: each once', () => {
    const ledger = begin();
    spend(ledger, 62);
    for (let times = 0; times < 8; times++) spend(ledger, 1, monthly(times % 2 === 0 ? 100 : 120));
    expect(told(ledger)).toEqual(['tenant 2026-11 60']);
    for (let times = 0; times < 30; times++) spend(ledger, 1, monthly(times % 2 === 0 ? 100 : 120));
    expect(ledger.tables.crossings.map(({ percent, capMicroUsd }) => [percent, capMicroUsd])).toEqual([
      ...[
        [60, 100],
        [60, 120],
        [85, 100],
        [95, 100],
      ],
    ]);
  });

  it('taken away, or zero, is no cap', () => {
    const ledger = begin();
    spend(ledger, 0, monthly(0));
    spend(ledger, 90, { limits: { tenant: {} } });
    expect(told(ledger)).toEqual([]);
  });
});

describe('an operator’s correction', () => {
  it('to zero: everything may come again', () => {
    const ledger = begin();
    spend(ledger, 90);
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: null });
    spend(ledger, 1);
    expect(told(ledger)).toHaveLength(2);
    spend(ledger, 60);
    expect(told(ledger)).toEqual(['60', '85', '60'].map((percent) => `tenant 2026-11 ${percent}`));
  });

  it('upwards is reported at once, for the period that is corrected', () => {
    const ledger = begin();
    spend(ledger, 1, { limits: { tenant: { monthlyMicroUsd: 100, dailyMicroUsd: 100 } } });
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: 60, period: '2026-10' });
    expect(told(ledger)).toEqual(['tenant 2026-10 60']);
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: 60 });
    expect(told(ledger).slice(1)).toEqual(['tenant 2026-11 60', 'tenant 2026-11-21 60']);
    ledger.adjust({ scope: 'tenant', deltaMicroUsd: -1, period: '2026-11-21' });
    expect(told(ledger)).toHaveLength(3);
  });
});

describe('whatever dies', () => {
  it('between any two calls: each is reported once, and a report alone judges by the caps that were set by hand', () => {
    const ledger = begin();
    ledger.setLimits('tenant', { monthlyMicroUsd: 100 });
    for (let times = 0; times < 10; times++) {
      const id = idAt(NOON);
      ledger.grant(ask(id, 10));
      ledger.kill();
      ledger.report(done(id, 10));
      ledger.kill();
    }
    expect(told(ledger)).toEqual(['60', '85', '95'].map((percent) => `tenant 2026-11 ${percent}`));
    expect(ledger.tables.crossings.map(({ spentMicroUsd }) => spentMicroUsd)).toEqual([60, 90, 100]);
  });

  it('after a reload a report judges by config’s caps, and the next ask by those of a key’s tier', () => {
    const ledger = begin();
    ledger.configured = { byScope: { tenant: { monthlyMicroUsd: 100 } }, byKind: { user: { dailyMicroUsd: 100 } } };
    const month = { monthlyMicroUsd: 100 };
    const limits = { limits: { tenant: month, 'user:ana': { dailyMicroUsd: 100 }, 'key:k': month } };
    const id = idAt(NOON);
    ledger.grant(ask(id, 70, limits));
    ledger.kill();
    ledger.report(done(id, 70));
    expect(told(ledger)).toEqual(['tenant 2026-11 60', 'user:ana 2026-11-21 60']);
    ledger.grant(ask(idAt(NOON), 1, limits));
    expect(told(ledger).slice(2)).toEqual(['key:k 2026-11 60']);
  });

  it('a call that could not be written has reported nothing, and the next one does', () => {
    const ledger = begin();
    const id = idAt(NOON);
    ledger.grant(ask(id, 70, monthly(100)));
    ledger.failing(() => ledger.report(done(id, 70)));
    expect(told(ledger)).toEqual([]);
    ledger.report(done(id, 70));
    ledger.grant(ask(idAt(NOON), 1, monthly(100)));
    expect(told(ledger)).toEqual(['tenant 2026-11 60']);
  });

  it('after folding, purging and a clock that steps back, nothing is reported twice', () => {
    const ledger = begin();
    spend(ledger, 70);
    ledger.clockMs += 3 * HOUR;
    ledger.fold();
    ledger.kill();
    ledger.clockMs -= 2 * DAY;
    spend(ledger, 1);
    ledger.clockMs = endOfMonth(NOON) + MINUTE;
    spend(ledger, 1);
    expect(told(ledger)).toEqual(['tenant 2026-11 60']);
  });
});

describe('whatever the order', () => {
  it('every threshold that was reached is reported once, in order, and no other', () => {
    const step = fc.record({
      cost: fc.integer({ min: 0, max: 12 }),
      kill: fc.boolean(),
      fold: fc.boolean(),
      late: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ledger = begin();
        const limits = { tenant: { monthlyMicroUsd: 100, dailyMicroUsd: 50 }, 'user:ana': { monthlyMicroUsd: 80 } };
        const waiting: [string, number][] = [];
        for (const { cost, kill, fold, late } of steps) {
          ledger.clockMs += 70_000;
          const id = idAt(ledger.clockMs);
          if ('granted' in ledger.grant(ask(id, 12, { limits, runForMs: 15 * MINUTE }))) waiting.push([id, cost]);
          if (kill) ledger.kill();
          if (fold) ledger.fold();
          if (!late) for (const [id, cost] of waiting.splice(0).reverse()) ledger.report(done(id, cost));
        }
        for (const [id, cost] of waiting) ledger.report(done(id, cost));
        // Config's caps arrive with each ask.
        ledger.grant(ask(idAt(ledger.clockMs), 0, { limits }));
        for (const [scope, period, cap] of [
          ['tenant', MONTH_OF_NOON, 100],
          ['tenant', DAY_OF_NOON, 50],
          ['user:ana', MONTH_OF_NOON, 80],
        ] as const) {
          const { spentMicroUsd } = ledger.figures(scope, period);
          const mine = ledger.tables.crossings.filter((one) => one.scope === scope && one.period === period);
          const reached = LADDER.thresholds.filter((percent) => spentMicroUsd >= (cap * percent) / 100);
          expect(mine.map(({ percent }) => percent)).toEqual(reached);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('with caps that change and objects that die: under one cap never the same again, never lower, never what is not true', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ cost: fc.integer({ min: 0, max: 15 }) }) },
      { weight: 1, arbitrary: fc.record({ cap: fc.constantFrom(50, 100, 150, 200, null) }) },
      { weight: 1, arbitrary: fc.constant('kill' as const) },
      { weight: 1, arbitrary: fc.constant('fold' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ledger = begin();
        for (const one of steps) {
          ledger.clockMs += 70_000;
          if (one === 'kill') ledger.kill();
          else if (one === 'fold') ledger.fold();
          else if ('cap' in one) ledger.setLimits('tenant', { monthlyMicroUsd: one.cap });
          else spend(ledger, one.cost, monthly(120));
        }
        const { crossings } = ledger.tables;
        for (const { percent, spentMicroUsd, capMicroUsd } of crossings)
          expect(spentMicroUsd / capMicroUsd).toBeGreaterThanOrEqual(percent / 100);
        for (const cap of new Set(crossings.map(({ capMicroUsd }) => capMicroUsd))) {
          const percents = crossings.filter(({ capMicroUsd }) => capMicroUsd === cap).map(({ percent }) => percent);
          expect(percents).toEqual([...new Set(percents)].toSorted((one, other) => one - other));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the safeguard', () => {
  const both = [want(10), want(2, { mode: 'safeguard' })];
  const modeOf = (ledger: LedgerInMemory, limits: Parameters<typeof ask>[2] = monthly(100), wants = both) => {
    const reply = ledger.grant(ask(idAt(ledger.clockMs), 0, { ...limits, wants }));
    return 'granted' in reply ? reply.mode : refusalOf(reply).limit;
  };

  it('takes over from its share of what is spent on, of any cap, and goes with the period', () => {
    for (const limits of [
      { limits: { tenant: {}, 'user:ana': { dailyMicroUsd: 1_000 } } },
      { limits: { 'feature:chat': { monthlyMicroUsd: 1_000 } } },
    ]) {
      const ledger = begin();
      spend(ledger, 949, limits);
      expect(modeOf(ledger, limits)).toBe('normal');
      spend(ledger, 1, limits);
      expect(modeOf(ledger, limits)).toBe('safeguard');
      ledger.clockMs = endOfMonth(NOON);
      expect(modeOf(ledger, limits)).toBe('normal');
    }
  });

  it('does not for what is only held', () => {
    const ledger = begin();
    ledger.grant(ask(idAt(NOON), 96, monthly(1_00)));
    expect(modeOf(ledger, monthly(1_00), [want(4), want(2, { mode: 'safeguard' })])).toBe('normal');
  });

  it('does not take over where a feature has none, nor where config says 100', () => {
    const ledger = begin();
    spend(ledger, 97);
    expect(modeOf(ledger, monthly(100), [want(3)])).toBe('normal');
    expect(modeOf(begin({ ...LADDER, safeguardAt: 100 }), monthly(100))).toBe('normal');
    const whole = begin({ ...LADDER, safeguardAt: 100 });
    spend(whole, 97);
    expect(modeOf(whole, monthly(100), [want(3), want(2, { mode: 'safeguard' })])).toBe('normal');
  });

  it('refuses where not even it fits', () => {
    const ledger = begin();
    spend(ledger, 99);
    expect(modeOf(ledger)).toBe('monthly');
    // In any order of the wants: a normal one that would fit is passed over.
    expect(modeOf(ledger, monthly(100), [want(2, { mode: 'safeguard' }), want(1)])).toBe('monthly');
  });
});
