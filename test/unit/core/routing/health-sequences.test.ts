import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_RULES } from '../../../../worker/core/routing/failure.ts';
import {
  claimProbe,
  HEALTHY,
  type Health,
  type HealthPolicy,
  healthState,
  type Observation,
  observe,
} from '../../../../worker/core/routing/health.ts';
import { anOutcome, aPolicy, kindsThat, START } from './arbitraries.ts';

/** What happens to a deployment: time moves (now and then backward), an attempt ends, a probe is asked for, an operator clears. */
const anEvent = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('outcome' as const), outcome: anOutcome(0) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('step' as const), ms: fc.integer({ min: 0, max: 400_000 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('step' as const), ms: fc.integer({ min: -90_000, max: 0 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('claim' as const), forMs: fc.integer({ min: 1, max: 60_000 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'clear' as const }) },
);

const someEvents = fc.array(anEvent, { maxLength: 60 });

interface Step {
  before: Health;
  after: Health;
  now: number;
  outcome?: Observation;
  claim?: string;
}

function play(
  events: readonly (typeof anEvent extends fc.Arbitrary<infer E> ? E : never)[],
  policy: HealthPolicy,
): Step[] {
  let now = START;
  let health: Health = HEALTHY;
  return events.map((event) => {
    const before = health;
    if (event.type === 'step') now += event.ms;
    if (event.type === 'clear') health = HEALTHY;
    if (event.type === 'claim') {
      const { next, claim } = claimProbe(health, now, event.forMs);
      health = next;
      return { before, after: health, now, claim };
    }
    if (event.type !== 'outcome') return { before, after: health, now };
    const outcome = { ...event.outcome, startedAt: now + event.outcome.startedAt };
    health = observe(health, outcome, now, policy);
    return { before, after: health, now, outcome };
  });
}

const numbersIn = (value: unknown): number[] =>
  typeof value === 'number'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(numbersIn)
      : [];

describe('any sequence of events, on a clock that also steps back', () => {
  it('leaves finite numbers and little data, and survives JSON', () => {
    fc.assert(
      fc.property(someEvents, aPolicy, (events, policy) => {
        for (const { after, now, outcome, before } of play(events, policy)) {
          expect(numbersIn(after).every(Number.isFinite)).toBe(true);
          expect(JSON.parse(JSON.stringify(after))).toEqual(after);
          if (after.state === 'closed') expect(after.buckets.length).toBeLessThanOrEqual(7);
          if (outcome === undefined) continue;
          expect(observe(JSON.parse(JSON.stringify(before)), outcome, now, policy)).toEqual(after);
        }
      }),
    );
  });

  it('never changes what it was given', () => {
    fc.assert(
      fc.property(someEvents, aPolicy, (events, policy) => {
        const steps = play(events, policy);
        const copies = steps.map(({ after }) => JSON.stringify(after));
        play(events, policy);
        for (const { before, outcome, now } of steps) if (outcome) observe(before, outcome, now, policy);
        expect(steps.map(({ after }) => JSON.stringify(after))).toEqual(copies);
        expect(HEALTHY).toEqual({ state: 'closed', buckets: [], inARow: { failures: 0, slow: 0, slowUsers: [] } });
      }),
    );
  });

  it('never shortens a cooldown, nor the time a provider asked for, except by a success that began later or by an operator', () => {
    fc.assert(
      fc.property(someEvents, aPolicy, (events, policy) => {
        for (const { before, after, outcome, claim } of play(events, policy)) {
          if (before.state === 'closed') continue;
          if (after.state === 'open') {
            expect(after.until).toBeGreaterThanOrEqual(before.until);
            expect(after.askedUntil).toBeGreaterThanOrEqual(before.askedUntil);
            expect(after.since).toBe(before.since);
          } else if (outcome !== undefined) {
            expect(outcome.result).toBe('success');
            expect(outcome.startedAt).toBeGreaterThanOrEqual(before.openedAt);
          } else expect(claim).toBeUndefined();
        }
      }),
    );
  });

  it('stays in cooldown at least as long as a provider asks, up to a day', () => {
    fc.assert(
      fc.property(someEvents, aPolicy, (events, policy) => {
        for (const { after, outcome, now } of play(events, policy)) {
          if (outcome?.result !== 'rate_limited' || outcome.retryAfterMs === undefined) continue;
          const askedMs = Math.min(outcome.retryAfterMs, 86_400_000);
          expect(after).toMatchObject({ state: 'open' });
          if (after.state === 'open')
            expect(Math.min(after.until, after.askedUntil)).toBeGreaterThanOrEqual(now + askedMs);
        }
      }),
    );
  });

  it('is not moved by what the caller is to blame for, nor by an unknown end; only a probe is given back', () => {
    fc.assert(
      fc.property(someEvents, aPolicy, (events, policy) => {
        for (const { before, after, outcome } of play(events, policy)) {
          if (outcome === undefined || outcome.result === 'success') continue;
          if (outcome.result !== 'unknown' && FAILURE_RULES[outcome.result].blame !== 'request') continue;
          expect({ ...after, probeUntil: 0 }).toEqual({ ...before, probeUntil: 0 });
        }
      }),
    );
  });

  it('goes into cooldown after more than allowedFails failures in a row, whatever came before and however far apart', () => {
    const kinds = fc.constantFrom(...kindsThat('count', 'asked'));
    const gaps = fc.integer({ min: 0, max: 500_000 });
    fc.assert(
      fc.property(
        someEvents,
        aPolicy,
        fc.array(fc.tuple(kinds, gaps, fc.boolean()), { minLength: 9, maxLength: 9 }),
        (events, policy, tail) => {
          const last = play(events, policy).at(-1);
          let health = last?.after ?? HEALTHY;
          let now = Math.max(START, last?.now ?? START);
          for (const [result, gapMs, asks] of tail.slice(0, policy.allowedFails + 1)) {
            now += gapMs;
            const startedAt = Math.max(now, health.state === 'open' ? health.openedAt : 0);
            health = observe(health, { startedAt, result, user: null, ...(asks && { retryAfterMs: 5 }) }, now, policy);
          }
          expect(healthState(health, now)).toBe('cooling');
          if (health.state === 'open') expect(health.until - now).toBeGreaterThanOrEqual(policy.cooldownMs);
        },
      ),
    );
  });
});
