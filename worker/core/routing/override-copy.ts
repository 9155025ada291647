/** One isolate's copy of the overrides: the highest version it has heard of holds as a whole. */
import { hasAnyInForce, wholeOverrides, withoutEnded } from './override-changes.ts';
import { NO_OVERRIDES, type Overrides } from './overrides.ts';

export interface OverrideCopy {
  /** What requests see; `NO_OVERRIDES` itself where none is in force, so that they compare one reference. */
  overrides: Overrides;
  /** Of the newest copy taken, also where none of it is in force. */
  version: number;
  /** Whether `HealthBoard` itself has told this isolate: what was cleared before a restart is known to be so. */
  isConfirmed: boolean;
}

export const EMPTY_COPY: OverrideCopy = { overrides: NO_OVERRIDES, version: 0, isConfirmed: false };

/** As `HealthBoard` itself says it. */
export const takeConfirmed = (copy: OverrideCopy, told: Overrides, now: number): OverrideCopy => ({
  ...takeNewer(copy, told, now),
  isConfirmed: true,
});

/**
 * As KV has it; undefined: by a build without overrides, or nothing was ever published. The first document that shows any in force
 * may come from before a clearing that a restart kept from being published, so `HealthBoard` has to be asked, once.
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
