import type { Clock } from '../ports.ts';

/** At most so much is read behind a reader that has left, for so long. */
const MOST_BYTES = 262_144;
const MOST_MS = 3_000;
/** So long a wait shows that there was no more yet, as does a trickle for the whole time. */
const CAUGHT_UP_MS = 150;

export interface Behind {
  reader: ReadableStreamDefaultReader<Uint8Array>;
  clock: Clock;
  /** The next piece, or the end of the connection; true: nothing more is wanted. */
  take(piece: Uint8Array | undefined): boolean;
  /** Ends a pending read. */
  letGo(): void;
}

/**
 * What a slow reader has not taken when it leaves is read to its end behind it: its usage may be there already. True: all that the
 * provider had made was read; false: there was more than is worth reading.
 */
export async function readBehind({ reader, clock, take, letGo }: Behind): Promise<boolean> {
  const beganAt = clock.now();
  let bytes = 0;
  while (bytes <= MOST_BYTES) {
    let isCaughtUp = false;
    const stop = clock.after(CAUGHT_UP_MS, () => {
      isCaughtUp = true;
      letGo();
    });
    const piece = await reader.read().catch(() => undefined);
    stop();
    if (isCaughtUp || take(piece?.value) || piece?.value === undefined) return true;
    bytes += piece.value.length;
    if (clock.now() - beganAt > MOST_MS) return true;
  }
  return false;
}
