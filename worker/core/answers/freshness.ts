import type { CachePolicy } from './cache-policy.ts';

/** `stale`: it may serve only if nothing else can. `gone`: not even then. */
export type Freshness = 'fresh' | 'stale' | 'gone';

/** Another machine may have stored the answer, with a clock ahead of ours. If it is dated further ahead than this, its age is unknown. */
const CLOCKS_DIFFER_MS = 60_000;

interface Dated {
  storedAt: number;
  now: number;
  policy: Pick<CachePolicy, 'ttlMs' | 'staleTtlMs'>;
}

/** Judged by the current policy, not by the one it was stored under: a shorter time holds at once. */
export function freshness({ storedAt, now, policy }: Dated): Freshness {
  const ageMs = now - storedAt;
  if (ageMs < -CLOCKS_DIFFER_MS) return 'gone';
  if (ageMs < policy.ttlMs) return 'fresh';
  return ageMs < policy.ttlMs + policy.staleTtlMs ? 'stale' : 'gone';
}

/** The value of HTTP's `age` header. */
export const ageSeconds = (storedAt: number, now: number): number => Math.max(0, Math.floor((now - storedAt) / 1000));
