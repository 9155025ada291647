/** Several isolates with slices and one ledger: nothing overspent, no rate exceeded, little left unused (docs/ledger.md "What holds"). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../sandbox/random.ts';
import type { Limits } from '../../../worker/core/ledger/types.ts';
import { isWithinRate, mostAtOnce, mostTokensInAMinute } from '../core/ledger/support/pace.ts';
import { settled } from './support/budget.ts';
import { Isolates, type Request } from './support/isolates.ts';

type Fields = Partial<Record<keyof Request, fc.Arbitrary<unknown>>>;

const requests = (isolates: number, more: Fields = {}): fc.Arbitrary<Request[]> =>
  fc.array(
    fc.record({
      afterMs: fc.constantFrom(0, 0, 1, 5, 40, 300, 4_000),
      isolate: fc.nat({ max: isolates - 1 }),
      worst: fc.constantFrom(10, 10, 12, 40),
      costs: fc.nat({ max: 100 }),
      tokens: fc.nat({ max: 3 }),
      dawdlesMs: fc.constantFrom(0, 0, 0, 3, 800, 11_000),
      runsForMs: fc.constantFrom(0, 3, 200, 3_000, 15_000),
      triesTwice: fc.constantFrom(false, false, false, false, true),
      isLost: fc.constant(false),
      ...more,
    }) as fc.Arbitrary<Request>,
    { minLength: 60, maxLength: 150, size: 'max' },
  );

/** Crowds that arrive at once, at one isolate or another, after pauses in which buckets drain and slices wait. */
const crowds = (isolates: number, more: Fields = {}): fc.Arbitrary<Request[]> => {
  const crowd = fc.record({
    gapMs: fc.constantFrom(1, 200, 3_700, 3_700, 9_000),
    count: fc.constantFrom(3, 3, 12, 12, 90),
    isolate: fc.nat({ max: isolates }),
    dawdlesMs: fc.constantFrom(0, 0, 0, 900),
    runsForMs: fc.constantFrom(0, 200, 3_000),
    ...more,
  });
  const calm = { worst: 10, costs: 30, tokens: 1, triesTwice: false, isLost: false };
  return fc
    .array(crowd as fc.Arbitrary<Request & { gapMs: number; count: number }>, {
      minLength: 5,
      maxLength: 9,
      size: 'max',
    })
    .map((crowds) =>
      crowds.flatMap(({ gapMs, count, isolate, dawdlesMs, runsForMs }) =>
        Array.from({ length: count }, (_, place) => ({
          ...{ ...calm, dawdlesMs, runsForMs, afterMs: place === 0 ? gapMs : 0 },
          // The last of them is a crowd before all isolates.
          isolate: isolate === isolates ? place % isolates : isolate,
        })),
      ),
    );
};

const latencyMs = fc.constantFrom(0, 4, 70, 400);
const skewMs = fc.constantFrom(0, -2_000, 2_000);

async function played(
  all: readonly Request[],
  limits: Partial<Limits>,
  { latencyMs = 0, skewMs = 0 }: { latencyMs?: number; skewMs?: number } = {},
): Promise<Isolates> {
  const isolates = new Isolates(3, limits, skewMs);
  isolates.ledger.latencyMs = latencyMs;
  isolates.ledger.answerMs = latencyMs;
  await isolates.run(all);
  return isolates;
}

describe('whatever comes when and where', () => {
  const fates = fc.array(
    fc.constantFrom('answered', 'answered', 'answered', 'lost', 'broken', 'late', 'gone', 'overloaded' as const),
    { maxLength: 40, size: 'max' },
  );

  it('what providers may bill is booked, within the cap; at rest, to the micro-USD', async () => {
    let fromMemory = 0;
    const caps = fc.constantFrom(400, 3_000, 40_000);
    await fc.assert(
      fc.asyncProperty(requests(2), caps, fates, fates, latencyMs, async (all, cap, grant, report, latencyMs) => {
        const isolates = new Isolates(2, { monthlyMicroUsd: cap });
        isolates.ledger.fates.grant.push(...grant);
        isolates.ledger.fates.report.push(...report);
        isolates.ledger.latencyMs = latencyMs;
        await isolates.run(all);
        expect(isolates.wrong).toEqual([]);
        await isolates.clock.advance(40_000);
        expect(isolates.ledger.figures()).toEqual({ ...settled, spentMicroUsd: isolates.billed });
        fromMemory += isolates.fromMemory;
      }),
      { numRuns: 100 },
    );
    expect(fromMemory).toBeGreaterThan(1_000);
  });

  it('of which nobody tells what became of some: those are booked in full, in the end', async () => {
    const all = requests(2, { isLost: fc.constantFrom(false, false, false, false, true) });
    await fc.assert(
      fc.asyncProperty(all, async (all) => {
        const isolates = new Isolates(2, { monthlyMicroUsd: 40_000 });
        await isolates.run(all);
        expect(isolates.wrong).toEqual([]);
        await isolates.clock.advance(20 * 60_000);
        const { spentMicroUsd, heldMicroUsd } = isolates.ledger.figures();
        expect([spentMicroUsd, heldMicroUsd]).toEqual([isolates.billed, 0]);
      }),
      { numRuns: 40 },
    );
  });

  it('the real starts pass an independent GCRA', async () => {
    const rates = fc.constantFrom({ rps: 10, burst: 80 }, { rps: 20, burst: 100 }, { rps: 100, burst: 200 });
    let fromMemory = 0;
    await fc.assert(
      fc.asyncProperty(crowds(3), rates, latencyMs, skewMs, async (all, limits, latencyMs, skewMs) => {
        const { starts, fromMemory: some } = await played(all, limits, { latencyMs, skewMs });
        const inOrder = starts.map(({ countedAt }) => countedAt).toSorted((one, other) => one - other);
        expect(isWithinRate(inOrder, limits.rps, limits.burst)).toBe(true);
        fromMemory += some;
      }),
      { numRuns: 40 },
    );
    expect(fromMemory).toBeGreaterThan(150);
  });

  it('no more tokens are used in a minute than may be', async () => {
    const late = fc.constantFrom(50_000, 54_000, 58_000);
    await fc.assert(
      fc.asyncProperty(crowds(3), late, latencyMs, skewMs, async ([first, ...rest], startsAt, latencyMs, skewMs) => {
        const all = [{ ...(first as Request), afterMs: startsAt }, ...rest];
        const { starts } = await played(all, { tpm: 100 }, { latencyMs, skewMs });
        expect(mostTokensInAMinute(starts)).toBeLessThanOrEqual(100);
      }),
      { numRuns: 40 },
    );
  });

  it('no more run at once than there are slots', async () => {
    await fc.assert(
      fc.asyncProperty(crowds(3), fc.constantFrom(20, 40), latencyMs, async (all, parallel, latencyMs) => {
        const { starts } = await played(all, { parallel }, { latencyMs });
        expect(mostAtOnce(starts)).toBeLessThanOrEqual(parallel);
      }),
      { numRuns: 40 },
    );
  });
});

/** Poisson arrivals at several isolates. */
function arrivals(perSecond: number, seconds: number, more: Partial<Request> = {}, isolates = 4): Request[] {
  const random = createRandom(`${perSecond} a second`);
  const all: Request[] = [];
  let [at, last] = [0, 0];
  while (at < seconds * 1_000) {
    at -= (Math.log(1 - random()) * 1_000) / perSecond;
    const afterMs = Math.floor(at) - last;
    last += afterMs;
    all.push({
      ...{
        afterMs,
        isolate: Math.floor(random() * isolates),
        worst: 1_000,
        costs: 40,
        tokens: 0,
        dawdlesMs: 0,
        runsForMs: 300,
      },
      ...{ triesTwice: false, isLost: false, ...more },
    });
  }
  return all;
}

describe('what may be used is used', { timeout: 60_000 }, () => {
  it.each([
    ['far beyond the rate', 400, 0.9],
    ['beside it', 110, 0.9],
    ['below it', 50, 0.99],
  ])('of a rate, asked for %s', async (_, perSecond, share) => {
    const isolates = new Isolates(4, { rps: 100, burst: 200 });
    isolates.ledger.latencyMs = 3;
    const all = arrivals(perSecond, 10);
    await isolates.run(all);
    const most = Math.min(all.length, 200 + 100 * 10);
    expect(isolates.starts.length).toBeGreaterThanOrEqual(share * most);
    expect(
      isWithinRate(
        isolates.starts.map(({ countedAt }) => countedAt).toSorted((a, b) => a - b),
        100,
        200,
      ),
    ).toBe(true);
  });

  it.each([
    ['one isolate', 1, { rps: 20, burst: 40 }, 5, 0, 0.95],
    ['one isolate over a slow line', 1, { rps: 20, burst: 40 }, 5, 40, 0.95],
    ['one isolate, with a second’s burst', 1, { rps: 100, burst: 100 }, 5, 3, 0.95],
    ['one isolate, with ten seconds’ burst', 1, { rps: 20, burst: 200 }, 15, 3, 0.94],
    ['four isolates', 4, { rps: 20, burst: 40 }, 5, 3, 0.95],
    ['four isolates, with ten seconds’ burst', 4, { rps: 20, burst: 200 }, 15, 3, 0.94],
  ])(
    'of a rate and its burst, asked for five times as much, by %s',
    async (_, count, limits, seconds, latencyMs, share) => {
      const isolates = new Isolates(count, limits);
      isolates.ledger.latencyMs = latencyMs;
      await isolates.run(arrivals(5 * limits.rps, seconds, { runsForMs: 100 }, count));
      const startsAt = isolates.starts.map(({ countedAt }) => countedAt).toSorted((a, b) => a - b);
      expect(isWithinRate(startsAt, limits.rps, limits.burst)).toBe(true);
      expect(startsAt.length).toBeGreaterThanOrEqual(share * (limits.burst + limits.rps * seconds));
      expect(isolates.fromMemory).toBeGreaterThan(0);
    },
  );

  it('of a burst, by a crowd after a time at half the rate', async () => {
    const [rps, burst] = [20, 40];
    const isolates = new Isolates(1, { rps, burst });
    const [calm, crowd] = [arrivals(rps / 2, 10, {}, 1), arrivals(5 * rps, 5, {}, 1)];
    await isolates.run([...calm, ...crowd]);
    const startsAt = isolates.starts.map(({ countedAt }) => countedAt).toSorted((a, b) => a - b);
    expect(isWithinRate(startsAt, rps, burst)).toBe(true);
    expect(startsAt.length - calm.length).toBeGreaterThanOrEqual(0.9 * (burst + rps * 5));
  });

  it('of a budget, down to what the last request might have cost, by clients that ask again when they were told to', async () => {
    const CAP = 400_000;
    const isolates = new Isolates(4, { monthlyMicroUsd: CAP });
    isolates.ledger.latencyMs = 3;
    await isolates.insist(arrivals(120, 20), 60_000);
    expect(isolates.wrong).toEqual([]);
    const { spentMicroUsd, heldMicroUsd } = isolates.ledger.figures();
    expect([heldMicroUsd, spentMicroUsd]).toEqual([0, isolates.billed]);
    expect(spentMicroUsd).toBeGreaterThan(CAP - 1_400);
    expect(isolates.fromMemory).toBeGreaterThan(500);
  });
});

describe('streams that outlast their slice', () => {
  const W = 1_000;
  const stream = (runsForMs: number, more: Partial<Request> = {}): Request => ({
    ...{ afterMs: 50, isolate: 0, worst: W, costs: 2, tokens: 0, dawdlesMs: 0, runsForMs, triesTwice: false },
    ...{ isLost: false, ...more },
  });

  it('one in sixty is long: what the others did not use is there for who comes after them', async () => {
    const CAP = 2_000;
    const isolates = new Isolates(2, { monthlyMicroUsd: CAP * W });
    const all = Array.from({ length: 4_000 }, (_, place) => stream(place % 60 === 7 ? 295_000 : 9_000));
    // Half a minute later, each costs as much as it may.
    for (let place = 0; place < 2_000; place++)
      all.push(stream(10, { isolate: 1, costs: 100, afterMs: place === 0 ? 30_000 : 20 }));
    let usedAtRefusal: number | undefined;
    isolates.onRefused = () => {
      const { spentMicroUsd } = isolates.ledger.figures();
      usedAtRefusal ??= (spentMicroUsd + 66 * W) / (CAP * W);
    };
    await isolates.run(all);
    expect(usedAtRefusal).toBeGreaterThan(0.9);
  });

  it('one that never ends leaves its own worst case unsettled, and no other', async () => {
    const isolates = new Isolates(1, { monthlyMicroUsd: 1_000_000 * W });
    const all = Array.from({ length: 400 }, (_, place) => stream(place === 200 ? 3_000_000 : 9_000, { afterMs: 100 }));
    let unsettledMicroUsd: number | undefined;
    isolates.clock.after(20 * 60_000, () => {
      ({ unsettledMicroUsd } = isolates.ledger.figures());
    });
    await isolates.run(all);
    expect(unsettledMicroUsd).toBe(W);
  });

  it('of all lengths: at most 100 rows per 1,000', async () => {
    const isolates = new Isolates(1, { monthlyMicroUsd: 1_000_000 * W });
    const random = createRandom('of all lengths');
    const all = Array.from({ length: 4_000 }, () =>
      stream(Math.floor(2_000 - 8_000 * Math.log(1 - random())), { afterMs: 25 }),
    );
    await isolates.run(all);
    expect(isolates.ledger.book.tables.rowsWritten).toBeLessThan(4 * 100);
  });
});
