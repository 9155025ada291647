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
    const elapsedMs = performance.now() - begin;
    if (elapsedMs > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    // The longer it takes, the less often this looks, because each look is work for the very process that it waits for.
    await sleep(Math.min(50, Math.max(10, elapsedMs / 20)));
  }
}
