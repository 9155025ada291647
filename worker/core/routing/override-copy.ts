/** One isolate's copy of the overrides. Of two copies the one with the higher version replaces the other as a whole. */
import { hasAnyInForce, wholeOverrides, withoutEnded } from './override-changes.ts';
import { NO_OVERRIDES, type Overrides } from './overrides.ts';

/** What an isolate knows. */
export interface OverrideCopy {
  /** What requests see; `NO_OVERRIDES` itself if none is in force, so that a request compares one reference. */
  overrides: Overrides;
  /** The newest version seen, even if none of it is in force. */
  version: number;
  /** Whether this isolate has asked `HealthBoard` itself: only then does it know what was cleared before a restart. */
  isConfirmed: boolean;
}

/** Before anything was read. */
export const EMPTY_COPY: OverrideCopy = { overrides: NO_OVERRIDES, version: 0, isConfirmed: false };

/** After a reply of `HealthBoard` itself. */
export const takeConfirmed = (copy: OverrideCopy, told: Overrides, now: number): OverrideCopy => ({
  ...takeNewer(copy, told, now),
  isConfirmed: true,
});

/**
 * After reading KV. `published` is undefined if an earlier build wrote the document, or if nothing was ever published. The first
 * document with an override in force may be older than a clearing that a restart kept from being published: `mustAsk` then says
 * to ask `HealthBoard`, once.
 */
export function takePublished(
  copy: OverrideCopy,
  published: Partial<Overrides> | undefined,
  now: number,
): { copy: OverrideCopy; mustAsk: boolean } {
  const read = wholeOverrides(published ?? {});
  return { copy: takeNewer(copy, read, now), mustAsk: !copy.isConfirmed && hasAnyInForce(read, now) };
}

function takeNewer(copy: OverrideCopy, other: Overrides, now: number): OverrideCopy {
  const isNewer = other.version > copy.version;
  const overrides = isNewer ? other : copy.overrides;
  const version = isNewer ? other.version : copy.version;
  return { ...copy, version, overrides: hasAnyInForce(overrides, now) ? withoutEnded(overrides, now) : NO_OVERRIDES };
}
