/** How large a slice may be, and when the next one is asked for (ledger rule 28): tables. */
import { describe, expect, it } from 'vitest';
import {
  closesWithAsk,
  endReport,
  isBusy,
  isLittleLeft,
  noteClosable,
} from '../../../../../worker/core/ledger/lease/closes.ts';
import {
  admitFrom,
  beginAsking,
  endAsking,
  forgetScope,
  isRefillDue,
  learnLeft,
  leftBeside,
  newPools,
  nextSlice,
  noteAdmitted,
  type Pool,
  poolOf,
} from '../../../../../worker/core/ledger/lease/pool.ts';
import {
  endShare,
  reportOf,
  type Share,
  type Slice,
  takeShare,
} from '../../../../../worker/core/ledger/lease/slice.ts';
import {
  type Headroom,
  learnWindow,
  newRecentStarts,
  noteSpent,
  noteStart,
  recentStarts,
  sliceWant,
} from '../../../../../worker/core/ledger/lease/slice-size.ts';
import type { Left } from '../../../../../worker/core/ledger/messages.ts';
import type { Amount, Scope } from '../../../../../worker/core/ledger/types.ts';
import { NOON, SECOND, want } from '../support/messages.ts';
import { busyPool, enter, newPool, one } from '../support/pools.ts';

const left = (limit: Left['limit'], cap: number, remaining: number, resetMs = 30_000): Left => ({
  ...{ scope: 'tenant', limit, cap, remaining, resetMs },
});
const SPENT = { microUsd: 0, tokens: 0 };
/** Forty, all of which are still at work. */
const STARTED = { requests: 40, microUsd: 4_000, tokens: 400, atOnce: 40, spent: SPENT };
const hand = (more: Partial<Amount> = {}): Amount => ({ microUsd: 0, tokens: 0, requests: 0, parallel: 0, ...more });
const size = (headroom: Partial<Headroom> = {}) =>
  sliceWant(one, { left: [], ageMs: 0, started: STARTED, admitForMs: 10_000, inHand: hand(), ...headroom });

describe('the size of a slice', () => {
  it('is what was started lately: requests, their worst cases, a slot for each', () => {
    expect(size()).toEqual({ mode: 'normal', requests: 40, parallel: 40, microUsd: 4_000, tokens: 400 });
  });

  it.each<[string, Partial<Headroom>, object | undefined]>([
    [
      '64 requests at most',
      { started: { ...STARTED, requests: 640, microUsd: 64_000, tokens: 6_400, atOnce: 640 } },
      { requests: 64, microUsd: 6_400 },
    ],
    ['nothing was started', { started: { ...STARTED, requests: 0, microUsd: 0, tokens: 0 } }, undefined],
    ['one was', { started: { ...STARTED, requests: 1, microUsd: 100, tokens: 10 } }, undefined],
    ['almost two were', { started: { ...STARTED, requests: 1.9, microUsd: 190, tokens: 19 } }, undefined],
    [
      'two were, cheaper ones',
      { started: { ...STARTED, requests: 2, microUsd: 2, tokens: 2 } },
      { requests: 2, microUsd: 200, tokens: 20 },
    ],
    [
      'a worst case and a slot for those at work at once and one more, of the others what they cost',
      { started: { ...STARTED, atOnce: 3, spent: { microUsd: 200, tokens: 40 } } },
      { requests: 40, microUsd: 600, tokens: 80, parallel: 4 },
    ],
    [
      'at least two worst cases, also of a dearer request than lately',
      { started: { ...STARTED, microUsd: 400, tokens: 40, atOnce: 1 } },
      { requests: 40, microUsd: 200, tokens: 20, parallel: 2 },
    ],
    [
      'no more than all worst cases, whatever the others cost',
      { started: { ...STARTED, atOnce: 30, spent: { microUsd: 9_999, tokens: 9_999 } } },
      { microUsd: 4_000, tokens: 400, parallel: 31 },
    ],
    ['an eighth of the month', { left: [left('monthly', 9_999_999, 24_000)] }, { requests: 40, microUsd: 3_000 }],
    [
      'an eighth of the tightest',
      { left: [left('monthly', 9e9, 24_000), left('daily', 9e9, 8_000)] },
      { microUsd: 1_000 },
    ],
    ['two worst cases of money', { left: [left('daily', 9e9, 1_600)] }, { requests: 40, microUsd: 200 }],
    ['less', { left: [left('daily', 9e9, 1_599)] }, undefined],
    ['an eighth of the burst', { left: [left('rps', 160, 99)] }, { requests: 20, microUsd: 2_000, parallel: 20 }],
    ['a small burst', { left: [left('rps', 15, 15)] }, undefined],
    ['a quarter of what is left of the burst', { left: [left('rps', 800, 41)] }, { requests: 10 }],
    ['an emptied bucket', { left: [left('rps', 800, 7)] }, undefined],
    ['one that was empty, and has filled since', { left: [left('rps', 800, 7)], ageMs: 30_000 }, { requests: 40 }],
    [
      'what it has in hand, of a rate',
      { left: [left('rps', 800, 500)], inHand: hand({ requests: 25 }) },
      { requests: 15 },
    ],
    ['what it has in hand, without a rate', { inHand: hand({ requests: 25 }) }, { requests: 40 }],
    ['enough in hand', { left: [left('rps', 800, 500)], inHand: hand({ requests: 39 }) }, undefined],
    [
      'an eighth of the money, with what is in hand',
      { left: [left('daily', 9e9, 24_000)], inHand: hand({ microUsd: 2_000 }) },
      { microUsd: 1_000 },
    ],
    ['money enough in hand', { left: [left('daily', 9e9, 24_000)], inHand: hand({ microUsd: 2_900 }) }, undefined],
    ['tokens in hand', { left: [left('tpm', 9_999, 1_600)], inHand: hand({ tokens: 181 }) }, undefined],
    ['slots in hand', { left: [left('parallel', 100, 20)], inHand: hand({ parallel: 3 }) }, { parallel: 2 }],
    ['a quarter of the slots that are free', { left: [left('parallel', 100, 20)] }, { requests: 40, parallel: 5 }],
    ['few slots', { left: [left('parallel', 100, 7)] }, undefined],
    ['an eighth of the minute’s tokens', { left: [left('tpm', 9_999, 1_600)] }, { requests: 40, tokens: 200 }],
    ['few tokens', { left: [left('tpm', 9_999, 159)] }, undefined],
    ['few tokens, but of the minute before', { left: [left('tpm', 8_000, 159)], ageMs: 30_000 }, { tokens: 400 }],
    [
      'half of its time, since the minute ends',
      { left: [left('tpm', 9e9, 9e9, 5_000)] },
      { requests: 20, tokens: 200 },
    ],
    ['no time: the minute ends', { left: [left('tpm', 9e9, 9e9, 300)] }, undefined],
    ['a month that has ended', { left: [left('monthly', 80_000, 0)], ageMs: 30_000 }, { microUsd: 4_000 }],
  ])('%s', (_, headroom, expected) => {
    const got = size(headroom);
    if (expected === undefined) expect(got).toBeUndefined();
    else expect(got).toMatchObject(expected);
  });

  it('is in whole numbers', () => {
    const got = size({
      started: { ...STARTED, requests: 13.7, microUsd: 1_234.5, tokens: 99.9 },
      left: [left('daily', 9e9, 9_999)],
    });
    for (const figure of ['requests', 'parallel', 'microUsd', 'tokens'] as const) {
      expect(Number.isSafeInteger(got?.[figure])).toBe(true);
    }
  });
});

describe('what was started lately', () => {
  it('counts for the time that a slice may admit, and fades', () => {
    const recent = newRecentStarts(NOON);
    for (let start = 0; start < 10; start++) noteStart(recent, one, start % 7, NOON + start * SECOND);
    noteSpent(recent, { microUsd: 80, tokens: 4 });
    expect(recentStarts(recent, NOON + 9_999)).toEqual({
      ...{ requests: 10, microUsd: 1_000, tokens: 100 },
      ...{ atOnce: 6, spent: { microUsd: 80, tokens: 4 } },
    });
    expect(recentStarts(recent, NOON + 12_500)).toMatchObject({ requests: 7.5, atOnce: 6, spent: { microUsd: 60 } });
    expect(recentStarts(recent, NOON + 19_999).requests).toBeLessThan(0.01);
    expect(recentStarts(recent, NOON + 60_000)).toMatchObject({ requests: 0, atOnce: 0, spent: SPENT });
  });

  it('takes its time from the last slice, not from one that a minute’s end cut, and forgets it', () => {
    const recent = newRecentStarts(NOON);
    const granted = { granted: want(1), mode: 'normal' as const, left: [] };
    learnWindow(recent, { ...granted, admitForMs: 500 }, NOON);
    expect(recent.windowMs).toBe(500);
    learnWindow(recent, { ...granted, admitForMs: 30, left: [left('tpm', 9, 9, 30)] }, NOON);
    expect(recent.windowMs).toBe(500);
    recentStarts(recent, NOON + 60_000);
    expect(recent.windowMs).toBe(10_000);
  });

  it('a clock that steps back breaks nothing', () => {
    const recent = newRecentStarts(NOON);
    noteStart(recent, one, 1, NOON);
    expect(recentStarts(recent, NOON - 3_600_000).requests).toBe(1);
  });
});

describe('an isolate’s slices of one pool', () => {
  it('are apart from those of other scopes, users and tenants', () => {
    const pools = newPools();
    const of = (tenant: string, ...scopes: ('tenant' | 'user:a' | 'user:b')[]) =>
      poolOf(
        pools,
        tenant,
        scopes.map((scope) => ({ scope, limits: {} })),
        NOON,
      );
    expect(of('acme', 'tenant', 'user:a')).toBe(of('acme', 'tenant', 'user:a'));
    expect(
      new Set([of('acme', 'tenant'), of('acme', 'user:a'), of('acme', 'user:b'), of('other', 'tenant')]).size,
    ).toBe(4);
    expect([pools.byName.size, pools.tenants.size]).toEqual([5, 2]);
  });

  it('are forgotten where there are too many, because a running request keeps its own', () => {
    const pools = newPools();
    for (let user = 0; user < 5_001; user++) poolOf(pools, 'acme', [{ scope: `user:${user}`, limits: {} }], NOON);
    expect(pools.byName.size).toBe(1);
  });

  it('are forgotten with the scope whose limits have changed, and with no other', () => {
    const pools = newPools();
    const all: [string, ...Scope[]][] = [
      ['acme', 'tenant', 'user:ana', 'key:k'],
      ['acme', 'user:ana'],
      ['acme', 'tenant', 'user:anabel'],
      ['acme', 'tenant', 'feature:user:ana'],
      ['other', 'tenant', 'user:ana'],
    ];
    for (const [tenant, ...scopes] of all) {
      poolOf(
        pools,
        tenant,
        scopes.map((scope) => ({ scope, limits: {} })),
        NOON,
      );
    }
    forgetScope(pools, 'acme', 'user:ana');
    expect([...pools.byName.keys()]).toEqual(all.slice(2).map((names) => names.join('\n')));
    forgetScope(pools, 'acme', 'tenant');
    expect([...pools.byName.keys()]).toEqual(['other\ntenant\nuser:ana']);
    forgetScope(pools, 'nobody', 'tenant');
    expect(pools.byName.size).toBe(1);
  });

  it('are used in their order, in their mode alone, until their time', () => {
    const of = newPool();
    const [first, second] = [enter(of, 2), enter(of, 2, NOON + SECOND)];
    expect([1, 2, 3].map(() => admitFrom(of, one, NOON)?.slice)).toEqual([first, first, second]);
    expect(admitFrom(of, { ...one, mode: 'safeguard' }, NOON)).toBeUndefined();
    expect(admitFrom(of, one, NOON + 11 * SECOND)).toBeUndefined();
  });

  it('what does not fit the first may fit the next', () => {
    const of = newPool();
    enter(of, 2);
    const large = enter(of, 20);
    expect(admitFrom(of, want(900), NOON)?.slice).toBe(large);
  });

  it('have no room for requests that the runtime ended without a word, once none of them can run any more', () => {
    const of = newPool();
    for (let request = 0; request < 30; request++) of.active.begin({}, NOON);
    const slots = (now: number) => {
      for (let request = 0; request < 40; request++) noteAdmitted(of, one, now);
      return nextSlice(of, one, now)?.parallel;
    };
    expect(slots(NOON + 15 * 60 * SECOND)).toBe(31);
    expect(slots(NOON + 16 * 60 * SECOND)).toBe(1);
  });

  it('one request asks: no other does until that one has its answer or is gone', () => {
    const of = busyPool();
    expect(nextSlice(of, one, NOON)).toMatchObject({ requests: 40 });
    beginAsking(of, NOON + 3_000);
    expect(nextSlice(of, one, NOON + 2_999)).toBeUndefined();
    expect(nextSlice(of, one, NOON + 3_000)).toBeDefined();
    beginAsking(of, NOON + 6_000);
    endAsking(of);
    expect(nextSlice(of, one, NOON)).toBeDefined();
  });

  it('are four at most that admit', () => {
    const of = busyPool();
    for (let slice = 0; slice < 4; slice++) {
      expect(nextSlice(of, one, NOON)).toBeDefined();
      enter(of, 20);
    }
    expect(nextSlice(of, one, NOON)).toBeUndefined();
    expect(nextSlice(of, one, NOON + 10 * SECOND)).toBeDefined();
    expect(of.open).toEqual([]);
  });

  it.each([
    ['a quarter is left', 32, 24, 0, true],
    ['more is', 32, 23, 0, false],
    ['as much is left as goes while one asks', 32, 12, 10, true],
    ['it is small', 7, 7, 0, false],
  ])('the next is due: %s', (_, requests, used, admittedWhileAsking, isDue) => {
    const of = newPool();
    of.admittedWhileAsking = admittedWhileAsking;
    const slice = enter(of, requests);
    for (let request = 0; request < used; request++) takeShare(slice, one, NOON);
    expect(isRefillDue(of, slice, NOON)).toBe(isDue);
    beginAsking(of, NOON + 3_000);
    expect(isRefillDue(of, slice, NOON)).toBe(false);
  });

  it('the next is due when the time of the last is nearly over', () => {
    const of = newPool();
    const slice = enter(of, 32);
    expect([8_749, 8_750].map((ms) => isRefillDue(of, slice, NOON + ms))).toEqual([false, true]);
    enter(of, 32, NOON + 8_750);
    expect(isRefillDue(of, slice, NOON + 8_750)).toBe(false);
  });

  const spent = (of: Pool, slice: Slice): void => {
    reportOf(slice);
    noteClosable(of, slice, NOON);
  };

  it('close with the next ask once nothing runs, and once only; again, where that was lost', () => {
    const of = newPool();
    const slice = enter(of, 2);
    noteClosable(of, slice, NOON);
    expect(closesWithAsk(of, NOON, NOON + 3_000)).toEqual([]);
    const share = takeShare(slice, one, NOON) as Share;
    spent(of, slice);
    expect(closesWithAsk(of, NOON, NOON + 3_000)).toEqual([]);
    endShare(share, { microUsd: 7, tokens: 0 });
    spent(of, slice);
    const [telling] = closesWithAsk(of, NOON, NOON + 3_000);
    expect(telling?.report).toMatchObject({ leaseId: slice.leaseId, done: true, spent: { microUsd: 7 } });
    expect(closesWithAsk(of, NOON, NOON + 3_000)).toEqual([]);
    if (telling === undefined) return;
    endReport(telling, false);
    const [again] = closesWithAsk(of, NOON, NOON + 3_000);
    expect(again?.slice).toBe(slice);
    endReport(telling, true);
    expect(closesWithAsk(of, NOON + 9_000, NOON + 12_000)).toEqual([]);
    expect(of.tenant.closable.size).toBe(0);
  });

  it('close with any ask of their tenant, and with nobody else’s', () => {
    const pools = newPools();
    const [ana, bob] = ['user:ana', 'user:bob'].map((scope) =>
      poolOf(pools, 'acme', [{ scope: scope as Scope, limits: {} }], NOON),
    ) as [Pool, Pool];
    spent(ana, enter(ana, 2));
    expect(closesWithAsk(poolOf(pools, 'other', [{ scope: 'tenant', limits: {} }], NOON), NOON, NOON)).toEqual([]);
    expect(closesWithAsk(bob, NOON, NOON + 3_000)).toHaveLength(1);
    expect([isBusy(ana, 2_000, NOON + 1_999), isBusy(ana, 2_000, NOON + 2_000)]).toEqual([true, false]);
  });

  it('a request that reported it and vanished is followed by another', () => {
    const of = newPool();
    spent(of, enter(of, 2));
    closesWithAsk(of, NOON, NOON + 3_000);
    expect(closesWithAsk(of, NOON + 3_000, NOON + 6_000)).toHaveLength(1);
  });

  it('64 closes travel with one ask', () => {
    const of = newPool();
    for (let slice = 0; slice < 70; slice++) spent(of, enter(of, 2));
    expect(closesWithAsk(of, NOON, NOON + 3_000)).toHaveLength(64);
    expect(closesWithAsk(of, NOON, NOON + 3_000)).toHaveLength(6);
  });

  it.each<[string, Left, boolean]>([
    ['money', left('monthly', 9e9, 31_999), true],
    ['money enough', left('monthly', 9e9, 32_000), false],
    ['tokens', left('tpm', 9e9, 3_199), true],
    ['slots', left('parallel', 9e9, 319), true],
    ['a rate, which does not come back', left('rps', 9e9, 0), false],
  ])('are short of %s', (_, one, isIt) => {
    const of = newPool();
    learnLeft(of, [one], NOON);
    expect(isLittleLeft(of, enter(of, 20))).toBe(isIt);
  });

  it('say what is left: of the limits nearest to their ends, with what they have themselves', () => {
    const of = newPool();
    const all = [
      left('rps', 100, 50, 900),
      left('rps', 80, 20, 400),
      left('tpm', 9_000, 500, 2_000),
      left('monthly', 9, 9),
    ];
    expect(leftBeside(of, NOON)).toEqual([]);
    learnLeft(of, all, NOON);
    enter(of, 10);
    enter(of, 20);
    expect(leftBeside(of, NOON + 500)).toEqual([left('rps', 80, 50, 0), left('tpm', 9_000, 800, 1_500)]);
    expect(leftBeside(of, NOON + 10_000)).toEqual([left('rps', 80, 20, 0), left('tpm', 9_000, 500, 0)]);
  });
});
