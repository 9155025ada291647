/**
 * The routing board: one KV document that tells every isolate which deployments are in cooldown, and what operators have set. Only
 * `HealthBoard` writes it.
 */
import type { Learnt } from '../pricing/learnt.ts';
import type { FailureKind } from './failure.ts';
import { HEALTHY, type Health, type Open } from './health.ts';
import { withoutEnded } from './override-changes.ts';
import { type Overrides, RESERVED_OVERRIDES } from './overrides.ts';

/** The board's key in KV (docs/storage.md). */
export const BOARD_KEY = 'board:v1';

/** One deployment's cooldown as published. `until: 0` clears it. A clearing is written too, so that stale readers learn about it. */
export interface PublishedCooldown {
  until: number;
  askedUntil: number;
  since: number;
  cause: FailureKind;
  failures: number;
  /** The higher version wins. */
  version: number;
  /** When `HealthBoard` decided this. */
  at: number;
}

/** The overrides in the document. `promotions` is reserved, and nothing sets it yet. */
export interface PublishedOverrides extends Overrides {
  promotions: Readonly<Record<string, never>>;
}

/** What KV holds under `BOARD_KEY`. */
export interface BoardDocument {
  /** Builds without overrides write 1. Each build reads the other's documents and skips what it does not know. */
  schema: 1 | 2;
  cooldowns: Readonly<Record<string, PublishedCooldown>>;
  /** What the router has learnt from bills (worker/core/pricing/learnt.ts). Older builds leave it out. */
  learnt?: Readonly<Record<string, Partial<Learnt>>>;
  overrides?: PublishedOverrides;
}

/** A deployment in cooldown. */
export interface InCooldown {
  deployment: string;
  health: Open;
}

/** The result when an operator clears a deployment, with what was in force before. */
export interface Cleared {
  wasInCooldown: boolean;
  version: number;
  clearings: number;
  before: { cooldown: Open | null; learnt: Learnt | null };
}

/** Cleared entries stay in the document this long, so that each isolate reads the clearing. */
const KEEP_CLEARED_MS = 3_600_000;
/** Cooldowns stay in the document this long. A deployment that was not asked since then probably has another name in config by now. */
const KEEP_COOLDOWN_MS = 7 * 86_400_000;

/** What this isolate knows about one deployment, merged with a newer published entry. */
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
    cooldownMs: Math.max(0, until - at),
    cause,
    failures,
    isolateOnly: false,
    probeUntil: 0,
  };
}

/** What `HealthBoard` publishes about a deployment, from its health before and after a change. Undefined if nothing changed for others. */
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
  return before.state === 'open' && after.state === 'closed' ? clearing(before, version, now) : undefined;
}

/** What `HealthBoard` publishes when an operator ends a cooldown. Another isolate may have a cooldown even if `HealthBoard` has none. */
export const clearedByHand = (before: Health, version: number, now: number): PublishedCooldown =>
  clearing(before.state === 'open' ? before : { since: 0, cause: 'server_error' }, version, now);

const clearing = (
  { since, cause }: Pick<Open, 'since' | 'cause'>,
  version: number,
  now: number,
): PublishedCooldown => ({
  until: 0,
  askedUntil: 0,
  since,
  cause,
  failures: 0,
  version,
  at: now,
});

/** The whole document, without cooldowns and overrides that are over. */
export function boardDocument(
  published: readonly (readonly [deployment: string, PublishedCooldown])[],
  learnt: Readonly<Record<string, Learnt>>,
  overrides: Overrides,
  now: number,
): BoardDocument {
  const isKept = ({ until, at }: PublishedCooldown) => at > now - (until === 0 ? KEEP_CLEARED_MS : KEEP_COOLDOWN_MS);
  return {
    schema: 2,
    cooldowns: Object.fromEntries(published.filter(([, entry]) => isKept(entry))),
    ...(Object.keys(learnt).length > 0 && { learnt }),
    overrides: { ...RESERVED_OVERRIDES, ...withoutEnded(overrides, now) },
  };
}
