/** Ledger rule 28: all slices together leave a share of each limit to others. Here slices may have three quarters. */
import { describe, expect, it } from 'vitest';
import type { Want } from '../../../../worker/core/ledger/messages.ts';
import type { Limits } from '../../../../worker/core/ledger/types.ts';
import { LedgerInMemory } from './support/ledger-in-memory.ts';
import { ask, done, idAt, isGranted, MINUTE, NOON, refusalOf, report, SECOND, want } from './support/messages.ts';

/** A slice of three, and a single request. Each kind of amount is limited to a hundred in one of the cases. */
const THREE = want(30, { requests: 3, tokens: 30, parallel: 30 });
const ONE = want(10, { tokens: 10, parallel: 10 });
const CASES: [string, Partial<Limits>][] = [
  ['a month’s money', { monthlyMicroUsd: 100 }],
  ['a day’s money', { dailyMicroUsd: 100 }],
  ['tokens', { tpm: 100 }],
  ['slots', { parallel: 100 }],
];

function tenant(limits: Partial<Limits>) {
  const ledger = new LedgerInMemory(NOON);
  const take = (user: string, wants: Want[], sliceShare: number | null = 3 / 4) => {
    const id = idAt(ledger.clockMs);
    const request = ask(id, 0, { limits: { tenant: limits, [`user:${user}`]: {} }, wants, admitForMs: 10 * SECOND });
    return { id, reply: ledger.grant(sliceShare === null ? request : { ...request, sliceShare }) };
  };
  return { ledger, take };
}

describe.each(CASES)('of %s', (_, limits) => {
  it('slices of all users hold at most their share; then the next want is granted, down to the last', () => {
    const { ledger, take } = tenant(limits);
    for (const user of ['ana', 'ben'])
      expect(take(user, [THREE, ONE]).reply).toMatchObject({ granted: { requests: 3 } });
    // A third would make it 90 of 100.
    for (const user of ['eve', 'joe', 'kim', 'lea']) {
      ledger.kill();
      expect(take(user, [THREE, ONE]).reply).toMatchObject({ granted: { requests: 1 } });
    }
    const { reply } = take('max', [THREE, ONE]);
    expect(isGranted(reply)).toBe(false);
  });

  it('counts what others took first: of the rest alone', () => {
    const { take } = tenant(limits);
    for (const user of ['ana', 'ben', 'eve', 'joe']) take(user, [ONE]);
    expect(take('kim', [THREE]).reply).toMatchObject({ granted: { requests: 3 } });
    expect(refusalOf(take('lea', [want(20, { requests: 2, tokens: 20, parallel: 20 })]).reply)).toMatchObject({
      onlyHeld: limits.tpm === undefined,
      neverFits: false,
    });
  });

  it('an ask without a share, as a previous build sends it, may take all', () => {
    const { take } = tenant(limits);
    for (const user of ['ana', 'ben', 'eve']) expect(isGranted(take(user, [THREE], null).reply)).toBe(true);
  });

  it('a slice that is done no longer counts, and its holder may have another', () => {
    const { ledger, take } = tenant(limits);
    take('ana', [THREE]);
    const { id } = take('ben', [THREE]);
    expect(isGranted(take('eve', [THREE]).reply)).toBe(false);
    ledger.report(done(id, 1, { tokens: 1 }));
    expect(isGranted(take('eve', [THREE]).reply)).toBe(true);
  });
});

describe('a slice counts', () => {
  const slots = want(0, { requests: 2, parallel: 30 });

  it('until three seconds after its admitting; what it still holds then is somebody’s', () => {
    for (const isKilled of [false, true]) {
      const { ledger, take } = tenant({ parallel: 100 });
      take('ana', [slots]);
      take('ben', [slots]);
      ledger.clockMs += 13 * SECOND - 1;
      if (isKilled) ledger.kill();
      expect(isGranted(take('eve', [slots]).reply)).toBe(false);
      ledger.clockMs += 1;
      // Of the forty that are left it may have thirty.
      expect(isGranted(take('eve', [slots]).reply)).toBe(true);
      expect(isGranted(take('joe', [slots]).reply)).toBe(false);
    }
  });

  it('by what it has not given back', () => {
    const { ledger, take } = tenant({ parallel: 100 });
    take('ana', [slots]);
    const { id } = take('ben', [slots]);
    ledger.report(report(id, 0, { parallel: 20 }));
    expect(isGranted(take('eve', [slots]).reply)).toBe(true);
  });

  it('in its own minute, day and month', () => {
    const midnight = Date.UTC(2026, 11, 1);
    for (const limits of [{ tpm: 100 }, { dailyMicroUsd: 100 }, { monthlyMicroUsd: 100 }]) {
      const { ledger, take } = tenant(limits);
      ledger.clockMs = midnight - SECOND;
      take('ana', [THREE]);
      take('ben', [THREE]);
      expect(isGranted(take('eve', [THREE]).reply)).toBe(false);
      ledger.clockMs = midnight;
      for (const amount of [30, 45]) {
        const slice = want(amount, { requests: 3, tokens: amount });
        expect(isGranted(take('ana', [slice]).reply)).toBe(true);
      }
      expect(isGranted(take('eve', [THREE]).reply)).toBe(false);
    }
  });

  it('in a rate, until its end', () => {
    const { ledger, take } = tenant({ rps: 10, burst: 100 });
    const third = want(0, { requests: 30, parallel: 0 });
    expect(take('ana', [third]).reply).toMatchObject({ granted: { requests: 30 }, admitForMs: 5 * SECOND });
    expect(take('ben', [third]).reply).toMatchObject({ admitForMs: 1_250 });
    expect(isGranted(take('eve', [third]).reply)).toBe(false);
    ledger.clockMs += 1_250;
    // Thirty are taken for good, so thirty of the rest are still in ana's slice, and 52 may be.
    expect(isGranted(take('eve', [want(0, { requests: 23, parallel: 0 })]).reply)).toBe(false);
    expect(isGranted(take('eve', [want(0, { requests: 22, parallel: 0 })]).reply)).toBe(true);
    ledger.clockMs += MINUTE;
    expect(isGranted(take('eve', [want(0, { requests: 75, parallel: 0 })]).reply)).toBe(true);
  });
});
