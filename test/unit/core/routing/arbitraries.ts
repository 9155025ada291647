/** Arbitraries for the routing core. */
import fc from 'fast-check';
import {
  type CooldownRule,
  FAILURE_RULES,
  type Failure,
  type FailureKind,
} from '../../../../worker/core/routing/failure.ts';
import type { HealthPolicy, Observation } from '../../../../worker/core/routing/health.ts';
import type { Candidate } from '../../../../worker/core/routing/plan.ts';

export const START = 1_800_000_000_000;

export const KINDS = Object.keys(FAILURE_RULES) as FailureKind[];
export const kindsThat = (...rules: CooldownRule[]): FailureKind[] =>
  KINDS.filter((kind) => rules.includes(FAILURE_RULES[kind].cooldown));

export const aKind = fc.constantFrom(...KINDS);
export const aUser = fc.constantFrom(null, 'acme/ann', 'acme/bob', 'acme/eve');

export const aPolicy: fc.Arbitrary<HealthPolicy> = fc.record({
  allowedFails: fc.integer({ min: 0, max: 8 }),
  cooldownMs: fc.integer({ min: 100, max: 120_000 }),
});

/** `startedAt` is how long before its end the attempt began. */
export const anOutcome = (now: number): fc.Arbitrary<Observation> =>
  fc
    .record(
      {
        ageMs: fc.integer({ min: 0, max: 90_000 }),
        result: fc.oneof(fc.constantFrom('success' as const, 'unknown' as const), aKind),
        user: aUser,
        retryAfterMs: fc.integer({ min: 0, max: 200_000_000 }),
        count: fc.integer({ min: 1, max: 500 }),
      },
      { requiredKeys: ['ageMs', 'result', 'user'] },
    )
    .map(({ ageMs, ...outcome }) => ({ ...outcome, startedAt: now - ageMs }));

export const failureOf = (kind: FailureKind, retryAfterMs?: number): Failure => ({
  kind,
  message: kind,
  mayBeBilled: false,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

export const aFailure: fc.Arbitrary<Failure> = fc
  .tuple(aKind, fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }), fc.boolean())
  .map(([kind, retryAfterMs, mayBeBilled]) => ({ ...failureOf(kind, retryAfterMs), mayBeBilled }));

export const someCandidates: fc.Arbitrary<Candidate[]> = fc
  .array(
    fc.record({
      model: fc.constantFrom('small', 'large', 'other'),
      provider: fc.constantFrom('one', 'two'),
      order: fc.integer({ min: 1, max: 3 }),
      weight: fc.integer({ min: 1, max: 9 }),
      state: fc.constantFrom('up' as const, 'half-open' as const, 'cooling' as const),
      until: fc.integer({ min: 0, max: 100_000 }),
      asked: fc.boolean(),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((candidates) =>
    candidates.map((candidate, index) => ({
      ...candidate,
      id: `d${index}`,
      until: candidate.state === 'cooling' ? START + candidate.until + 1 : START - candidate.until,
      asked: candidate.asked && candidate.state === 'cooling',
    })),
  );

/** Repeats these numbers in [0, 1). */
export const aRandom: fc.Arbitrary<() => number> = fc
  .array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 12 })
  .map((numbers) => {
    let drawn = 0;
    return () => numbers[drawn++ % numbers.length] ?? 0;
  });
