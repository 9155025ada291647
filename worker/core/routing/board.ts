/** The routing board: one KV document that tells every isolate which deployments rest, and what operators have set. `HealthBoard` alone writes it. */
import type { Learnt } from '../pricing/learnt.ts';
import type { FailureKind } from './failure.ts';
import { HEALTHY, type Health } from './health.ts';
import type { Overrides } from './overrides.ts';

/** Its key in KV (docs/storage.md). */
export const BOARD_KEY = 'board:v1';

/** One deployment's cooldown as published. `until: 0` clears it: clearing is a write too, for a stale reader must learn of it. */
export interface PublishedCooldown {
  until: number;
  askedUntil: number;
  since: number;
  cause: FailureKind;
  failures: number;
  /** Higher wins. */
  version: number;
  /** When `HealthBoard` decided. */
  at: number;
}

/** The last three have a place in the document, and nothing sets them yet. */
export interface PublishedOverrides extends Overrides {
  promotions: Readonly<Record<string, never>>;
  safeguards: Readonly<Record<string, never>>;
  frozen: null;
}

export interface BoardDocument {
  /** 1: of a build without overrides. Each build reads the other's: what it does not know it passes over. */
  schema: 1 | 2;
  cooldowns: Readonly<Record<string, PublishedCooldown>>;
  /** What bills have taught (worker/core/pricing/learnt.ts); a writer of an older version leaves it out. */
  learnt?: Readonly<Record<string, Partial<Learnt>>>;
  overrides?: PublishedOverrides;
}

/** Cleared entries stay in the document this long, so that each isolate reads the clearing. */
export const KEEP_CLEARED_MS = 3_600_000;
/** One that nobody asked for so long is probably configured otherwise by now, under another name. */
export const KEEP_RESTING_MS = 7 * 86_400_000;

/** What this isolate knows of one deployment, joined with a newer published entry. */
export function mergePublished(own: Health, entry: PublishedCooldown): Health {
  if (entry.until === 0) {
    const stays = own.state === 'closed' || own.isolateOnly || own.openedAt > entry.at;
    return stays ? own : HEALTHY;
  }
  if (own.state === 'open') {
    const until = Math.max(own.until, entry.until);
    const askedUntil = Math.max(own.askedUntil, entry.askedUntil);
    return until === own.until && askedUntil === own.askedUntil ? own : { ...own, until, askedUntil };
  }
  const { until, askedUntil, since, cause, failures, at } = entry;
  return {
    state: 'open',
    until,
    askedUntil,
    since,
    openedAt: at,
    restMs: Math.max(0, until - at),
    cause,
    failures,
    isolateOnly: false,
    probeUntil: 0,
  };
}

/** What `HealthBoard` publishes of a deployment, from its health before and after; undefined where nothing changed for others. */
export function publishedChange(
  before: Health,
  after: Health,
  version: number,
  now: number,
): PublishedCooldown | undefined {
  if (before.state === 'closed' && after.state === 'open') {
    const { until, askedUntil, since, cause, failures } = after;
    return { until, askedUntil, since, cause, failures, version, at: now };
  }
  if (before.state === 'open' && after.state === 'closed') {
    return { until: 0, askedUntil: 0, since: before.since, cause: before.cause, failures: 0, version, at: now };
  }
  return undefined;
}
