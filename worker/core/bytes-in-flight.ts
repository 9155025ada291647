/**
 * Bytes of requests that this isolate holds at once. All its requests share 128 MB, and a body exists several times while it is
 * answered: as text, as objects, and as what goes to the provider.
 */
const MOST_BYTES = 33_554_432;

export class BytesInFlight {
  readonly #most: number;
  #bytes = 0;

  constructor(most = MOST_BYTES) {
    this.#most = most;
  }

  /** What one request takes of it. */
  open(): Weight {
    let held = 0;
    return {
      take: (bytes) => {
        // A body that is larger than all this is let in alone.
        if (this.#bytes > held && this.#bytes + bytes > this.#most) return false;
        held += bytes;
        this.#bytes += bytes;
        return true;
      },
      release: () => {
        this.#bytes -= held;
        held = 0;
      },
    };
  }
}

export interface Weight {
  /** False where there is no room for so many more bytes. */
  take(bytes: number): boolean;
  release(): void;
}
