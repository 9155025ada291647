/** Requests of one user that cost, use or last more or less than the last ones did. Far from every limit hardly any asks the ledger. */
import { expect, it } from 'vitest';
import { Isolates, type Request } from './support/isolates.ts';

const EVEN: Request = {
  ...{ afterMs: 5, isolate: 0, worst: 1_000, costs: 50, tokens: 1, dawdlesMs: 0, runsForMs: 3, triesTwice: false },
  ...{ isLost: false, user: 'ana' },
};
/** From 0 to 1, without a pattern. */
function chance(place: number): number {
  let mixed = Math.imul(place + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
/** Of every ten about this many are the other kind. */
const isOdd = (place: number, ofTen: number): boolean => chance(place) < ofTen / 10;
const CASES: [string, (place: number) => Partial<Request>][] = [
  ['even', () => ({})],
  ['half of them cost nothing, half their worst case', (place) => ({ costs: isOdd(place, 5) ? 100 : 0 })],
  ['one in ten costs fifty times as much', (place) => ({ costs: isOdd(place, 1) ? 100 : 2 })],
  ['one in ten uses fifty times the tokens', (place) => ({ tokens: 1_000, usesTokens: isOdd(place, 1) ? 1_000 : 20 })],
  ['one in ten has ten times the worst case', (place) => ({ worst: isOdd(place, 1) ? 10_000 : 1_000 })],
  ['from the thousandth on they cost a hundred times as much', (place) => ({ costs: place < 1_000 ? 1 : 100 })],
  ['one in ten lasts a thousand times as long', (place) => ({ runsForMs: isOdd(place, 1) ? 3_000 : 3 })],
];

it.each(CASES)('%s', async (_, kindOf) => {
  const isolates = new Isolates(1, { monthlyMicroUsd: 1e12, tpm: 1e12, parallel: 1e6 });
  const requests = Array.from({ length: 4_000 }, (__, place): Request => ({ ...EVEN, ...kindOf(place) }));
  await isolates.run(requests);
  expect(isolates.refused).toBe(0);
  expect(isolates.wrong).toEqual([]);
  expect(isolates.ledger.calls / requests.length).toBeLessThan(0.1);
});
