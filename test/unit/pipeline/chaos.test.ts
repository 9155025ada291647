import { describe, expect, it } from 'vitest';
import { failing, good, role, streamed } from './support/openai.ts';
import { TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

/** The same numbers in [0, 1) in each run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const faults = (stream: boolean): Script[] => [
  failing(429),
  failing(500),
  stream ? streamed(role, 'reset') : { body: ['{"choices":[{', 'reset'] },
];

const REQUESTS = 100;

/** The share of requests, `everyMs` apart, that are served whole while both providers fail at random. */
async function served(share: number, everyMs: number, stream: boolean): Promise<number> {
  const router = new TestRouter(undefined, { totalTimeoutMs: 90_000 });
  const random = numbers(7);
  router.random = random;
  const script = (): Script => {
    const fault = random() < share ? faults(stream)[Math.floor(random() * 3)] : undefined;
    return fault ?? good(stream, 'Hello there.');
  };
  for (const id of ['a', 'b']) router.upstream.on(id, ...Array.from({ length: 3 * REQUESTS }, script));
  let count = 0;
  for (let request = 0; request < REQUESTS; request++) {
    const asked = router.upstream.calls.length;
    const { status, shown } = await router.ask({ stream });
    if (status === 200 && shown === 'Hello there.') count++;
    for (const id of ['a', 'b']) {
      expect(router.upstream.calls.slice(asked).filter(({ to }) => to === id).length).toBeLessThanOrEqual(2);
    }
    await router.clock.advance(everyMs);
  }
  return count / REQUESTS;
}

describe('two providers that fail at random before their content', () => {
  it.each([
    [0.2, 0.97],
    [0.5, 0.87],
  ])(
    '%d of the time: nearly all that four attempts can save is served, though both go into cooldown',
    async (share, least) => {
      for (const everyMs of [100, 12_000]) {
        for (const stream of [true, false]) expect(await served(share, everyMs, stream)).toBeGreaterThanOrEqual(least);
      }
    },
  );
});
