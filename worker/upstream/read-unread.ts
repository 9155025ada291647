import type { Clock } from '../ports.ts';

/** The most that is read after a reader has left. */
const MOST_BYTES = 262_144;
const MOST_MS = 3_000;
/** A wait this long shows that the provider had made nothing more by then. So does a trickle that lasts for all of `MOST_MS`. */
const CAUGHT_UP_MS = 150;

/** A connection that is read after its reader has left. */
export interface UnreadConnection {
  reader: ReadableStreamDefaultReader<Uint8Array>;
  clock: Clock;
  /** Takes the next piece, or undefined at the end of the connection. Returns true if nothing more is wanted. */
  take(piece: Uint8Array | undefined): boolean;
  /** Ends a pending read. */
  letGo(): void;
}

/**
 * Reads what a slow reader had not taken when it left, because the usage may already be there. Returns true if everything that the
 * provider had made was read, and false if there was more than is worth reading.
 */
export async function readUnread({ reader, clock, take, letGo }: UnreadConnection): Promise<boolean> {
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
