import type { CachePolicy } from './cache-policy.ts';

/** `stale`: the answer may be given only instead of an error. `gone`: not even then. */
export type Freshness = 'fresh' | 'stale' | 'gone';

/** Another machine with a clock ahead of ours may have stored the answer. If the date is further ahead than this, the age is unknown. */
const CLOCKS_DIFFER_MS = 60_000;

interface Dated {
  storedAt: number;
  now: number;
  policy: Pick<CachePolicy, 'ttlMs' | 'staleTtlMs'>;
}

/** Judges an answer by the current policy, not by the policy it was stored under, so a shorter time takes effect at once. */
export function freshness({ storedAt, now, policy }: Dated): Freshness {
  const ageMs = now - storedAt;
  if (ageMs < -CLOCKS_DIFFER_MS) return 'gone';
  if (ageMs < policy.ttlMs) return 'fresh';
  return ageMs < policy.ttlMs + policy.staleTtlMs ? 'stale' : 'gone';
}

/** The value of HTTP's `age` header. */
export const ageSeconds = (storedAt: number, now: number): number => Math.max(0, Math.floor((now - storedAt) / 1000));
