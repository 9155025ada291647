/** One isolate's copy of the overrides. Of two copies the one with the higher version replaces the other as a whole. */
import { hasAnyInForce, wholeOverrides, withoutEnded } from './override-changes.ts';
import { NO_OVERRIDES, type Overrides } from './overrides.ts';

/** What an isolate knows about the overrides. */
export interface OverrideCopy {
  /** The overrides that requests see. It is `NO_OVERRIDES` itself if none is in force, so that a request compares one reference. */
  overrides: Overrides;
  /** The newest version seen, even if none of it is in force. */
  version: number;
  /** True if this isolate has asked `HealthBoard` itself. Only then does it know what was cleared before a restart. */
  isConfirmed: boolean;
}

/** The copy before anything was read. */
export const EMPTY_COPY: OverrideCopy = { overrides: NO_OVERRIDES, version: 0, isConfirmed: false };

/** The copy after a reply from `HealthBoard` itself. */
export const takeConfirmed = (copy: OverrideCopy, reply: Overrides, now: number): OverrideCopy => ({
  ...takeNewer(copy, reply, now),
  isConfirmed: true,
});

/**
 * The copy after reading KV. `published` is undefined if an earlier build wrote the document, or if nothing was ever published. The
 * first document with an override in force may be out of date, because a restart may have kept a clearing from being published.
 * `mustAsk` then says to ask `HealthBoard`, once.
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
