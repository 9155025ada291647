/** The worker's clock, randomness, network and timers; the only file of `sw/` that reads them. Decisions in `sw/core` take them as arguments. */

export interface Platform {
  /** Epoch milliseconds. */
  now(): number;
  /** A random number in [0, 1). */
  random(): number;
  /** Random bytes for ids and keys. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** Runs once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
  fetch(request: Request): Promise<Response>;
  /** The browser's own flag. `false` can be trusted, `true` cannot. */
  isOnline(): boolean;
}

export const platform: Platform = {
  now: () => Date.now(),
  random: () => Math.random(),
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  fetch: (request) => fetch(request),
  isOnline: () => navigator.onLine,
};

/** Resolves after `ms`, or at once when `signal` is aborted. */
export function pause({ after }: Pick<Platform, 'after'>, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      callOff();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const callOff = after(ms, end);
    signal.addEventListener('abort', end);
  });
}
