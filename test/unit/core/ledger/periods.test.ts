import { describe, expect, it } from 'vitest';
import {
  dayBefore,
  dayOf,
  endOfDay,
  endOfMinute,
  endOfMonth,
  isPeriod,
  monthBefore,
  monthOf,
} from '../../../../worker/core/ledger/time.ts';
import { LedgerInMemory } from './support/ledger-in-memory.ts';
import { ask, DAY, done, HOUR, idAt, isGranted, MINUTE, NOON, refusalOf, SECOND } from './support/messages.ts';

describe('periods are UTC', () => {
  it.each([
    ['2026-11-30T23:59:59.999Z', '2026-11-30', '2026-11'],
    ['2026-12-01T00:00:00.000Z', '2026-12-01', '2026-12'],
    ['2028-02-28T23:59:59.999Z', '2028-02-28', '2028-02'],
    ['2028-02-29T00:00:00.000Z', '2028-02-29', '2028-02'],
    ['2028-02-29T23:59:59.999Z', '2028-02-29', '2028-02'],
    ['2027-01-01T00:00:00.000Z', '2027-01-01', '2027-01'],
  ])('%s is in %s and %s', (text, day, month) => {
    const ms = Date.parse(text);
    expect([dayOf(ms), monthOf(ms)]).toEqual([day, month]);
    expect(endOfDay(ms)).toBe(Date.parse(`${day}T00:00:00Z`) + DAY);
    expect(endOfMonth(ms)).toBe(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 1));
    expect(endOfMinute(ms) - ms).toBe(text.endsWith('999Z') ? 1 : MINUTE);
  });

  it('knows the one before', () => {
    expect([dayBefore(Date.UTC(2028, 2, 1)), monthBefore(Date.UTC(2026, 0, 31))]).toEqual(['2028-02-29', '2025-12']);
    expect(monthBefore(Date.UTC(2026, 10, 21), 13)).toBe('2025-10');
  });

  it('knows which exist', () => {
    expect(['2026-11', '2026-11-21', '2028-02-29'].map(isPeriod)).toEqual([true, true, true]);
    expect(['2026', '2026-13', '2026-02-29', '2026-11-31', '26-11', '2026-1-1'].map(isPeriod)).not.toContain(true);
  });
});

describe.each([
  ['a day', '2026-11-22', 'dailyMicroUsd', '2026-11-21'],
  ['a month', '2026-12-01', 'monthlyMicroUsd', '2026-11'],
  ['a leap day', '2028-02-29', 'dailyMicroUsd', '2028-02-28'],
  ['the month after a leap day', '2028-03-01', 'monthlyMicroUsd', '2028-02'],
  ['a year', '2027-01-01', 'monthlyMicroUsd', '2026-12'],
] as const)('the exact beginning of %s', (_, begins, limit, before) => {
  const boundary = Date.parse(begins);
  const after = limit === 'dailyMicroUsd' ? begins : begins.slice(0, 7);
  const capped = { limits: { tenant: { [limit]: 5 } } };

  it('gives a whole new budget, not a millisecond sooner', () => {
    const ledger = new LedgerInMemory(boundary - 1);
    const id = idAt(boundary - 1);
    ledger.grant(ask(id, 5, capped));
    ledger.report(done(id, 5));
    const refused = refusalOf(ledger.grant(ask(idAt(boundary - 1), 1, capped)));
    expect(refused).toMatchObject({ resetsAt: boundary, retryAfterMs: 1, onlyHeld: false });
    ledger.clockMs = boundary;
    expect(isGranted(ledger.grant(ask(idAt(boundary), 5, capped)))).toBe(true);
  });

  it('a lease granted before and settled after counts before, however late, folded or not', () => {
    for (const folds of [false, true]) {
      const ledger = new LedgerInMemory(boundary - 1);
      const [lost, slow] = [idAt(boundary - 1), idAt(boundary - 1)];
      ledger.grant(ask(lost, 2, capped));
      ledger.grant(ask(slow, 3, { ...capped, runForMs: 10 * MINUTE }));
      ledger.clockMs = boundary + 9 * MINUTE;
      ledger.report(done(slow, 1));
      if (folds) ledger.fold();
      ledger.kill();
      expect(ledger.figures('tenant', before)).toEqual({ spentMicroUsd: 3, heldMicroUsd: 0, unsettledMicroUsd: 2 });
      ledger.clockMs = boundary + HOUR;
      ledger.report(done(lost, 0));
      expect(ledger.figures('tenant', before)).toEqual({ spentMicroUsd: 1, heldMicroUsd: 0, unsettledMicroUsd: 0 });
      expect(ledger.figures('tenant', after)).toEqual({ spentMicroUsd: 0, heldMicroUsd: 0, unsettledMicroUsd: 0 });
    }
  });

  it('a clock that steps back over it changes no budget', () => {
    const ledger = new LedgerInMemory(boundary);
    ledger.grant(ask(idAt(boundary), 4, capped));
    for (const back of [SECOND, DAY, 31 * DAY]) {
      ledger.clockMs = boundary - back;
      ledger.kill();
      expect(isGranted(ledger.grant(ask(idAt(boundary), 2, capped)))).toBe(false);
    }
    expect(ledger.figures('tenant', before)).toMatchObject({ heldMicroUsd: 0 });
  });
});

it('a day’s cap within a month’s: each refuses for itself, and the longer wait is given', () => {
  const ledger = new LedgerInMemory(NOON);
  const limits = { tenant: { dailyMicroUsd: 3, monthlyMicroUsd: 5 } };
  const spend = (microUsd: number) => {
    const id = idAt(ledger.clockMs);
    const reply = ledger.grant(ask(id, microUsd, { limits }));
    ledger.report(done(id, microUsd));
    return reply;
  };
  spend(3);
  expect(refusalOf(spend(1))).toMatchObject({ limit: 'daily', resetsAt: Date.UTC(2026, 10, 22) });
  ledger.clockMs += DAY;
  expect(isGranted(spend(2))).toBe(true);
  expect(refusalOf(spend(1))).toMatchObject({ limit: 'monthly', resetsAt: Date.UTC(2026, 11, 1) });
  expect(refusalOf(spend(2))).toMatchObject({ limit: 'monthly', spentMicroUsd: 5 });
});
