/** Runs at most so many at once, the others in their order. */
export function atMost(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running < most) running++;
    else await new Promise<void>((resume) => waiting.push(resume));
    try {
      return await run();
    } finally {
      // Whoever is next has this one's place.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
