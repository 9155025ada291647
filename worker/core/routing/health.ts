/**
 * The health of one deployment is a circuit breaker, as plain data that survives JSON. Each isolate keeps one per deployment, which
 * acts at once. `HealthBoard` keeps one over all isolates. Both change it only by the functions here.
 */
import { FAILURE_RULES, type FailureKind } from './failure.ts';

/** When a cooldown begins and how long it lasts, from config's `router` section. */
export interface HealthPolicy {
  /** Failures tolerated in a minute. One more begins a cooldown. */
  allowedFails: number;
  cooldownMs: number;
}

/**
 * Failures begin a cooldown only if they are at least this share of the minute's attempts, so a busy deployment with a rare fault
 * stays up.
 */
const LEAST_FAILURE_SHARE = 0.1;
/**
 * Slow first tokens begin a cooldown only at this share of the attempts, and only if they hit at least two users. A single user may
 * simply send long prompts.
 */
const LEAST_SLOW_SHARE = 0.5;
const LEAST_SLOW_USERS = 2;
/** This many slow answers in a row, with no good one in between, can no longer be explained by one user's long prompts. */
const SLOW_IN_A_ROW = 12;
const WINDOW_MS = 60_000;
const BUCKET_MS = 10_000;
/** Cooldowns keep their length for the first minutes of an outage, so that a provider that recovers serves again soon. Then they grow. */
const GROW_AFTER_MS = 300_000;
const LONGEST_COOLDOWN_MS = 120_000;
/** The cooldown for failures that only an operator can fix: no money, a wrong key, a missing model. */
export const LONG_COOLDOWN_MS = 300_000;
/** A provider that asks for more than a day does not mean it. */
const LONGEST_ASKED_MS = 86_400_000;

interface Bucket {
  startsAt: number;
  attempts: number;
  failures: number;
  slow: number;
  slowUsers: string[];
}

/** The deployment is up, and its failures are counted. */
export interface Closed {
  state: 'closed';
  buckets: Bucket[];
  /** Failures since the last success, however long ago, because slow failures may come less than once in a window. */
  inARow: { failures: number; slow: number; slowUsers: string[] };
}

/** The deployment is in cooldown until `until`, and half-open afterwards. */
export interface Open {
  state: 'open';
  until: number;
  /** When the outage began. Cooldowns grow with its age. */
  since: number;
  openedAt: number;
  cooldownMs: number;
  cause: FailureKind;
  /** Until when the provider asked to be left alone. It is not called sooner, even if no other deployment is left. */
  askedUntil: number;
  /** Failures in a row. After too many, a full cooldown replaces the short ones that the provider asks for. */
  failures: number;
  /** True if only this isolate's region is refused. Other isolates may go on. */
  isolateOnly: boolean;
  /** Until when a half-open probe is claimed. There is one at a time. The claim expires, because the isolate that probes may die. */
  probeUntil: number;
}

/** A deployment's health. */
export type Health = Closed | Open;

/** Reads stored health. An earlier build stored the length of a cooldown as `restMs`. */
export const storedHealth = (stored: Health & { restMs?: number }): Health => {
  const { restMs, ...health } = stored;
  return health.state === 'open' ? { ...health, cooldownMs: health.cooldownMs ?? restMs ?? 0 } : health;
};

/** What one attempt showed. `user` is an opaque name, or null if the request named no user. */
export interface Observation {
  startedAt: number;
  /** `unknown`: the attempt ended without showing anything about the deployment, because the client left or our own time was up. */
  result: 'success' | 'unknown' | FailureKind;
  user: string | null;
  retryAfterMs?: number;
  /** How many such observations this one stands for, because successes are reported in sums. */
  count?: number;
}

/** What an isolate reports to `HealthBoard`, in the order it happened. */
export interface HealthReport {
  deployment: string;
  outcomes: Observation[];
}

const NOTHING_WRONG: Closed['inARow'] = { failures: 0, slow: 0, slowUsers: [] };

/** The health of a deployment without any known failure. */
export const HEALTHY: Closed = { state: 'closed', buckets: [], inARow: NOTHING_WRONG };

/** `cooling`: in cooldown. `half-open`: the cooldown is over, and one probe may try the deployment. */
export type HealthState = 'up' | 'half-open' | 'cooling';

/** The state that routing asks for. */
export const healthState = (health: Health, now: number): HealthState =>
  health.state === 'closed' ? 'up' : health.until <= now ? 'half-open' : 'cooling';

/** The health after one observation of an attempt. */
export function observe(health: Health, observation: Observation, now: number, policy: HealthPolicy): Health {
  const { result: cause, retryAfterMs } = observation;
  if (cause === 'success') return afterSuccess(health, observation, now, policy);
  if (cause === 'unknown') return withoutProbe(health, observation);
  const { cooldown } = FAILURE_RULES[cause];
  if (cooldown === 'none') return withoutProbe(health, observation);
  if (cooldown === 'long') return open(health, now, { cause, cooldownMs: LONG_COOLDOWN_MS });
  if (cooldown === 'isolate') return open(health, now, { cause, cooldownMs: LONG_COOLDOWN_MS, isolateOnly: true });
  // Every failure may come with a `retry-after`, because overloaded providers send one too, not only rate limits.
  const askedMs = retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, LONGEST_ASKED_MS);
  if (health.state === 'open') return afterFailureWhileOpen(health, observation, now, policy, { cause, askedMs });
  const counted = count(health, observation, cooldown === 'share', now);
  if (needsCooldown(counted, now, policy)) return open(counted, now, { cause, cooldownMs: policy.cooldownMs, askedMs });
  return askedMs === undefined ? counted : open(counted, now, { cause, cooldownMs: askedMs, askedMs });
}

/** The result of a claim to probe. `closed`: the deployment is up, so no probe is needed. */
export type ProbeClaim = 'granted' | 'taken' | 'closed';

/** `HealthBoard`'s reply to a claim. If the probe is taken, `until` says how long the others wait. */
export interface ProbeAnswer {
  claim: ProbeClaim;
  until: number;
  askedUntil: number;
}

/** One caller at a time may probe a half-open deployment. A probe that never reports blocks the next one only for `forMs`. */
export function claimProbe(health: Health, now: number, forMs: number): { next: Health; claim: ProbeClaim } {
  if (health.state === 'closed') return { next: health, claim: 'closed' };
  if (health.until > now || health.probeUntil > now) return { next: health, claim: 'taken' };
  return { next: { ...health, probeUntil: now + forMs }, claim: 'granted' };
}

function afterSuccess(health: Health, observation: Observation, now: number, { allowedFails }: HealthPolicy): Health {
  if (health.state === 'open') {
    // A stream that began before the outage and ends well says nothing about now.
    if (observation.startedAt < health.openedAt) return health;
    // A probe reports its first content. Earlier failures stay counted until an answer has ended well.
    return { ...HEALTHY, inARow: { ...NOTHING_WRONG, failures: Math.min(health.failures, allowedFails) } };
  }
  const buckets = withBucket(health.buckets, now);
  const last = buckets[buckets.length - 1];
  if (last !== undefined) last.attempts += observation.count ?? 1;
  return { state: 'closed', buckets, inARow: NOTHING_WRONG };
}

/** A probe that showed nothing makes way for the next one at once. */
function withoutProbe(health: Health, { startedAt }: Observation): Health {
  if (health.state === 'closed' || health.probeUntil === 0 || startedAt < health.openedAt) return health;
  return { ...health, probeUntil: 0 };
}

interface Why {
  cause: FailureKind;
  /** How long the provider asked to be left alone. */
  askedMs?: number | undefined;
}

function afterFailureWhileOpen(
  health: Open,
  { startedAt, count = 1 }: Observation,
  now: number,
  policy: HealthPolicy,
  { cause, askedMs }: Why,
): Health {
  const { isolateOnly, openedAt } = health;
  if (startedAt < openedAt) {
    // The attempt began before the cooldown did, so it can only add the time that the provider asks for.
    return askedMs === undefined ? health : open(health, now, { cause, cooldownMs: askedMs, askedMs, isolateOnly });
  }
  const failures = health.failures + count;
  const isOld = now - health.since >= GROW_AFTER_MS;
  const ownMs = isOld
    ? Math.min(Math.max(health.cooldownMs, policy.cooldownMs) * 2, LONGEST_COOLDOWN_MS)
    : policy.cooldownMs;
  const cooldownMs = askedMs !== undefined && failures <= policy.allowedFails ? askedMs : ownMs;
  return { ...open(health, now, { cause, cooldownMs, askedMs, isolateOnly }), failures };
}

function open(
  health: Health,
  now: number,
  { cause, cooldownMs, askedMs, isolateOnly = false }: Why & { cooldownMs: number; isolateOnly?: boolean },
): Open {
  const earlier = health.state === 'open' ? health : undefined;
  return {
    state: 'open',
    until: Math.max(earlier?.until ?? 0, now + Math.max(cooldownMs, askedMs ?? 0)),
    askedUntil: Math.max(earlier?.askedUntil ?? 0, askedMs === undefined ? 0 : now + askedMs),
    since: earlier?.since ?? now,
    openedAt: now,
    cooldownMs,
    cause,
    failures: health.state === 'open' ? health.failures : health.inARow.failures,
    isolateOnly,
    probeUntil: 0,
  };
}

function count(health: Closed, observation: Observation, isSlow: boolean, now: number): Closed {
  const times = observation.count ?? 1;
  const buckets = withBucket(health.buckets, now);
  const last = buckets[buckets.length - 1];
  if (last !== undefined) {
    last.attempts += times;
    if (isSlow) {
      last.slow += times;
      last.slowUsers = withUser(last.slowUsers, observation.user);
    } else {
      last.failures += times;
    }
  }
  const { failures, slow, slowUsers } = health.inARow;
  const inARow = isSlow
    ? { failures, slow: slow + times, slowUsers: withUser(slowUsers, observation.user) }
    : { failures: failures + times, slow, slowUsers };
  return { state: 'closed', buckets, inARow };
}

function needsCooldown(health: Closed, now: number, { allowedFails }: HealthPolicy): boolean {
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

/** Two names are enough to know that more than one user is affected. Unnamed users count as one. */
const withUser = (users: readonly string[], user: string | null): string[] => {
  const name = user ?? '';
  return users.length >= LEAST_SLOW_USERS || users.includes(name) ? [...users] : [...users, name];
};
