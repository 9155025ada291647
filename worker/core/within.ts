import type { Clock } from './clock.ts';

/** `work`, or `otherwise` where it takes longer than `ms`: nothing a request waits for may hang it. */
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
