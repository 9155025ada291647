import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  claimProbe,
  HEALTHY,
  type Health,
  type HealthPolicy,
  healthState,
  LONG_COOLDOWN_MS,
  type Observation,
  observe,
  storedHealth,
} from '../../../../worker/core/routing/health.ts';
import { aPolicy, aUser, kindsThat, START } from './arbitraries.ts';

const POLICY: HealthPolicy = { allowedFails: 3, cooldownMs: 10_000 };
const FIVE_MINUTES = 300_000;
const TWO_MINUTES = 120_000;

const failure = (result: Observation['result'], more: Partial<Observation> = {}): Observation => ({
  startedAt: START,
  result,
  user: null,
  ...more,
});

/** Each outcome `everyMs` after the one before, each attempt begun when it ended. */
function sequence(
  outcomes: readonly Omit<Observation, 'startedAt'>[],
  policy = POLICY,
  everyMs = 1_000,
  from: Health = HEALTHY,
) {
  let now = START;
  let health = from;
  for (const outcome of outcomes) {
    now += everyMs;
    health = observe(health, { ...outcome, startedAt: now }, now, policy);
  }
  return { health, now };
}

describe('failures', () => {
  it('begin a cooldown after more than allowedFails a minute among successes, where they are a tenth of the traffic', () => {
    const oneInFour = Array.from({ length: 16 }, (_, index) => ({
      result: index % 4 === 3 ? ('server_error' as const) : ('success' as const),
      user: null,
    }));
    expect(healthState(sequence(oneInFour).health, START)).toBe('cooling');
    const inSums = oneInFour.map((outcome) => (outcome.result === 'success' ? { ...outcome, count: 20 } : outcome));
    expect(sequence(inSums).health.state).toBe('closed');
  });

  it('are forgotten after a minute with successes between', () => {
    const rare = Array.from({ length: 20 }, (_, index) => ({
      result: index % 2 ? ('server_error' as const) : ('success' as const),
      user: null,
    }));
    expect(sequence(rare, POLICY, 11_000).health.state).toBe('closed');
  });

  it.each(kindsThat('long'))('%s begins a long cooldown at once', (result) => {
    const { health, now } = sequence([{ result, user: null }]);
    expect(health).toMatchObject({ state: 'open', until: now + LONG_COOLDOWN_MS, cause: result, isolateOnly: false });
  });

  it('of a region begin a cooldown in this isolate alone', () => {
    expect(sequence([{ result: 'region', user: null }]).health).toMatchObject({ state: 'open', isolateOnly: true });
  });

  it('begin the next cooldown at once after a recovery that has not ended an answer well', () => {
    const down = sequence(Array(4).fill({ result: 'server_error', user: null }));
    const probed = observe(
      down.health,
      failure('success', { startedAt: down.now + 10_000 }),
      down.now + 10_000,
      POLICY,
    );
    expect(probed.state).toBe('closed');
    expect(observe(probed, failure('cut'), down.now + 11_000, POLICY).state).toBe('open');
    const trusted = observe(probed, failure('success'), down.now + 11_000, POLICY);
    expect(observe(trusted, failure('cut'), down.now + 12_000, POLICY).state).toBe('closed');
  });
});

describe('a provider that names a time', () => {
  it('is left alone so long, a day at most', () => {
    const { health, now } = sequence([{ result: 'rate_limited', user: null, retryAfterMs: 30_000 }]);
    expect(health).toMatchObject({ until: now + 30_000, askedUntil: now + 30_000 });
    const forever = sequence([{ result: 'rate_limited', user: null, retryAfterMs: 1e12 }]);
    expect(forever.health).toMatchObject({ until: forever.now + 86_400_000 });
  });

  it('and never keeps to it goes into cooldown like any other that fails: otherwise every request would wait a second each time', () => {
    const again = Array(4).fill({ result: 'rate_limited', user: null, retryAfterMs: 1_000 });
    const third = sequence(again.slice(0, 3));
    expect(third.health).toMatchObject({ until: third.now + 1_000 });
    const fourth = sequence(again);
    expect(fourth.health).toMatchObject({ until: fourth.now + 10_000, askedUntil: fourth.now + 1_000 });
  });

  it('is not left alone longer by its word than it asked for: a cooldown of our own is not its word', () => {
    const { health, now } = sequence([
      { result: 'rate_limited', user: null, retryAfterMs: 500 },
      { result: 'server_error', user: null },
    ]);
    expect(health).toMatchObject({ until: now + 10_000, askedUntil: START + 1_500 });
  });
});

describe('slow answers', () => {
  const slowBy = (user: string | null) => ({ result: 'slow' as const, user });

  it('of one person never begin a cooldown, fewer than twelve in a row', () => {
    fc.assert(
      fc.property(
        aUser,
        aPolicy,
        fc.integer({ min: 1, max: 11 }),
        fc.integer({ min: 0, max: 30_000 }),
        fc.boolean(),
        (user, policy, times, everyMs, others) => {
          const run = Array(times).fill(slowBy(user));
          const twice = others ? [...run, { result: 'success', user: null }, ...run] : run;
          expect(sequence(twice, policy, everyMs).health.state).toBe('closed');
        },
      ),
    );
  });

  it('of one person begin a cooldown at twelve in a row: nobody’s prompts are all that long', () => {
    expect(sequence(Array(11).fill(slowBy('acme/ann'))).health.state).toBe('closed');
    expect(sequence(Array(12).fill(slowBy('acme/ann'))).health.state).toBe('open');
  });

  it('of two people begin a cooldown after more than allowedFails in a row', () => {
    fc.assert(
      fc.property(aPolicy, fc.integer({ min: 0, max: 400_000 }), (policy, everyMs) => {
        const run = Array.from({ length: Math.max(2, policy.allowedFails + 1) }, (_, index) =>
          slowBy(index % 2 ? 'ann' : 'bob'),
        );
        expect(sequence(run, policy, everyMs).health.state).toBe('open');
        if (policy.allowedFails > 1) expect(sequence(run.slice(1), policy, everyMs).health.state).toBe('closed');
      }),
    );
  });

  it('of two people begin a cooldown at half of the attempts, among successes', () => {
    const traffic = (successes: number) =>
      Array.from({ length: 8 }, (_, index) => [
        slowBy(index % 2 ? 'ann' : 'bob'),
        { result: 'success' as const, user: null, count: successes },
      ]).flat();
    const cools = (outcomes: Omit<Observation, 'startedAt'>[]) =>
      outcomes.some((_, index) => sequence(outcomes.slice(0, index + 1)).health.state === 'open');
    expect(cools(traffic(1))).toBe(true);
    expect(cools(traffic(2))).toBe(false);
  });

  it('of nobody named are one person’s', () => {
    expect(sequence(Array(6).fill(slowBy(null))).health.state).toBe('closed');
  });
});

describe('an outage', () => {
  const untilOpen = (cooldownMs: number) =>
    sequence(Array(4).fill({ result: 'server_error', user: null }), { allowedFails: 3, cooldownMs });

  it('is probed once every cooldown in its first five minutes, then less often, at most two minutes apart', () => {
    const kinds = fc.constantFrom(...kindsThat('count', 'share'));
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: TWO_MINUTES }),
        fc.array(kinds, { minLength: 40, maxLength: 40 }),
        (cooldownMs, causes) => {
          const policy = { allowedFails: 3, cooldownMs };
          let { health, now } = untilOpen(cooldownMs);
          for (const result of causes) {
            if (health.state !== 'open') throw new Error('closed');
            const young = now - health.since < FIVE_MINUTES;
            const cooldownMs = health.until - now;
            if (young) expect(cooldownMs).toBe(cooldownMs);
            expect(cooldownMs).toBeGreaterThanOrEqual(cooldownMs);
            expect(cooldownMs).toBeLessThanOrEqual(TWO_MINUTES);
            now = health.until;
            const { next, claim } = claimProbe(health, now, 30_000);
            expect(claim).toBe('granted');
            health = observe(next, { startedAt: now, result, user: null }, now, policy);
          }
        },
      ),
    );
  });

  it('grows to two minutes when it lasts', () => {
    let { health, now } = untilOpen(10_000);
    for (let probe = 0; probe < 60 && health.state === 'open'; probe++) {
      now = health.until;
      health = observe(health, failure('server_error', { startedAt: now }), now, POLICY);
    }
    expect(health).toMatchObject({ state: 'open', until: now + TWO_MINUTES });
  });

  it('is not ended by an answer that began before it', () => {
    const { health, now } = untilOpen(10_000);
    expect(observe(health, failure('success', { startedAt: now - 1 }), now + 20_000, POLICY)).toBe(health);
    expect(observe(health, failure('success', { startedAt: now }), now + 20_000, POLICY).state).toBe('closed');
  });

  it('is not prolonged by a failure that began before it', () => {
    const { health, now } = untilOpen(10_000);
    expect(observe(health, failure('server_error', { startedAt: now - 1 }), now + 5_000, POLICY)).toBe(health);
  });
});

describe('claimProbe', () => {
  it('grants one at a time, in whatever order requests ask, and a probe that never reports lapses', () => {
    const asks = fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 1, max: 20_000 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(asks, (gaps) => {
        let { health, now } = sequence(Array(4).fill({ result: 'server_error', user: null }));
        let heldUntil = health.state === 'open' ? health.until : 0;
        for (const [gapMs, forMs] of gaps) {
          now += gapMs;
          const { next, claim } = claimProbe(health, now, forMs);
          expect(claim).toBe(now >= heldUntil ? 'granted' : 'taken');
          if (claim === 'granted') heldUntil = now + forMs;
          else expect(next).toBe(health);
          health = next;
        }
      }),
    );
  });

  it('has nothing to claim where nothing is in cooldown', () => {
    expect(claimProbe(HEALTHY, START, 1_000)).toEqual({ next: HEALTHY, claim: 'closed' });
  });

  it.each(['unknown', 'bad_request', 'flagged', 'too_long'] as const)(
    'is free again when the probe ends with %s',
    (result) => {
      const { health } = sequence(Array(4).fill({ result: 'server_error', user: null }));
      const later = START + 60_000;
      const { next } = claimProbe(health, later, 30_000);
      expect(claimProbe(next, later + 1, 30_000).claim).toBe('taken');
      const returned = observe(next, failure(result, { startedAt: later }), later + 1, POLICY);
      expect(claimProbe(returned, later + 1, 30_000).claim).toBe('granted');
      // One that began before the cooldown is not the probe.
      expect(observe(next, failure(result, { startedAt: START }), later + 1, POLICY)).toBe(next);
    },
  );
});

it('is read as it is now from what an earlier build stored: the length of its cooldown had another name', () => {
  const open = sequence([{ result: 'bad_key', user: null }]).health;
  if (open.state !== 'open') throw new Error('a wrong key begins a cooldown');
  const { cooldownMs, ...others } = open;
  expect(storedHealth(JSON.parse(JSON.stringify({ ...others, restMs: cooldownMs })))).toEqual(open);
  expect(storedHealth(JSON.parse(JSON.stringify(open)))).toEqual(open);
  expect(storedHealth(HEALTHY)).toEqual(HEALTHY);
});
