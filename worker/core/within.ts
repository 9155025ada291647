import type { Clock } from './clock.ts';

/** The result of `work`, or `otherwise` if that takes longer than `ms`, so that nothing can hang a request. */
export const within = <T, O>(work: Promise<T>, ms: number, clock: Pick<Clock, 'after'>, otherwise: O): Promise<T | O> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(otherwise));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });

/** Resolves after `ms`. */
export const pause = (ms: number, clock: Pick<Clock, 'after'>): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve));
