/** Runs at most `most` jobs at once; the others wait for their turn, in order. */
export function limitConcurrency(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running < most) running++;
    else await new Promise<void>((resume) => waiting.push(resume));
    try {
      return await run();
    } finally {
      // The next job takes over this one's place.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
