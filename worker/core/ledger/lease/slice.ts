/**
 * A slice is a lease out of which an isolate admits requests from memory (ledger rules 16 to 22). The lease of a single request
 * is a slice of one, with one share that takes all of it. Slices are plain data, and each change is made within one turn. What an
 * ended request did not cost may be used again, but not its place in the rate. For money, tokens and slots, this always holds:
 * spent + reserved + unused = granted − freed.
 */
import { timeOfUuidV7 } from '../../../../protocol/uuid-v7.ts';
import type { Granted, Report, Want } from '../messages.ts';
import { type Amount, type Freed, type Mode, NOTHING_SPENT, type Scope, type Spent } from '../types.ts';

/** A lease and what this isolate has done with it. */
export interface Slice {
  readonly leaseId: string;
  readonly mode: Mode;
  /** What the reply granted, not what was wanted (ledger rule 17). */
  readonly granted: Amount;
  /** The scopes to report with the lease, because the ledger could not be reached and granted nothing (ledger rule 30). Null otherwise. */
  readonly scopes: readonly Scope[] | null;
  /** Nothing starts at or after this time of the holder's clock, which never goes back (`seenAt`). */
  readonly startBefore: number;
  seenAt: number;
  /** True if other requests may take shares of the slice. Its pool then closes it. */
  isPooled: boolean;
  requestsLeft: number;
  /** True once the slice was reported, or given up for the next one. Nothing more is taken from it (ledger rules 16 and 18). */
  isEnding: boolean;
  /** Shares that may still cost something. `lost` counts those among them whose cost will never be reported. */
  running: number;
  lost: number;
  /** The worst cases of the running shares. */
  readonly reserved: Freed;
  readonly spent: Spent;
  readonly freed: Freed;
  estimated: boolean;
  /** Until this time a request may be reporting the slice. After it, that report counts as lost. */
  toldUntil: number;
  /** Until this time a request waits for more shares to end, to report them together. */
  gatheredUntil: number;
  /** True once the ledger has acknowledged the last report. */
  isOver: boolean;
}

/** What one request, or a further attempt of it, takes out of a slice. */
export interface Share {
  readonly slice: Slice;
  readonly microUsd: number;
  readonly tokens: number;
  readonly parallel: number;
  state: 'taken' | 'running' | 'over';
}

const NOTHING: Freed = { microUsd: 0, tokens: 0, parallel: 0 };

/** The slice of a lease that was granted. */
export const beginSlice = (leaseId: string, { granted, mode, admitForMs }: Granted, now: number): Slice => ({
  leaseId,
  mode,
  granted,
  scopes: null,
  // Counted from the time in the id, which was before the ledger's `now`, so that the holder stops before the ledger does.
  startBefore: (timeOfUuidV7(leaseId) ?? 0) + admitForMs,
  seenAt: now,
  isPooled: false,
  requestsLeft: granted.requests,
  isEnding: false,
  running: 0,
  lost: 0,
  reserved: { microUsd: 0, tokens: 0, parallel: 0 },
  spent: { microUsd: 0, tokens: 0 },
  freed: { microUsd: 0, tokens: 0, parallel: 0 },
  estimated: false,
  toldUntil: 0,
  gatheredUntil: 0,
  isOver: false,
});

/**
 * The slice of a lease whose grant, if there was one, never arrived. With `scopes` its request runs anyway, as the tenant's
 * policy allows. Without them the lease only needs to be closed.
 */
export const beginUngranted = (leaseId: string, scopes: readonly Scope[] | null): Slice => ({
  ...beginSlice(leaseId, { granted: { ...NOTHING, requests: 0 }, mode: 'normal', admitForMs: 0, left: [] }, 0),
  scopes,
  startBefore: Number.MAX_SAFE_INTEGER,
});

/**
 * Takes a worst case, a request and a slot, synchronously (ledger rules 18 and 22). Returns undefined if the want does not fit,
 * or if it is too late.
 */
export const takeShare = (slice: Slice, want: Want, now: number): Share | undefined =>
  hasRoom(slice, want) && isInTime(slice, now) ? takeFirstShare(slice, want) : undefined;

/** True if the want fits now. It may fit later, because running requests may leave some of their worst cases unused. */
export const hasRoom = (slice: Slice, { mode, microUsd, tokens, requests, parallel }: Want): boolean =>
  !slice.isEnding &&
  slice.mode === mode &&
  requests <= slice.requestsLeft &&
  microUsd <= unusedMicroUsd(slice) &&
  tokens <= unusedTokens(slice) &&
  parallel <= unusedSlots(slice);

/** Takes the first share, for the request that asked. There is room for it. Whether it is too late is judged when it starts. */
export function takeFirstShare(slice: Slice, { microUsd, tokens, requests, parallel }: Amount): Share {
  slice.requestsLeft -= requests;
  slice.running++;
  slice.reserved.microUsd += microUsd;
  slice.reserved.tokens += tokens;
  slice.reserved.parallel += parallel;
  return { slice, microUsd, tokens, parallel, state: 'taken' };
}

/** Called just before a provider is called. Returns false if it is too late. What the share took is then free again. */
export function startShare(share: Share, now: number): boolean {
  if (share.state === 'taken') {
    if (isInTime(share.slice, now)) share.state = 'running';
    else endShare(share, NOTHING_SPENT);
  }
  return share.state === 'running';
}

/**
 * Ends a share whose request can cost no more, because it ended, or was cancelled and booked by bounds that cover what may be
 * billed (ledger rule 18).
 */
export function endShare(share: Share, spent: Spent, estimated = false): void {
  if (share.state === 'over') return;
  share.state = 'over';
  const { slice, microUsd, tokens, parallel } = share;
  slice.running--;
  slice.reserved.microUsd -= microUsd;
  slice.reserved.tokens -= tokens;
  slice.reserved.parallel -= parallel;
  slice.spent.microUsd += spent.microUsd;
  slice.spent.tokens += spent.tokens;
  if (estimated) slice.estimated = true;
}

/** Ends a share whose cost will never be reported. Its worst case stays held, the slice is never done, and `settleBy` books it in full. */
export function loseShare(share: Share): void {
  if (share.state === 'running') {
    share.state = 'over';
    share.slice.lost++;
  } else endShare(share, NOTHING_SPENT);
}

/** True if more requests may be admitted from the slice. */
export const isAdmitting = (slice: Slice, now: number): boolean =>
  !slice.isEnding && slice.requestsLeft > 0 && isInTime(slice, now);

/** True if no share of the slice will report any further cost. */
export const isQuiet = ({ running, lost }: Slice): boolean => running === lost;

/** True if no request may start in the slice and none runs, so that it only needs to be closed. */
export const isClosable = (slice: Slice, now: number): boolean =>
  !slice.isOver && isQuiet(slice) && !isAdmitting(slice, now);

/**
 * Ends the admitting of a slice and makes its report. What it frees is struck from memory here, before the report is sent (ledger
 * rule 18). `done` waits for the last request (ledger rule 19).
 */
export function reportOf(slice: Slice): Report {
  const { leaseId, scopes, spent, freed, estimated } = slice;
  slice.isEnding = true;
  freed.microUsd += unusedMicroUsd(slice);
  freed.tokens += unusedTokens(slice);
  freed.parallel += unusedSlots(slice);
  const done = slice.running === 0;
  const report: Report = {
    leaseId,
    spent: { microUsd: spent.microUsd, tokens: spent.tokens },
    freed: { microUsd: freed.microUsd, tokens: freed.tokens, parallel: freed.parallel },
    done,
  };
  if (estimated) report.estimated = true;
  if (scopes !== null) report.scopes = scopes;
  return report;
}

/** True if at least half of what is held is unused. Giving it back is then worth a row of its own. */
export const holdsTooMuch = (slice: Slice): boolean =>
  isHalf(unusedMicroUsd(slice), slice.reserved.microUsd) ||
  isHalf(unusedTokens(slice), slice.reserved.tokens) ||
  isHalf(unusedSlots(slice), slice.reserved.parallel);

const isHalf = (unused: number, reserved: number): boolean => unused > 0 && unused >= reserved;

/** Never below zero, although more may be spent than a worst case allowed for (ledger rule 13). */
const unusedMicroUsd = ({ granted, freed, spent, reserved }: Slice): number =>
  Math.max(0, granted.microUsd - freed.microUsd - spent.microUsd - reserved.microUsd);
/** The same as `unusedMicroUsd`, for tokens. */
const unusedTokens = ({ granted, freed, spent, reserved }: Slice): number =>
  Math.max(0, granted.tokens - freed.tokens - spent.tokens - reserved.tokens);
/** Slots that no share holds. */
const unusedSlots = ({ granted, freed, reserved }: Slice): number =>
  granted.parallel - freed.parallel - reserved.parallel;

/** What slices that still admit hold unused. */
export function unusedAmount(slices: readonly Slice[], now: number): Amount {
  const all = { microUsd: 0, tokens: 0, requests: 0, parallel: 0 };
  for (const slice of slices) {
    if (!isAdmitting(slice, now)) continue;
    all.requests += slice.requestsLeft;
    all.microUsd += unusedMicroUsd(slice);
    all.tokens += unusedTokens(slice);
    all.parallel += unusedSlots(slice);
  }
  return all;
}

function isInTime(slice: Slice, now: number): boolean {
  if (now > slice.seenAt) slice.seenAt = now;
  return slice.seenAt < slice.startBefore;
}
