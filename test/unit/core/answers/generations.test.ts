import { expect, it } from 'vitest';
import { generationOf, raiseGeneration } from '../../../../worker/core/answers/generations.ts';

const NEW = { generation: 0, generations: {} };
const stored = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value));

it.each(['chat', 'constructor', 'valueof', '__proto__', 'toString'])('a purge of feature %s raises its own', (name) => {
  expect(generationOf(NEW, name)).toBe(0);
  const once = stored(raiseGeneration(NEW, name, 1_000));
  const twice = stored(raiseGeneration(once, name, 1_000));
  expect([generationOf(once, name), generationOf(twice, name)]).toEqual([1_000, 1_001]);
  expect(generationOf(twice, 'other')).toBe(0);
  expect(generationOf(raiseGeneration(twice, null, 5), name)).toBe(1_006);
});
