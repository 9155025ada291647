/** Of the four slices that may admit, which one makes way for the next (ledger rule 28). */
import { expect, it } from 'vitest';
import { closesWithAsk } from '../../../../../worker/core/ledger/lease/closes.ts';
import { nextSlice } from '../../../../../worker/core/ledger/lease/pool.ts';
import { endShare, type Share, type Slice, takeShare } from '../../../../../worker/core/ledger/lease/slice.ts';
import { NOON } from '../support/messages.ts';
import { busyPool, enter, one } from '../support/pools.ts';

it('for the next, one whose money is used up is given up, with that very ask; but none in which a request runs, which may free some', () => {
  const of = busyPool();
  const [first] = [20, 20, 20, 20].map((requests) => enter(of, requests)) as [Slice];
  const { microUsd, tokens } = first.granted;
  const takeAll = () => takeShare(first, { ...one, microUsd }, NOON) as Share;
  for (const spent of [0, microUsd]) {
    expect(nextSlice(of, one, NOON)).toBeUndefined();
    const share = takeAll();
    expect(nextSlice(of, one, NOON)).toBeUndefined();
    endShare(share, { microUsd: spent, tokens: 0 });
  }
  expect(nextSlice(of, one, NOON)).toBeDefined();
  expect(closesWithAsk(of, NOON, NOON + 3_000).map(({ report }) => report)).toMatchObject([
    { leaseId: first.leaseId, done: true, spent: { microUsd }, freed: { microUsd: 0, tokens } },
  ]);
  enter(of, 20);
  expect(of.open).toHaveLength(4);
  expect(of.open).not.toContain(first);
  expect(nextSlice(of, one, NOON)).toBeUndefined();
});
