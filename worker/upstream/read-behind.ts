import type { Clock } from '../ports.ts';

/** Limits of what is read after a reader has left. */
const MOST_BYTES = 262_144;
const MOST_MS = 3_000;
/** A wait this long shows that the provider had made no more yet; so does a trickle that lasts for all of `MOST_MS`. */
const CAUGHT_UP_MS = 150;

/** A connection that is read to its end behind the response. */
export interface Behind {
  reader: ReadableStreamDefaultReader<Uint8Array>;
  clock: Clock;
  /** The next piece, or the end of the connection; true: nothing more is wanted. */
  take(piece: Uint8Array | undefined): boolean;
  /** Ends a pending read. */
  letGo(): void;
}

/**
 * Reads what a slow reader had not taken when it left: the usage may be there already. True if everything that the provider had
 * made was read, false if there was more than is worth reading.
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
