import type { Clock } from './clock.ts';

/**
 * The most bytes of request bodies that this isolate holds at once. Its requests share 128 MB, and while a request is answered its
 * body exists several times: as text, as objects, and as the provider's request.
 */
const MOST_BYTES = 33_554_432;
/** An eighth of the room is kept for bodies up to this size, so that a few large ones cannot crowd out ordinary questions. */
const SMALL_BYTES = 65_536;
const SHARE_OF_SMALL = 1 / 8;
/**
 * No request holds its body this long. The platform may end a request whose client has left before the body is released. Such bytes
 * must not count for the rest of the isolate's life.
 */
const LONGEST_HELD_MS = 3_600_000;

interface Held {
  bytes: number;
  since: number;
}

/** Counts the bytes that one isolate holds. */
export class BytesInFlight {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #most: number;
  /** Oldest first. */
  readonly #held = new Set<Held>();
  #bytes = 0;

  constructor(clock: Pick<Clock, 'now'>, most = MOST_BYTES) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Begins the count of one request. */
  open(): HeldBytes {
    const held: Held = { bytes: 0, since: this.#clock.now() };
    return {
      take: (bytes) => {
        if (!this.#fits(held, bytes)) {
          this.#forgetOld();
          if (!this.#fits(held, bytes)) return false;
        }
        this.#held.add(held);
        held.bytes += bytes;
        this.#bytes += bytes;
        return true;
      },
      release: () => this.#release(held),
    };
  }

  /** A body larger than the whole room is admitted if it is the only one. */
  #fits(held: Held, bytes: number): boolean {
    const isSmall = held.bytes + bytes <= SMALL_BYTES;
    const most = isSmall ? this.#most : this.#most * (1 - SHARE_OF_SMALL);
    return this.#bytes <= held.bytes || this.#bytes + bytes <= most;
  }

  #forgetOld(): void {
    const now = this.#clock.now();
    for (const held of this.#held) {
      if (now - held.since < LONGEST_HELD_MS) return;
      this.#release(held);
    }
  }

  #release(held: Held): void {
    if (!this.#held.delete(held)) return;
    this.#bytes -= held.bytes;
    held.bytes = 0;
  }
}

/** The bytes that one request holds. */
export interface HeldBytes {
  /** Returns false if there is no room for this many more bytes. */
  take(bytes: number): boolean;
  release(): void;
}
