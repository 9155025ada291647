/**
 * A slice is a lease out of which an isolate admits requests from memory (ledger rules 16 to 22). The lease of a single request
 * is a slice of one, with one share that takes all of it. Plain data; each change is made within one turn. What an ended
 * request did not cost may be used again, its place in the rate may not. Always, for money, tokens and slots:
 * spent + reserved + unused = granted − freed.
 */
import { timeOfUuidV7 } from '../../../../protocol/uuid-v7.ts';
import type { Granted, Report, Want } from '../messages.ts';
import { type Amount, type Freed, type Mode, NOTHING_SPENT, type Scope, type Spent } from '../types.ts';

/** A lease and what this isolate has done with it. */
export interface Slice {
  readonly leaseId: string;
  readonly mode: Mode;
  /** What the reply said, not what was wanted (ledger rule 17). */
  readonly granted: Amount;
  /** Reported with it when the ledger could not be reached and granted nothing (ledger rule 30); null otherwise. */
  readonly scopes: readonly Scope[] | null;
  /** Nothing starts at or after this time of the holder's clock, which never goes back (`seenAt`). */
  readonly startBefore: number;
  seenAt: number;
  /** Other requests may take shares of it; its pool closes it. */
  isPooled: boolean;
  requestsLeft: number;
  /** It was reported, or given up for the next: nothing more is taken from it (ledger rules 16 and 18). */
  isEnding: boolean;
  /** Shares that may still cost something; `lost` counts those whose cost will never be reported. */
  running: number;
  lost: number;
  /** The worst cases of the running shares. */
  readonly reserved: Freed;
  readonly spent: Spent;
  readonly freed: Freed;
  estimated: boolean;
  /** Somebody is reporting it; after this time that attempt counts as dead. */
  toldUntil: number;
  /** Until then somebody waits for more shares to end, to report them together. */
  gatheredUntil: number;
  /** The ledger has acknowledged its last report. */
  isOver: boolean;
}

/** What one request, or a further attempt of it, takes of a slice. */
export interface Share {
  readonly slice: Slice;
  readonly microUsd: number;
  readonly tokens: number;
  readonly parallel: number;
  state: 'taken' | 'running' | 'over';
}

const NOTHING: Freed = { microUsd: 0, tokens: 0, parallel: 0 };

/** A lease that was granted. */
export const beginSlice = (leaseId: string, { granted, mode, admitForMs }: Granted, now: number): Slice => ({
  leaseId,
  mode,
  granted,
  scopes: null,
  // From the time in the id, which was before the ledger's `now`, so that it ends before the ledger's does.
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
 * A lease whose grant was never heard, if there was one. With `scopes` its request runs all the same, as the tenant's policy
 * allows; without, all that is left to do is to close it.
 */
export const beginUngranted = (leaseId: string, scopes: readonly Scope[] | null): Slice => ({
  ...beginSlice(leaseId, { granted: { ...NOTHING, requests: 0 }, mode: 'normal', admitForMs: 0, left: [] }, 0),
  scopes,
  startBefore: Number.MAX_SAFE_INTEGER,
});

/** Takes a worst case, a request and a slot, synchronously; undefined: it does not fit, or it is too late (ledger rules 18 and 22). */
export const takeShare = (slice: Slice, want: Want, now: number): Share | undefined =>
  hasRoom(slice, want) && isInTime(slice, now) ? ownShare(slice, want) : undefined;

/** Whether it fits. What running requests do not use may still come back. */
export const hasRoom = (slice: Slice, { mode, microUsd, tokens, requests, parallel }: Want): boolean =>
  !slice.isEnding &&
  slice.mode === mode &&
  requests <= slice.requestsLeft &&
  microUsd <= unusedMicroUsd(slice) &&
  tokens <= unusedTokens(slice) &&
  parallel <= unusedSlots(slice);

/** The first share, for the request that asked: there is room for it, and whether it is too late is judged when it starts. */
export function ownShare(slice: Slice, { microUsd, tokens, requests, parallel }: Amount): Share {
  slice.requestsLeft -= requests;
  slice.running++;
  slice.reserved.microUsd += microUsd;
  slice.reserved.tokens += tokens;
  slice.reserved.parallel += parallel;
  return { slice, microUsd, tokens, parallel, state: 'taken' };
}

/** Just before a provider is called; false: too late, and what it took is free again. */
export function startShare(share: Share, now: number): boolean {
  if (share.state === 'taken') {
    if (isInTime(share.slice, now)) share.state = 'running';
    else endShare(share, NOTHING_SPENT);
  }
  return share.state === 'running';
}

/** The request can cost no more: it ended, or was cancelled and booked by bounds that cover what may be billed (ledger rule 18). */
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

/** Its cost will never be reported: its worst case stays held, the slice is never done, and `settleBy` books it in full. */
export function loseShare(share: Share): void {
  if (share.state === 'running') {
    share.state = 'over';
    share.slice.lost++;
  } else endShare(share, NOTHING_SPENT);
}

/** More requests may be admitted from it. */
export const isAdmitting = (slice: Slice, now: number): boolean =>
  !slice.isEnding && slice.requestsLeft > 0 && isInTime(slice, now);

/** No share of it will report any further cost. */
export const isQuiet = ({ running, lost }: Slice): boolean => running === lost;

/** No request may start in it and none runs: all that is left to do is to close it. */
export const isClosable = (slice: Slice, now: number): boolean =>
  !slice.isOver && isQuiet(slice) && !isAdmitting(slice, now);

/**
 * Ends its admitting and makes its report. What it frees is struck from memory here, before it is sent (ledger rule 18);
 * `done` waits for the last request (ledger rule 19).
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

/** At least half of what is held is unused: worth a row of its own to give it back. */
export const holdsTooMuch = (slice: Slice): boolean =>
  isHalf(unusedMicroUsd(slice), slice.reserved.microUsd) ||
  isHalf(unusedTokens(slice), slice.reserved.tokens) ||
  isHalf(unusedSlots(slice), slice.reserved.parallel);

const isHalf = (unused: number, reserved: number): boolean => unused > 0 && unused >= reserved;

/** Not below zero: more may be spent than a worst case allowed for (ledger rule 13). */
const unusedMicroUsd = ({ granted, freed, spent, reserved }: Slice): number =>
  Math.max(0, granted.microUsd - freed.microUsd - spent.microUsd - reserved.microUsd);
/** As `unusedMicroUsd`, of tokens. */
const unusedTokens = ({ granted, freed, spent, reserved }: Slice): number =>
  Math.max(0, granted.tokens - freed.tokens - spent.tokens - reserved.tokens);
/** Slots that no share holds. */
const unusedSlots = ({ granted, freed, reserved }: Slice): number =>
  granted.parallel - freed.parallel - reserved.parallel;

/** What slices that still admit hold unused. */
export function inHand(slices: readonly Slice[], now: number): Amount {
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
