/** A stream passes its keeper on its way to the reader: what cannot be kept must not break it. */
import { expect, it } from 'vitest';
import { StreamKeeper } from '../../../worker/response/write-through.ts';
import type { Chunk } from '../../../worker/upstream/answer-so-far.ts';

/** How often an answer with so many objects inside each other is kept. */
function kept(depth: number): number {
  const bodies: string[] = [];
  const keeper = new StreamKeeper((body) => bodies.push(body), 1e6);
  const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const data = `{"choices":[{"index":0,"delta":{"content":"ok","more":${deep}},"finish_reason":"stop"}]}`;
  keeper.add([{ data } as Chunk]);
  keeper.end(undefined, 'm');
  return bodies.length;
}

it('an answer is kept, unless it is too deep to be read or written', () => {
  expect([kept(1_000), kept(20_000)]).toEqual([1, 0]);
  // In between it is read and cannot be written; where that begins is the engine's business.
  for (const depth of [3_000, 4_000, 5_000, 6_000, 7_000, 8_000]) expect(() => kept(depth)).not.toThrow();
});
