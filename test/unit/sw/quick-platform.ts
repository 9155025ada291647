import type { Platform } from '../../../sw/platform.ts';

/** A platform whose time passes as soon as there is nothing else to do: a wait of minutes takes one turn of the event loop. */
export function quickPlatform(more: Partial<Platform> = {}): Platform & { waited: number[] } {
  let now = 1_800_000_000_000;
  const waited: number[] = [];
  return {
    waited,
    now: () => now,
    random: () => 0.5,
    bytes: (length) => new Uint8Array(length).fill(7),
    after(ms, run) {
      const immediate = setImmediate(() => {
        now += ms;
        waited.push(ms);
        run();
      });
      return () => clearImmediate(immediate);
    },
    fetch: () => Promise.reject(new TypeError('no network here')),
    isOnline: () => true,
    ...more,
  };
}
