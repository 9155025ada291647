/** Ledger rule 23: a refusal for a rate is remembered, one for money is not; reports that travel with an ask still arrive. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { GrantReply } from '../../../worker/core/ledger/messages.ts';
import type { Limits } from '../../../worker/core/ledger/types.ts';
import { LedgerStore } from '../../../worker/stores/ledger-store.ts';
import { LedgerInMemory } from '../core/ledger/support/ledger-in-memory.ts';
import { ask, done, idAt } from '../core/ledger/support/messages.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';

let clock: TestClock;
let calls: string[];
let store: LedgerStore;

beforeEach(() => {
  clock = new TestClock();
  calls = [];
  const book = new LedgerInMemory(START);
  const call = <Reply>(name: string, run: () => Reply): Promise<Reply> => {
    calls.push(name);
    book.clockMs = clock.now();
    return Promise.resolve(run());
  };
  store = new LedgerStore(
    () => ({
      grant: (one) => call('grant', () => book.grant(one)),
      report: (reports) => call('report', () => book.report(...reports)),
      reportAndGrant: (reports, one) =>
        call('both', () => ({ reports: book.report(...reports), grant: book.grant(one) })),
    }),
    clock,
  );
});

const asking = (limits: Partial<Limits>, id = idAt(clock.now())) => ask(id, 5, { limits: { tenant: limits } });
const isRefused = (reply: GrantReply) => 'refused' in reply;

describe('refused for a rate', () => {
  const rate = { rps: 2, burst: 1 };

  it('nobody asks in vain until the wait is over; reports that would have travelled go alone', async () => {
    const first = idAt(START);
    expect(isRefused(await store.grant('acme', asking(rate, first)))).toBe(false);
    expect(isRefused(await store.grant('acme', asking(rate)))).toBe(true);
    await clock.advance(499);
    const both = await store.reportAndGrant('acme', [done(first, 3)], asking(rate));
    expect([both.reports, isRefused(both.grant)]).toEqual([['applied'], true]);
    expect(calls).toEqual(['grant', 'grant', 'report']);
    await clock.advance(1);
    expect(isRefused((await store.reportAndGrant('acme', [], asking(rate))).grant)).toBe(false);
    expect(calls).toEqual(['grant', 'grant', 'report', 'both']);
  });

  it('is remembered also where it came with reports', async () => {
    await store.grant('acme', asking(rate));
    expect(isRefused((await store.reportAndGrant('acme', [], asking(rate))).grant)).toBe(true);
    expect(isRefused(await store.grant('acme', asking(rate)))).toBe(true);
    expect(calls).toEqual(['grant', 'both']);
  });

  it('many at once, one still asks for itself', async () => {
    const limits = { rps: 2, burst: 10 };
    for (let place = 0; place < 6; place++) await store.grant('acme', asking(limits));
    const one = asking(limits);
    const many = { ...one, wants: one.wants.map((want) => ({ ...want, requests: 5 })) };
    expect(isRefused(await store.grant('acme', many))).toBe(true);
    expect(isRefused(await store.grant('acme', asking(limits)))).toBe(false);
  });
});

it('refused for money, it is asked again: a report may free some at any moment', async () => {
  const first = idAt(START);
  await store.grant('acme', asking({ monthlyMicroUsd: 7 }, first));
  for (let times = 0; times < 2; times++)
    expect(isRefused(await store.grant('acme', asking({ monthlyMicroUsd: 7 })))).toBe(true);
  await store.report('acme', [done(first, 1)]);
  expect(isRefused(await store.grant('acme', asking({ monthlyMicroUsd: 7 })))).toBe(false);
});
