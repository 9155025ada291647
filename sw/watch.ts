/** Waiting for something that may never come: a dead line tells nobody that it is dead. */
import type { Rim } from './rim.ts';

export type Watched<T> = { value: T } | { error: unknown } | 'silent';

/**
 * The value of `promise`. After each `silenceMs` without it `isAlive` is asked whether to wait on; where the line is not alive,
 * the result is `silent`.
 */
export function watched<T>(
  { after }: Pick<Rim, 'after'>,
  promise: Promise<T>,
  silenceMs: number,
  isAlive: () => Promise<boolean>,
): Promise<Watched<T>> {
  return new Promise((resolve) => {
    let isSettled = false;
    let callOff = () => {};
    const settle = (result: Watched<T>) => {
      isSettled = true;
      callOff();
      resolve(result);
    };
    const watch = () => {
      callOff = after(silenceMs, async () => {
        const lives = await isAlive().catch(() => false);
        if (isSettled) return;
        if (lives) watch();
        else settle('silent');
      });
    };
    watch();
    promise.then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    );
  });
}

/** For lines that tell by themselves that they are alive: silence means that they are dead. */
export const neverAlive = async (): Promise<boolean> => false;
