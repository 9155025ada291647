import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, plan } from '../../../../worker/core/routing/plan.ts';
import { draw } from '../../../../worker/core/routing/strategies.ts';
import { aRandom, START, someCandidates } from './arbitraries.ts';

const deployment = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  model: 'm',
  provider: 'p',
  order: 1,
  weight: 1,
  state: 'up',
  until: 0,
  asked: false,
  ...more,
});
const cooling = (id: string, inMs: number, more: Partial<Candidate> = {}) =>
  deployment(id, { state: 'cooling', until: START + inMs, ...more });
const first = () => 0;
const idsOf = (candidates: Candidate[], whenAllCooling: 'try-soonest' | 'refuse' = 'try-soonest') =>
  plan(candidates, START, first, whenAllCooling).slots.map(({ id }) => id);

describe('while somebody is up', () => {
  const withSomebodyUp = someCandidates.filter((candidates) => candidates.some(({ state }) => state === 'up'));

  it('keeps those in cooldown for when all others have failed, except one that its provider wants left alone', () => {
    const all = [deployment('a'), cooling('c', 3_000), cooling('d', 500, { asked: true }), cooling('b', 2_000)];
    expect(plan(all, START, first, 'try-soonest').cooling?.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(plan(all, START, first, 'refuse').cooling).toBeUndefined();
  });

  it('names every ready deployment once, and no cooling one', () => {
    fc.assert(
      fc.property(withSomebodyUp, aRandom, fc.constantFrom('try-soonest', 'refuse'), (candidates, random, mode) => {
        const { slots, coolingUntil } = plan(candidates, START, random, mode);
        const ready = candidates.filter(({ state }) => state !== 'cooling').map(({ id }) => id);
        expect(slots.map(({ id }) => id).toSorted()).toEqual(ready.toSorted());
        expect(coolingUntil).toBeUndefined();
      }),
    );
  });

  it('goes from the lowest order to the highest', () => {
    fc.assert(
      fc.property(withSomebodyUp, aRandom, (candidates, random) => {
        const orders = plan(candidates, START, random, 'try-soonest').slots.map(({ order }) => order);
        expect(orders).toEqual(orders.toSorted((one, other) => one - other));
      }),
    );
  });

  it('tries half-open ones as probes and the others not', () => {
    fc.assert(
      fc.property(withSomebodyUp, aRandom, (candidates, random) => {
        for (const { id, probe, model } of plan(candidates, START, random, 'try-soonest').slots) {
          const candidate = candidates.find((one) => one.id === id);
          expect({ probe, model }).toEqual({ probe: candidate?.state === 'half-open', model: candidate?.model });
        }
      }),
    );
  });
});

describe('weights', () => {
  it('share the numbers of [0, 1) exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }), (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const group = weights.map((weight, index) => ({ weight, index }));
        const drawn = weights.map(() => 0);
        for (let point = 0; point < total; point++) {
          const index = draw(group, (point + 0.5) / total)?.index ?? -1;
          drawn[index] = (drawn[index] ?? 0) + 1;
        }
        expect(drawn).toEqual(weights);
      }),
    );
  });

  it('are drawn without replacement, group by group', () => {
    const group = [deployment('a', { weight: 1 }), deployment('b', { weight: 2 }), deployment('c', { weight: 1 })];
    const order = (...numbers: number[]) => {
      const left = [...numbers];
      return plan([...group, deployment('z', { order: 2 })], START, () => left.shift() ?? 0, 'try-soonest')
        .slots.map(({ id }) => id)
        .join('');
    };
    // 4 parts: a b b c. After b, two: a c.
    expect(order(0.24, 0)).toBe('abcz');
    expect(order(0.26, 0.49)).toBe('bacz');
    expect(order(0.74, 0.51)).toBe('bcaz');
    expect(order(0.76, 0.34)).toBe('cbaz');
  });

  it('hold at the edge of what a random number can be', () => {
    expect(draw([{ weight: 1 }, { weight: 3 }], 1 - Number.EPSILON / 2)).toEqual({ weight: 3 });
    expect(draw([{ weight: 0.1 }, { weight: 0.2 }], 0)).toEqual({ weight: 0.1 });
    expect(draw([], 0.5)).toBeUndefined();
  });
});

describe('where nobody is up', () => {
  it('tries all, the soonest first, but none that its provider wants left alone', () => {
    const all = [cooling('c', 3_000), cooling('a', 1_000), cooling('d', 500, { asked: true }), cooling('b', 2_000)];
    expect(plan(all, START, first, 'try-soonest')).toMatchObject({ coolingUntil: START + 500 });
    expect(idsOf(all)).toEqual(['a', 'b', 'c']);
  });

  it('refuses where config says so, and says when to come back', () => {
    const all = [cooling('a', 3_000), cooling('b', 1_000)];
    expect(plan(all, START, first, 'refuse')).toEqual({ slots: [], coolingUntil: START + 1_000 });
  });

  it('takes those whose cooldown is over first, without a probe: another request’s probe would leave this one with nothing to try', () => {
    const all = [cooling('r', 9_000), deployment('h', { state: 'half-open', order: 2 })];
    expect(plan(all, START, first, 'try-soonest').slots).toEqual([
      { id: 'h', model: 'm', provider: 'p', order: 2, probe: false },
      { id: 'r', model: 'm', provider: 'p', order: 1, probe: false },
    ]);
    expect(plan(all, START, first, 'refuse').slots).toEqual([
      { id: 'h', model: 'm', provider: 'p', order: 2, probe: true },
    ]);
  });

  it('never cools the last deployment left, unless its provider asked', () => {
    fc.assert(
      fc.property(someCandidates, aRandom, (candidates, random) => {
        const { slots } = plan(candidates, START, random, 'try-soonest');
        expect(slots.length > 0).toBe(candidates.some(({ asked }) => !asked));
        expect(slots.some(({ id }) => candidates.find((one) => one.id === id)?.asked)).toBe(false);
        expect(new Set(slots.map(({ id }) => id)).size).toBe(slots.length);
      }),
    );
  });
});
