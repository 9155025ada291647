import type { Clock } from './clock.ts';

/** `work`, or `otherwise` if it takes longer than `ms`, so that nothing can hang a request. */
export async function within<T, O>(
  work: Promise<T>,
  ms: number,
  clock: Pick<Clock, 'after'>,
  otherwise: O,
): Promise<T | O> {
  let callOff = () => {};
  const tooLong = new Promise<O>((resolve) => {
    callOff = clock.after(ms, () => resolve(otherwise));
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    callOff();
  }
}
