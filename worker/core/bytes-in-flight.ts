import type { Clock } from './clock.ts';

/**
 * Bytes of requests that this isolate holds at once. All its requests share 128 MB, and a body exists several times while it is
 * answered: as text, as objects, and as what goes to the provider.
 */
const MOST_BYTES = 33_554_432;
/** An eighth is for bodies up to here, so that a few large ones refuse no ordinary question. */
const SMALL_BYTES = 65_536;
const SHARE_OF_SMALL = 1 / 8;
/**
 * No request holds its body for so long. A platform may end a request whose client has left without running what would release
 * it; such bytes must not count for as long as the isolate lives.
 */
const LONGEST_HELD_MS = 3_600_000;

interface Held {
  bytes: number;
  since: number;
}

export class BytesInFlight {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #most: number;
  /** The oldest first. */
  readonly #held = new Set<Held>();
  #bytes = 0;

  constructor(clock: Pick<Clock, 'now'>, most = MOST_BYTES) {
    this.#clock = clock;
    this.#most = most;
  }

  /** What one request takes of it. */
  open(): Weight {
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

  /** A body that is larger than all this is let in alone. */
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

export interface Weight {
  /** False where there is no room for so many more bytes. */
  take(bytes: number): boolean;
  release(): void;
}
