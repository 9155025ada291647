import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURES_DUE_MS, factsOf, isFeaturesDue, isOfGeneration, readFeatures } from '../../../sw/core/features.ts';

describe('GET /ai/features', () => {
  it('is read', () => {
    const chat = { resume: true, travelTtlSeconds: 604_800, generation: 2, alias: 'app/chat' };
    expect(readFeatures({ features: { chat }, default: 'chat' }, 7)).toEqual({
      readAt: 7,
      features: { chat },
      default: 'chat',
    });
  });

  it('says the careful thing where it says nothing', () => {
    const told = readFeatures({ features: { chat: {}, code: { travelTtlSeconds: -1, generation: '3' }, odd: 7 } }, 0);
    const careful = { resume: false, travelTtlSeconds: 0, generation: null, alias: '' };
    expect(told).toEqual({ readAt: 0, features: { chat: careful, code: careful }, default: null });
  });

  it('is nothing where another server answers', () => {
    for (const other of [null, 7, 'hi', [], {}, { features: [] }, { features: null }, { error: {} }])
      expect(readFeatures(other, 0)).toBeUndefined();
    fc.assert(fc.property(fc.jsonValue(), (json) => void readFeatures(json, 0)));
  });

  it('holds no inherited name', () => {
    expect(factsOf(readFeatures({ features: {} }, 0), 'constructor')).toBeUndefined();
  });
});

it('they are read once an hour, and where the clock went back', () => {
  expect(isFeaturesDue(undefined, 0)).toBe(true);
  const read = { readAt: 1_000_000 };
  expect(isFeaturesDue(read, 1_000_000 + FEATURES_DUE_MS - 1)).toBe(false);
  expect(isFeaturesDue(read, 1_000_000 + FEATURES_DUE_MS)).toBe(true);
  expect(isFeaturesDue(read, 999_999)).toBe(true);
});

describe('an answer of an older generation', () => {
  const known = (generation: number | undefined) =>
    readFeatures({ features: { chat: { ...(generation !== undefined && { generation }) } } }, 0);

  it.each([
    [1, 2, false],
    [2, 2, true],
    [3, 2, true],
    [null, 2, true],
    [1, undefined, true],
  ])('%j beside %j: kept %s', (generation, current, isKept) => {
    expect(isOfGeneration({ feature: 'chat', generation }, known(current))).toBe(isKept);
  });

  it('is recognised only for a feature that is known', () => {
    expect(isOfGeneration({ feature: 'other', generation: 1 }, known(2))).toBe(true);
    expect(isOfGeneration({ feature: 'chat', generation: 1 }, undefined)).toBe(true);
  });
});
