/** What can wait: the clock of ports.ts, or a test's. */
interface Waiting {
  after(ms: number, run: () => void): () => void;
}

/** `work`, or `otherwise` where it takes longer than `ms`: nothing a request waits for may hang it. */
export async function within<T, O>(work: Promise<T>, ms: number, clock: Waiting, otherwise: O): Promise<T | O> {
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
