import type { CachePolicy } from './cache-schema.ts';

/** `stale` may serve only where nothing else can. */
export type Freshness = 'fresh' | 'stale' | 'gone';

/** An answer of one machine is read on another, whose clock may be behind; dated further ahead, nobody knows its age. */
const CLOCKS_DIFFER_MS = 60_000;

interface Dated {
  storedAt: number;
  now: number;
  policy: Pick<CachePolicy, 'ttlMs' | 'staleTtlMs'>;
}

/** By the policy of now, not by the one it was stored under: a shorter time holds at once. */
export function freshness({ storedAt, now, policy }: Dated): Freshness {
  const ageMs = now - storedAt;
  if (ageMs < -CLOCKS_DIFFER_MS) return 'gone';
  if (ageMs < policy.ttlMs) return 'fresh';
  return ageMs < policy.ttlMs + policy.staleTtlMs ? 'stale' : 'gone';
}

/** As HTTP's `age` counts. */
export const ageSeconds = (storedAt: number, now: number): number => Math.max(0, Math.floor((now - storedAt) / 1000));
