/**
 * How one deployment stands: a circuit breaker as plain data that survives JSON. The isolate keeps one per deployment (at
 * once, for itself); `HealthBoard` keeps the same over all isolates. Both move it only by the functions here.
 */
import { FAILURE_RULES, type FailureKind } from './failure.ts';

export interface HealthPolicy {
  /** Failures a minute; one more rests the deployment. */
  allowedFails: number;
  cooldownMs: number;
}

/** Failures are rested for only when they are at least this share of the minute's attempts: a busy deployment with a rare fault stays. */
const LEAST_FAILURE_SHARE = 0.1;
/** A slow first token rests a deployment only at this share, with traffic and two users (docs/contract.md "Blame"). */
const LEAST_SLOW_SHARE = 0.5;
const LEAST_SLOW_USERS = 2;
/** So many slow answers in a row, with not one good one between, are no longer one person's long prompts. */
const SLOW_IN_A_ROW = 12;
const WINDOW_MS = 60_000;
const BUCKET_MS = 10_000;
/** Rests keep their length for the first minutes of an outage, so that a provider that is back serves again soon; then they grow. */
const GROW_AFTER_MS = 300_000;
const LONGEST_REST_MS = 120_000;
/** No money, a wrong key, a missing model: an operator has to act. */
export const LONG_REST_MS = 300_000;
/** A provider may ask for more than a day; nobody means it. */
const LONGEST_ASKED_MS = 86_400_000;

interface Bucket {
  startsAt: number;
  attempts: number;
  failures: number;
  slow: number;
  slowUsers: string[];
}

export interface Closed {
  state: 'closed';
  buckets: Bucket[];
  /** Since the last success, however long ago: slow failures may come less often than a window is long. */
  inARow: { failures: number; slow: number; slowUsers: string[] };
}

export interface Open {
  state: 'open';
  until: number;
  /** When the outage began; rests grow with its age. */
  since: number;
  openedAt: number;
  restMs: number;
  cause: FailureKind;
  /** The provider named this time: it is not asked sooner, not even as the last one left. */
  askedUntil: number;
  /** Failures in a row: short rests that a provider asks for end in a full one. */
  failures: number;
  /** This isolate alone is refused here. */
  isolateOnly: boolean;
  /** One half-open probe at a time; it lapses by itself, for a prober may die. */
  probeUntil: number;
}

export type Health = Closed | Open;

/** What one attempt showed. `user` is an opaque name, or null where nobody was named. */
export interface Observation {
  startedAt: number;
  /** `unknown`: it ended without telling anything about the deployment, because the client left or our own time was up. */
  result: 'success' | 'unknown' | FailureKind;
  user: string | null;
  retryAfterMs?: number;
  /** How many such outcomes this one stands for (successes travel in sums). */
  count?: number;
}

/** What an isolate tells `HealthBoard`, in the order of happening. */
export interface HealthReport {
  deployment: string;
  outcomes: Observation[];
}

const NOTHING_WRONG: Closed['inARow'] = { failures: 0, slow: 0, slowUsers: [] };

export const HEALTHY: Closed = { state: 'closed', buckets: [], inARow: NOTHING_WRONG };

export type HealthState = 'up' | 'half-open' | 'resting';

export const standing = (health: Health, now: number): HealthState =>
  health.state === 'closed' ? 'up' : health.until <= now ? 'half-open' : 'resting';

/** The health after one outcome. */
export function observe(health: Health, outcome: Observation, now: number, policy: HealthPolicy): Health {
  const { result: cause, retryAfterMs } = outcome;
  if (cause === 'success') return afterSuccess(health, outcome, now, policy);
  if (cause === 'unknown') return withoutProbe(health, outcome);
  const { rest } = FAILURE_RULES[cause];
  if (rest === 'none') return withoutProbe(health, outcome);
  if (rest === 'long') return open(health, now, { cause, restMs: LONG_REST_MS });
  if (rest === 'isolate') return open(health, now, { cause, restMs: LONG_REST_MS, isolateOnly: true });
  // A hint counts whatever it came with: an overloaded provider names a time as well as a rate limit does.
  const askedMs = retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, LONGEST_ASKED_MS);
  if (health.state === 'open') return afterFailureWhileOpen(health, outcome, now, policy, { cause, askedMs });
  const counted = count(health, outcome, rest === 'share', now);
  if (shouldRest(counted, now, policy)) return open(counted, now, { cause, restMs: policy.cooldownMs, askedMs });
  return askedMs === undefined ? counted : open(counted, now, { cause, restMs: askedMs, askedMs });
}

export type ProbeClaim = 'granted' | 'taken' | 'closed';

/** `HealthBoard`'s answer; where it is taken, with how long the others wait and how long the provider asked for. */
export interface ProbeAnswer {
  claim: ProbeClaim;
  until: number;
  askedUntil: number;
}

/** One caller at a time may try a half-open deployment; `forMs` bounds how long a probe that never reports blocks the next. */
export function claimProbe(health: Health, now: number, forMs: number): { next: Health; claim: ProbeClaim } {
  if (health.state === 'closed') return { next: health, claim: 'closed' };
  if (health.until > now || health.probeUntil > now) return { next: health, claim: 'taken' };
  return { next: { ...health, probeUntil: now + forMs }, claim: 'granted' };
}

function afterSuccess(health: Health, outcome: Observation, now: number, { allowedFails }: HealthPolicy): Health {
  if (health.state === 'open') {
    // A stream that began before the trouble and ends well says nothing about now.
    if (outcome.startedAt < health.openedAt) return health;
    // A probe tells of its first content; until an answer has ended well, what failed before is not forgotten.
    return { ...HEALTHY, inARow: { ...NOTHING_WRONG, failures: Math.min(health.failures, allowedFails) } };
  }
  const buckets = withBucket(health.buckets, now);
  const last = buckets[buckets.length - 1];
  if (last !== undefined) last.attempts += outcome.count ?? 1;
  return { state: 'closed', buckets, inARow: NOTHING_WRONG };
}

/** A probe that showed nothing lets the next one try at once. */
function withoutProbe(health: Health, { startedAt }: Observation): Health {
  if (health.state === 'closed' || health.probeUntil === 0 || startedAt < health.openedAt) return health;
  return { ...health, probeUntil: 0 };
}

interface Why {
  cause: FailureKind;
  /** The provider asked to be left alone so long. */
  askedMs?: number | undefined;
}

function afterFailureWhileOpen(
  health: Open,
  { startedAt, count = 1 }: Observation,
  now: number,
  { allowedFails, cooldownMs }: HealthPolicy,
  { cause, askedMs }: Why,
): Health {
  const { isolateOnly, openedAt } = health;
  if (startedAt < openedAt) {
    // It began before the rest did, so all it can add is a time that the provider asks for.
    return askedMs === undefined ? health : open(health, now, { cause, restMs: askedMs, askedMs, isolateOnly });
  }
  const failures = health.failures + count;
  const old = now - health.since >= GROW_AFTER_MS;
  const ownMs = old ? Math.min(Math.max(health.restMs, cooldownMs) * 2, LONGEST_REST_MS) : cooldownMs;
  const restMs = askedMs !== undefined && failures <= allowedFails ? askedMs : ownMs;
  return { ...open(health, now, { cause, restMs, askedMs, isolateOnly }), failures };
}

function open(
  health: Health,
  now: number,
  { cause, restMs, askedMs, isolateOnly = false }: Why & { restMs: number; isolateOnly?: boolean },
): Open {
  const earlier = health.state === 'open' ? health : undefined;
  return {
    state: 'open',
    until: Math.max(earlier?.until ?? 0, now + Math.max(restMs, askedMs ?? 0)),
    askedUntil: Math.max(earlier?.askedUntil ?? 0, askedMs === undefined ? 0 : now + askedMs),
    since: earlier?.since ?? now,
    openedAt: now,
    restMs,
    cause,
    failures: health.state === 'open' ? health.failures : health.inARow.failures,
    isolateOnly,
    probeUntil: 0,
  };
}

function count(health: Closed, outcome: Observation, isSlow: boolean, now: number): Closed {
  const times = outcome.count ?? 1;
  const buckets = withBucket(health.buckets, now);
  const last = buckets[buckets.length - 1];
  if (last !== undefined) {
    last.attempts += times;
    if (isSlow) {
      last.slow += times;
      last.slowUsers = withUser(last.slowUsers, outcome.user);
    } else {
      last.failures += times;
    }
  }
  const { failures, slow, slowUsers } = health.inARow;
  const inARow = isSlow
    ? { failures, slow: slow + times, slowUsers: withUser(slowUsers, outcome.user) }
    : { failures: failures + times, slow, slowUsers };
  return { state: 'closed', buckets, inARow };
}

function shouldRest(health: Closed, now: number, { allowedFails }: HealthPolicy): boolean {
  const recent = health.buckets.filter((bucket) => bucket.startsAt > now - WINDOW_MS);
  const sum = (pick: (bucket: Bucket) => number) => recent.reduce((total, bucket) => total + pick(bucket), 0);
  const attempts = sum((bucket) => bucket.attempts);
  const failures = sum((bucket) => bucket.failures);
  if (failures > allowedFails && failures >= LEAST_FAILURE_SHARE * attempts) return true;
  const { inARow } = health;
  if (inARow.failures > allowedFails) return true;
  if (inARow.slow >= Math.max(SLOW_IN_A_ROW, allowedFails + 1)) return true;
  const users = new Set([...inARow.slowUsers, ...recent.flatMap((bucket) => bucket.slowUsers)]).size;
  if (users < LEAST_SLOW_USERS) return false;
  const slow = sum((bucket) => bucket.slow);
  return inARow.failures + inARow.slow > allowedFails || (slow > allowedFails && slow >= LEAST_SLOW_SHARE * attempts);
}

/** A copy of the window that ends in the bucket of `now`. */
function withBucket(buckets: readonly Bucket[], now: number): Bucket[] {
  const startsAt = Math.floor(now / BUCKET_MS) * BUCKET_MS;
  const kept = buckets.filter((bucket) => bucket.startsAt > now - WINDOW_MS).map((bucket) => ({ ...bucket }));
  // A clock that stepped back keeps writing into the newest bucket.
  if ((kept[kept.length - 1]?.startsAt ?? Number.NEGATIVE_INFINITY) < startsAt) {
    kept.push({ startsAt, attempts: 0, failures: 0, slow: 0, slowUsers: [] });
  }
  return kept;
}

/** Two names are enough to know that it is not one person; nobody named counts as one. */
const withUser = (users: readonly string[], user: string | null): string[] => {
  const name = user ?? '';
  return users.length >= LEAST_SLOW_USERS || users.includes(name) ? [...users] : [...users, name];
};
