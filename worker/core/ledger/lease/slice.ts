/**
 * A slice: a lease of many requests, out of which an isolate admits from memory (ledger rules 16 to 22). Plain data that all
 * requests of the isolate share; each change is done within one turn. What a request that has ended did not cost may be used
 * again; its place in the rate is used up. Always: spent + reserved + unused = granted − freed, in money, tokens and slots.
 */

import { timeOfUuidV7 } from '../../../../protocol/uuid-v7.ts';
import type { Granted, Report, Want } from '../messages.ts';
import { type Amount, type Freed, type Mode, NOTHING_SPENT, type Spent } from '../types.ts';

export interface Slice {
  readonly leaseId: string;
  readonly mode: Mode;
  /** What the reply said, not what was wanted (ledger rule 17). */
  readonly granted: Amount;
  /** By the holder's clock, which never goes back (`seenAt`). */
  readonly startBefore: number;
  seenAt: number;
  requestsLeft: number;
  /** It was told of: nothing is taken of it any more (ledger rules 16 and 18). */
  isEnding: boolean;
  /** Shares that may still cost something, and those of them of which nobody will tell any more. */
  running: number;
  lost: number;
  /** The worst cases of what runs. */
  readonly reserved: Freed;
  readonly spent: Spent;
  readonly freed: Freed;
  estimated: boolean;
  /** Somebody is telling the ledger of it; after this time he counts as gone. */
  toldUntil: number;
  /** Somebody waits until then, to tell at once of all that end meanwhile. */
  gatheredUntil: number;
  /** The ledger has its last report. */
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

export const beginSlice = (leaseId: string, { granted, mode, admitForMs }: Granted, now: number): Slice => ({
  leaseId,
  mode,
  granted,
  // From the time in the id, which was before the ledger's `now`, so that it ends before the ledger's does.
  startBefore: (timeOfUuidV7(leaseId) ?? 0) + admitForMs,
  seenAt: now,
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

/** Takes a worst case, a request and a slot, at once; undefined: it does not fit, or it is too late (ledger rules 18 and 22). */
export function takeShare(slice: Slice, want: Want, now: number): Share | undefined {
  const { microUsd, tokens, requests, parallel } = want;
  const hasRoom =
    !slice.isEnding &&
    requests <= slice.requestsLeft &&
    microUsd <= unusedMicroUsd(slice) &&
    tokens <= unusedTokens(slice) &&
    parallel <= unusedSlots(slice);
  return hasRoom && isInTime(slice, now) ? ownShare(slice, want) : undefined;
}

/** What whoever asked for the slice takes of it first: it has room for him, and whether it is too late shows when he starts. */
export function ownShare(slice: Slice, { microUsd, tokens, requests, parallel }: Want): Share {
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

/** The request can cost no more: it ended, or was cancelled and estimated so that it covers what may be billed (ledger rule 18). */
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

/** Nobody will tell what it cost: its worst case stays held, and the slice is never done; `settleBy` books that in full. */
export function loseShare(share: Share): void {
  if (share.state === 'running') {
    share.state = 'over';
    share.slice.lost++;
  } else endShare(share, NOTHING_SPENT);
}

export const isAdmitting = (slice: Slice, now: number): boolean =>
  !slice.isEnding && slice.requestsLeft > 0 && isInTime(slice, now);

/** Nothing of it can cost any more, as far as anybody will tell. */
export const isQuiet = ({ running, lost }: Slice): boolean => running === lost;

/** No request may begin in it and none runs: what is left to do is to close it. */
export const isClosable = (slice: Slice, now: number): boolean =>
  !slice.isOver && isQuiet(slice) && !isAdmitting(slice, now);

/**
 * Ends its admitting and says what there is to say. What it frees is struck from memory here, before it is sent (ledger rule 18);
 * `done` waits for the last request (ledger rule 19).
 */
export function reportOf(slice: Slice): Report {
  const { leaseId, spent, freed, estimated } = slice;
  slice.isEnding = true;
  freed.microUsd += unusedMicroUsd(slice);
  freed.tokens += unusedTokens(slice);
  freed.parallel += unusedSlots(slice);
  const done = slice.running === 0;
  return { leaseId, spent: { ...spent }, freed: { ...freed }, done, ...(estimated && { estimated }) };
}

/** At least half of what is held is not used by anything: worth a row of its own. */
export const holdsTooMuch = (slice: Slice): boolean =>
  isHalf(unusedMicroUsd(slice), slice.reserved.microUsd) ||
  isHalf(unusedTokens(slice), slice.reserved.tokens) ||
  isHalf(unusedSlots(slice), slice.reserved.parallel);

const isHalf = (unused: number, reserved: number): boolean => unused > 0 && unused >= reserved;

/** More may be spent than a worst case allowed for (ledger rule 13): nothing is unused then. */
export const unusedMicroUsd = ({ granted, freed, spent, reserved }: Slice): number =>
  Math.max(0, granted.microUsd - freed.microUsd - spent.microUsd - reserved.microUsd);
export const unusedTokens = ({ granted, freed, spent, reserved }: Slice): number =>
  Math.max(0, granted.tokens - freed.tokens - spent.tokens - reserved.tokens);
export const unusedSlots = ({ granted, freed, reserved }: Slice): number =>
  granted.parallel - freed.parallel - reserved.parallel;

function isInTime(slice: Slice, now: number): boolean {
  if (now > slice.seenAt) slice.seenAt = now;
  return slice.seenAt < slice.startBefore;
}
