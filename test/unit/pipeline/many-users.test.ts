/**
 * Each user has slices of its own, in each isolate. Together they leave room for others: a request is refused only where a limit is
 * near (ledger rule 28).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../../worker/core/ledger/book/lease.ts';
import type { Limits } from '../../../worker/core/ledger/types.ts';
import { mostAtOnce, mostTokensInAMinute } from '../core/ledger/support/pace.ts';
import { Isolates, type Request } from './support/isolates.ts';

const W = 1_000;
const ONE: Request = {
  ...{ afterMs: 0, isolate: 0, worst: W, costs: 1, tokens: 100, usesTokens: 2, dawdlesMs: 0, runsForMs: 20 },
  ...{ triesTwice: false, isLost: false },
};

/** Twenty users at a time ask six times each, one request after the other; then sixty others ask at once. */
function crowd(users: number, isolates: number): Request[] {
  const all: Request[] = [];
  for (let first = 0; first < users; first += 20) {
    for (let request = 0; request < 6; request++) {
      for (let user = first; user < first + 20; user++)
        all.push({ ...ONE, user: `u${user}`, isolate: user % isolates, afterMs: user === first ? 30 : 0 });
    }
  }
  for (let user = 0; user < 60; user++)
    all.push({
      ...ONE,
      user: `other${user}`,
      isolate: user % isolates,
      runsForMs: 1_000,
      afterMs: user === 0 ? 30 : 0,
    });
  return all;
}

describe('users have asked a few times each, and others come', () => {
  it.each<[string, Partial<Limits>]>([
    ['slots', { parallel: 200 }],
    ['money', { monthlyMicroUsd: 300 * W }],
    ['tokens', { tpm: 30_000 }],
    ['a burst', { rps: 1, burst: 800 }],
  ])('of %s: what slices hold and do not use gets nobody refused', async (_, limits) => {
    for (const count of [1, 4]) {
      const isolates = new Isolates(count, limits);
      isolates.ledger.latencyMs = 2;
      isolates.ledger.answerMs = 2;
      await isolates.run(crowd(100, count));
      expect(isolates.refusals).toEqual([]);
      expect(isolates.fromMemory).toBeGreaterThan(100);
    }
  });
});

/** A slice gives back what it does not use within three seconds after its time. */
const mayAdmit = ({ granted, grantedAt, admitForMs, done }: Lease, now: number): boolean =>
  granted.requests > 1 && !done && now < grantedAt + admitForMs + 3_000;

/** What a lease takes of a limit, by its row. */
const BOOKED: Record<'parallel' | 'monthly' | 'tpm', (lease: Lease, now: number) => number> = {
  parallel: ({ granted, freed, done }) => (done ? 0 : granted.parallel - freed.parallel),
  monthly: ({ granted, freed, spent, done }) => (done ? spent.microUsd : granted.microUsd - freed.microUsd),
  tpm: ({ granted, freed, spent, done, grantedAt }, now) => {
    if (Math.floor(grantedAt / 60_000) !== Math.floor(now / 60_000)) return 0;
    return done ? spent.tokens : granted.tokens - freed.tokens;
  },
};

/** Users who ask some times each, all of them at once; then others, who ask once. */
const round = fc.record({
  gapMs: fc.constantFrom(0, 30, 2_000, 11_000),
  users: fc.integer({ min: 5, max: 45 }),
  times: fc.integer({ min: 3, max: 6 }),
  isolates: fc.integer({ min: 1, max: 3 }),
  costs: fc.nat({ max: 30 }),
  usesTokens: fc.nat({ max: 4 }),
  runsForMs: fc.constantFrom(0, 20, 300),
  others: fc.integer({ min: 5, max: 40 }),
  othersRunForMs: fc.constantFrom(0, 300, 20_000),
});
const requests: fc.Arbitrary<Request[]> = fc.array(round, { minLength: 1, maxLength: 2 }).map((rounds) =>
  rounds.flatMap(({ gapMs, users, times, isolates, costs, usesTokens, runsForMs, others, othersRunForMs }, round) => {
    const one: Request = { ...ONE, worst: 10, costs, tokens: 10, usesTokens, runsForMs };
    return [
      ...Array.from(
        { length: users * times },
        (_, place): Request => ({
          ...{ ...one, user: `u${place % users}`, isolate: (place % users) % isolates },
          afterMs: place === 0 ? gapMs : place % users === 0 ? runsForMs + 150 : 0,
        }),
      ),
      ...Array.from(
        { length: others },
        (_, place): Request => ({
          ...{ ...one, user: `other${round}-${place}`, isolate: place % 3, runsForMs: othersRunForMs },
          afterMs: place === 0 ? runsForMs + 150 : 0,
        }),
      ),
    ];
  }),
);

/** Of a rate the same formula is held by `oracle.test.ts`, and by the crowd above. */
describe('whatever users and isolates', () => {
  it.each([
    ['parallel', 1, fc.constantFrom(50, 100), (cap: number) => ({ parallel: cap })],
    ['monthly', 10, fc.constantFrom(500, 1_000), (cap: number) => ({ monthlyMicroUsd: cap })],
    ['tpm', 10, fc.constantFrom(500, 1_000), (cap: number) => ({ tpm: cap })],
  ] as const)(
    'a request is refused for %s only where others than slices have taken a third, and the cap holds',
    async (limit, wanted, caps, limitsOf) => {
      let refused = 0;
      let forSlices = 0;
      await fc.assert(
        fc.asyncProperty(requests, caps, fc.constantFrom(0, 4, 70), async (all, cap, latencyMs) => {
          const isolates = new Isolates(3, limitsOf(cap));
          isolates.ledger.latencyMs = latencyMs;
          isolates.ledger.answerMs = latencyMs;
          const { book } = isolates.ledger;
          const grant = book.grant.bind(book);
          const tooEarly: string[] = [];
          book.grant = (ask) => {
            const reply = grant(ask);
            // The next slice, asked for while some of the last is left, is refused sooner, and nobody waits for it.
            if (reply.refused === undefined || ask.wants.at(-1)?.requests !== 1) return reply;
            const now = book.clockMs;
            let others = 0;
            for (const lease of book.tables.load().leases)
              if (!mayAdmit(lease, now)) others += BOOKED[limit](lease, now);
            refused++;
            if (others + wanted <= cap) forSlices++;
            if (others + wanted <= cap / 3) tooEarly.push(`${others} + ${wanted} of ${cap}`);
            return reply;
          };
          await isolates.run(all);
          expect(tooEarly).toEqual([]);
          expect(isolates.wrong).toEqual([]);
          if (limit === 'parallel') expect(mostAtOnce(isolates.starts)).toBeLessThanOrEqual(cap);
          if (limit === 'tpm') expect(mostTokensInAMinute(isolates.starts)).toBeLessThanOrEqual(cap);
        }),
        { numRuns: 30, endOnFailure: true },
      );
      expect(refused).toBeGreaterThan(100);
      expect(forSlices).toBeGreaterThan(20);
    },
  );
});
