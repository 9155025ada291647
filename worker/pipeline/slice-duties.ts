/** What becomes of a slice behind the responses of those who use it: its rest goes back, its close is told until the ledger has it. */
import { hasUnused, holdsTooMuch, isAdmitting, isQuiet, type Slice } from '../core/ledger/slice.ts';
import { endTelling, isShort, type Tuple, tellOf } from '../core/ledger/tuple.ts';
import { type LedgerLine, LONGEST_REPORT_MS } from './ledger-line.ts';

/** What `waitUntil` leaves for it after the asking and the admitting; later, the next ask takes it along. */
const LONGEST_PLEDGE_MS = 15_000;

/** Of whoever takes a slice, in `waitUntil`: what is left when its admitting ends goes back; where nothing runs any more, it closes. */
export async function keepPledge(slice: Slice, line: LedgerLine): Promise<void> {
  await line.pause(slice.startBefore - line.now);
  if (isQuiet(slice) || hasUnused(slice)) await tell(slice, line, LONGEST_PLEDGE_MS);
}

/**
 * Whether a request that has just ended is to tell of its slice. While its pledge is still open the close waits for that or for
 * the next ask, unless others may be waiting for what it holds.
 */
export function isToTell(tuple: Tuple, slice: Slice, now: number): boolean {
  if (slice.isOver || isAdmitting(slice, now)) return false;
  if (isQuiet(slice)) return now >= slice.startBefore || isShort(tuple, slice);
  return now >= slice.toldUntil && holdsTooMuch(slice) && isShort(tuple, slice);
}

/** Until the ledger has it, unless somebody else sees to that. */
export const tell = (slice: Slice, line: LedgerLine, forMs?: number): Promise<void> =>
  line.repeat(
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
