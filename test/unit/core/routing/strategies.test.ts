import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROUTING_STRATEGIES, STRATEGIES } from '../../../../worker/core/routing/strategies.ts';

const groups = fc
  .array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: 2, maxLength: 8 })
  .map((weights) => weights.map((weight, index) => ({ id: String(index), weight })));
const chances = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 8, maxLength: 8 });

describe.each(ROUTING_STRATEGIES)('%s', (name) => {
  it('gives every deployment of a group once, and the same order for the same chance', () => {
    fc.assert(
      fc.property(groups, chances, (group, numbers) => {
        const ordered = () => {
          const left = [...numbers];
          return STRATEGIES[name](group, () => left.shift() ?? 0).map(({ id }) => id);
        };
        expect(ordered().toSorted()).toEqual(group.map(({ id }) => id));
        expect(ordered()).toEqual(ordered());
      }),
    );
  });
});
