import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until a condition holds. The limit is for conditions that never hold, not for slow ones. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs = 120_000,
): Promise<Exclude<T, false | undefined | null>> {
  const begin = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== false && seen !== undefined && seen !== null) return seen as Exclude<T, false | undefined | null>;
    if (performance.now() - begin > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(10);
  }
}
