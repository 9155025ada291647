/**
 * Requests per second as GCRA: one theoretical arrival time per scope. Times are in whole microseconds, so that a million
 * requests add up exactly. The interval is rounded up, so that a rate is never exceeded.
 */
import type { Limits } from '../types.ts';

/** A rate as GCRA counts it. */
export interface Rate {
  /** T: what one request takes out of the bucket. */
  intervalUs: number;
  /** burst · T: the whole bucket. */
  toleranceUs: number;
  burst: number;
}

/** A month. Longer intervals are cut to it and mean "never". */
const LONGEST_INTERVAL_US = 31 * 86_400 * 1e6;
const LARGEST_TOLERANCE_US = 2 ** 51;
/** Keeps floating-point dust of a rate such as 1/60 from adding a whole microsecond. */
const DUST_US = 1e-3;

/** Returns undefined if there is no `rps`, because a burst alone is no limit. The default burst is a second's worth. */
export function rateOf({ rps, burst }: Pick<Limits, 'rps' | 'burst'>): Rate | undefined {
  if (rps === null) return undefined;
  const bucket = rps > 0 ? (burst ?? Math.max(1, Math.ceil(rps))) : 0;
  const intervalUs = Math.max(1, Math.min(Math.ceil(1e6 / rps - DUST_US), LONGEST_INTERVAL_US));
  return { intervalUs, toleranceUs: Math.min(bucket * intervalUs, LARGEST_TOLERANCE_US), burst: bucket };
}

/** What the requests of a scope have taken out of its bucket. */
export interface Pace {
  /** The theoretical arrival time after everything that counts up to `at`. */
  tatUs: number;
  at: number;
  /** Slices that may still admit, in the order in which they end. */
  later: readonly Later[];
  /** What these slices take together. */
  laterUs: number;
  /**
   * The theoretical arrival time after these slices if nothing else had been taken. It may include slices that `tatUs` already
   * counts, because they do not change the result.
   */
  laterTatUs: number;
}

/**
 * A slice counts in full at the end of its admitting, because its holder may start all of its requests only then. Until then its
 * share of the bucket is kept free for it. *Without:* the bucket drains meanwhile, and another holder is granted the same share
 * again.
 */
export interface Later {
  endsAt: number;
  takesUs: number;
}

/** A full bucket. */
export const UNUSED: Pace = { tatUs: 0, at: 0, later: [], laterUs: 0, laterTatUs: 0 };

/** The pace at a later time: slices that have ended are counted in `tatUs`. */
export function paceAt(pace: Pace, now: number): Pace {
  const count = endedBy(pace.later, now);
  if (count === 0) return pace;
  const ended = pace.later.slice(0, count);
  return {
    tatUs: tatAfter(pace.tatUs, ended),
    at: now,
    later: pace.later.slice(count),
    laterUs: pace.laterUs - takenBy(ended),
    laterTatUs: pace.laterTatUs,
  };
}

/** How many of the slices have ended. */
function endedBy(later: readonly Later[], now: number): number {
  let count = 0;
  while ((later[count]?.endsAt ?? Number.POSITIVE_INFINITY) <= now) count++;
  return count;
}

function tatAfter(tatUs: number, slices: readonly Later[]): number {
  let after = tatUs;
  for (const { endsAt, takesUs } of slices) after = Math.max(after, endsAt * 1_000) + takesUs;
  return after;
}

function takenBy(slices: readonly Later[]): number {
  let sum = 0;
  for (const { takesUs } of slices) sum += takesUs;
  return sum;
}

/**
 * Joins `pace` with what a row says about the same scope, in any order of rows. The caller must not use `pace` afterwards. The
 * result takes over its list of slices, because a crowd of users has a thousand of them and each grant would copy the list.
 */
export function joinedPace(pace: Pace, tatUs: number, at: number, later?: Later | undefined): Pace {
  const latest = Math.max(pace.at, at);
  const slices = pace.later.length === 0 ? [] : (pace.later as Later[]);
  let laterUs = pace.laterUs - takenBy(slices.splice(0, endedBy(slices, latest)));
  let { laterTatUs } = pace;
  if (later !== undefined && later.endsAt > latest) {
    laterUs += later.takesUs;
    const isLast = insert(slices, later);
    laterTatUs = isLast ? tatAfter(laterTatUs, [later]) : tatAfter(0, slices);
  }
  return { tatUs: Math.max(pace.tatUs, tatUs), at: latest, later: slices, laterUs, laterTatUs };
}

/** Inserts a slice in order. Returns true if it ends last, as most do. */
function insert(slices: Later[], later: Later): boolean {
  let index = slices.length;
  while (index > 0 && (slices[index - 1] as Later).endsAt > later.endsAt) index--;
  const isLast = index === slices.length;
  if (isLast) slices.push(later);
  else slices.splice(index, 0, later);
  return isLast;
}

/**
 * How a grant changes the bucket. A single request counts as if it started now. A slice takes `laterUs` at its end. `pace` must
 * be the pace at `now`.
 */
export function afterArrivals(
  { tatUs }: Pace,
  requests: number,
  now: number,
  rate: Rate | undefined,
): { tatUs: number; laterUs: number } {
  if (rate === undefined || requests === 0) return { tatUs, laterUs: 0 };
  const { intervalUs } = rate;
  if (requests > 1) return { tatUs, laterUs: requests * intervalUs };
  return { tatUs: Math.max(tatUs, now * 1_000) + intervalUs, laterUs: 0 };
}

/** True if this many requests fit into the bucket now, and slices keep at most `share` of what nothing else has taken. */
export const conforms = (
  pace: Pace,
  requests: number,
  now: number,
  { intervalUs, toleranceUs }: Rate,
  share = 1,
): boolean => pace.laterUs + requests * intervalUs <= (pace.laterUs + toleranceUs - takenUs(pace, now)) * share;

/** How long until these requests fit, if no others come. */
export function conformsInMs(pace: Pace, requests: number, now: number, { intervalUs, toleranceUs }: Rate): number {
  const room = toleranceUs - requests * intervalUs;
  let { tatUs } = pace;
  let keptUs = pace.laterUs;
  for (const { endsAt, takesUs } of pace.later) {
    const conformsAtUs = tatUs - (room - keptUs);
    if (keptUs <= room && conformsAtUs <= endsAt * 1_000) return Math.ceil(conformsAtUs / 1_000) - now;
    tatUs = Math.max(tatUs, endsAt * 1_000) + takesUs;
    keptUs -= takesUs;
  }
  return Math.ceil((tatUs - room) / 1_000) - now;
}

/** If at most this share of the bucket is taken, a slice may admit for half of the time that the bucket takes to fill. */
const QUIET = 1 / 16;
/** The largest slice is an eighth of the burst. At the full rate it is used up in an eighth of that time. */
const USED_UP_IN = 1 / 8;

/**
 * How long a slice may admit. What it keeps free in the bucket does not drain meanwhile. While hardly anything is taken, that
 * costs nothing, and a long slice saves calls for a slow tenant. Otherwise it may admit for as long as it takes to use it up at
 * the full rate.
 */
export function longestSliceMs(pace: Pace, now: number, { toleranceUs }: Rate): number {
  const isQuiet = takenUs(pace, now) <= toleranceUs * QUIET;
  return Math.ceil((toleranceUs * (isQuiet ? 1 / 2 : USED_UP_IN)) / 1_000);
}

/** True if the requests do not fit even into a full bucket. */
export const neverConforms = (requests: number, { intervalUs, toleranceUs }: Rate): boolean =>
  requests * intervalUs > toleranceUs;

/** What is left in the bucket, and how long until it is full if nothing else is granted. */
export function bucketAt(pace: Pace, now: number, rate: Rate): { remaining: number; resetMs: number } {
  const fullAtUs = Math.max(pace.tatUs + pace.laterUs, pace.laterTatUs, now * 1_000);
  return {
    remaining: Math.max(0, Math.floor((rate.toleranceUs - takenUs(pace, now)) / rate.intervalUs)),
    resetMs: Math.ceil(fullAtUs / 1_000) - now,
  };
}

const takenUs = ({ tatUs, laterUs }: Pace, now: number): number => Math.max(0, tatUs - now * 1_000) + laterUs;
