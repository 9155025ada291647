/** Waits for something that may never come, because a dead line does not announce that it is dead. */
import type { Platform } from './platform.ts';

/** How silence is judged. */
export interface Watch {
  /** How long to wait after `probes` checks whether the line is alive. */
  silenceMs(probes: number): number;
  isAlive(): Promise<boolean>;
}

/** The result of a wait. */
export type WatchResult<T> = { kind: 'came'; value: T } | { kind: 'failed'; error: unknown } | { kind: 'silent' };

/** A watch for something that must come within this time. */
export const within = (ms: number): Watch => ({ silenceMs: () => ms, isAlive: async () => false });

/** The result of `promise`; `silent` if nothing came and the line is not alive. */
export function awaitWatched<T>(
  { after }: Pick<Platform, 'after'>,
  promise: Promise<T>,
  { silenceMs, isAlive }: Watch,
): Promise<WatchResult<T>> {
  return new Promise((resolve) => {
    let isSettled = false;
    let callOff = () => {};
    const settle = (result: WatchResult<T>) => {
      isSettled = true;
      callOff();
      resolve(result);
    };
    const wait = (probes: number) => {
      callOff = after(silenceMs(probes), async () => {
        const lives = await isAlive().catch(() => false);
        if (isSettled) return;
        if (lives) wait(probes + 1);
        else settle({ kind: 'silent' });
      });
    };
    wait(0);
    promise.then(
      (value) => settle({ kind: 'came', value }),
      (error: unknown) => settle({ kind: 'failed', error }),
    );
  });
}

/** Chromium ends a worker, and with it every open stream, if an event takes five minutes. For Background Sync it is three minutes. */
export const HOLD_EVENT_MS = 4 * 60_000;
export const HOLD_SYNC_MS = 2 * 60_000;

/** Keeps an event open for background work, but at most for `ms`. Work that takes longer goes on while the worker lives. */
export async function holdEvent<T>(
  platform: Pick<Platform, 'after'>,
  work: Promise<T>,
  ms = HOLD_EVENT_MS,
): Promise<T | 'silent'> {
  const done = await awaitWatched(platform, work, within(ms));
  if (done.kind === 'failed') throw done.error;
  return done.kind === 'came' ? done.value : 'silent';
}
