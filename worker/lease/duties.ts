/** What becomes of a slice behind the responses of those who use it: its rest goes back, its close is told until the ledger has it. */

import { endTelling, isBusy, isShort, noteClosable, type Pool, tellOf } from '../core/ledger/lease/pool.ts';
import { holdsTooMuch, isAdmitting, isQuiet, type Slice } from '../core/ledger/lease/slice.ts';
import { type LedgerClient, LONGEST_REPORT_MS } from './ledger-client.ts';

/** What `waitUntil` leaves for it after the asking and the admitting; later, the next ask takes it along. */
const LONGEST_PLEDGE_MS = 15_000;

/** So long a close waits for the tenant's next ask to take it along, where there was one within as long. */
const MAY_TRAVEL_MS = 2_000;

/** So long who tells of streams that ended waits for others of the slice to end. */
const GATHER_MS = 10_000;

/**
 * Of whoever takes a slice, in `waitUntil`: when its admitting ends it closes, where nothing runs any more; else what it holds
 * for nothing goes back.
 */
export async function keepPledge(tuple: Pool, slice: Slice, line: LedgerClient): Promise<void> {
  await line.pause(slice.startBefore - line.now);
  if (slice.isOver) return;
  noteClosable(tuple, slice, line.now);
  if (isQuiet(slice) || holdsTooMuch(slice) || isShort(tuple, slice)) {
    await tell(tuple, slice, line, LONGEST_PLEDGE_MS);
  }
}

/**
 * Whether a request that has just ended is to tell of its slice. While its pledge is still open the close waits for that or for
 * the next ask, unless others may be waiting for what it holds.
 */
export function isToTell(tuple: Pool, slice: Slice, now: number): boolean {
  if (slice.isOver || isAdmitting(slice, now)) return false;
  if (isQuiet(slice)) return now >= slice.startBefore || isShort(tuple, slice);
  if (!holdsTooMuch(slice)) return false;
  return (now >= slice.startBefore && now >= slice.gatheredUntil) || (now >= slice.toldUntil && isShort(tuple, slice));
}

/**
 * Of that request. Where others still run it waits for more of them to end, so that few reports say it all: each of at least
 * half of what was held, so that one long stream, or one of which nobody ever tells, soon holds no more than its own worst case.
 */
export async function tellAtEnd(tuple: Pool, slice: Slice, line: LedgerClient): Promise<void> {
  if (isQuiet(slice) || isShort(tuple, slice)) return tell(tuple, slice, line);
  slice.gatheredUntil = line.now + GATHER_MS;
  await line.pause(GATHER_MS);
  await tell(tuple, slice, line, LONGEST_PLEDGE_MS);
}

/** Until the ledger has it, unless somebody else sees to that. */
async function tell(tuple: Pool, slice: Slice, line: LedgerClient, forMs?: number): Promise<void> {
  if (isBusy(tuple, MAY_TRAVEL_MS, line.now) && !isShort(tuple, slice)) await line.pause(MAY_TRAVEL_MS);
  await line.repeat(
    async () => {
      if (slice.isOver) return true;
      if (line.now < slice.toldUntil) return false;
      const telling = tellOf(slice, line.now + LONGEST_REPORT_MS);
      const isTold = await line.report([telling.report]);
      endTelling(telling, isTold);
      return isTold;
    },
    () => 1,
    forMs,
  );
}
