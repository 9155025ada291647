/** What is under way in an isolate, and for how long it counts. */
import { expect, it } from 'vitest';
import { UnderWay } from '../../../worker/core/under-way.ts';

it('counts what has begun and not ended, for no longer than it may take', () => {
  const underWay = new UnderWay(1_000);
  const [first, second] = [{}, {}];
  underWay.begin(first, 0);
  underWay.begin(second, 400);
  expect(underWay.countAt(999)).toBe(2);
  expect(underWay.countAt(1_000)).toBe(1);
  underWay.end(second);
  expect(underWay.countAt(1_000)).toBe(0);
});

it('forgets what no longer counts when the next begins, though nobody asks for the count', () => {
  const underWay = new UnderWay(1_000);
  for (let one = 0; one < 100; one++) underWay.begin({}, one * 500);
  // As of a time at which none of them is too old.
  expect(underWay.countAt(0)).toBe(2);
});

it('counts what it has forgotten: each once, and nothing that ended in time', () => {
  const underWay = new UnderWay(1_000);
  const [ended, first, second] = [{}, {}, {}];
  for (const one of [ended, first, second]) underWay.begin(one, 0);
  underWay.end(ended);
  expect(underWay.forgotten).toBe(0);
  underWay.countAt(1_000);
  underWay.begin({}, 1_500);
  underWay.end(first);
  expect(underWay.forgotten).toBe(2);
});
