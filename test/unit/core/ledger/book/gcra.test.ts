/** When a bucket is full again is known without a look at each slice that may still admit: against the fold over all of them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  afterArrivals,
  bucketAt,
  joinedPace,
  type Later,
  type Pace,
  paceAt,
  rateOf,
  UNUSED,
} from '../../../../../worker/core/ledger/book/gcra.ts';
import { NOON } from '../support/messages.ts';

const RATE = rateOf({ rps: 20, burst: 40 }) as NonNullable<ReturnType<typeof rateOf>>;

const grant = fc.record({
  afterMs: fc.constantFrom(0, 0, 1, 40, 400, 3_000),
  requests: fc.integer({ min: 1, max: 5 }),
  admitForMs: fc.constantFrom(1, 250, 1_000, 1_000, 1_000),
});

/** Counts each slice at its end, and then what is full when. */
function fullAtMs(tatUs: number, slices: readonly Later[], now: number): number {
  let fullAtUs = tatUs;
  for (const { endsAt, takesUs } of slices.toSorted((one, other) => one.endsAt - other.endsAt))
    fullAtUs = Math.max(fullAtUs, endsAt * 1_000) + takesUs;
  return Math.max(now, Math.ceil(fullAtUs / 1_000));
}

it('whatever is granted, when, and for how long; also when loaded from its rows in any order', () => {
  let inTheMiddle = 0;
  const grants = fc.array(grant, { minLength: 5, maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(grants, fc.infiniteStream(fc.nat()), (grants, order) => {
      let now = NOON;
      let pace: Pace = UNUSED;
      // Counted by the test itself: single requests at once, slices at their ends.
      let tatUs = 0;
      let slices: Later[] = [];
      const rows: [tatUs: number, at: number, later: Later | undefined][] = [];
      for (const { afterMs, requests, admitForMs } of grants) {
        now += afterMs;
        const endsLast = slices.at(-1)?.endsAt ?? 0;
        tatUs = countEnded();
        const after = afterArrivals(paceAt(pace, now), requests, now, RATE);
        const later = requests > 1 ? { endsAt: now + admitForMs, takesUs: after.laterUs } : undefined;
        if (later === undefined) tatUs = Math.max(tatUs, now * 1_000) + RATE.intervalUs;
        else slices = [...slices, later].toSorted((one, other) => one.endsAt - other.endsAt);
        if (later !== undefined && later.endsAt < endsLast) inTheMiddle++;
        rows.push([after.tatUs, now, later]);
        pace = joinedPace(pace, ...(rows.at(-1) as (typeof rows)[number]));
        check(pace);
      }
      const keys = rows.map(() => order.next().value ?? 0);
      const shuffled = rows.map((row, index) => ({ row, key: keys[index] ?? 0 })).toSorted((a, b) => a.key - b.key);
      pace = UNUSED;
      for (const { row } of shuffled) pace = joinedPace(pace, ...row);
      check(pace);
      for (const afterMs of [1, 240, 700]) {
        now += afterMs;
        check(pace);
      }

      function countEnded(): number {
        const ended = slices.filter(({ endsAt }) => endsAt <= now);
        slices = slices.filter(({ endsAt }) => endsAt > now);
        for (const { endsAt, takesUs } of ended) tatUs = Math.max(tatUs, endsAt * 1_000) + takesUs;
        return tatUs;
      }

      function check(pace: Pace): void {
        tatUs = countEnded();
        expect(bucketAt(paceAt(pace, now), now, RATE).resetMs).toBe(fullAtMs(tatUs, slices, now) - now);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(inTheMiddle).toBeGreaterThan(1_000);
});
