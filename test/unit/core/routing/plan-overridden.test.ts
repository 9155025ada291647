/** The plan under a pin, and the deployment that bypass asks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideNext, ONE_ATTEMPT, type Tried } from '../../../../worker/core/routing/next.ts';
import { type Candidate, firstListed, type Plan, pinnedPlan, plan } from '../../../../worker/core/routing/plan.ts';
import { aFailure, aRandom, START, someCandidates } from './arbitraries.ts';

const aMode = fc.constantFrom('try-soonest' as const, 'refuse' as const);
const aPinned = fc
  .tuple(someCandidates, fc.nat())
  .filter(([candidates]) => candidates.length > 0)
  .map(([candidates, at]) => ({ candidates, pinned: candidates[at % candidates.length] as Candidate }));
const reached = ({ slots, cooling = [] }: Plan): string[] => [...slots, ...cooling].map(({ id }) => id);

/** Which deployments are asked, in order, if every attempt fails like this. */
function askedUntilTheEnd(made: Plan, failure: Parameters<typeof decideNext>[1][number]['failure']): string[] {
  const tried: Tried[] = [];
  const settings = { numRetries: 2, maxRetryAfterWaitMs: 2_000 };
  for (;;) {
    const step = decideNext(made, tried, START, START + 60_000, settings, () => 0);
    if (step.kind !== 'attempt') return tried.map(({ slot }) => slot.id);
    tried.push({ slot: step.slot, failure });
  }
}

describe('a pinned deployment', () => {
  it('comes first whatever its state, once, and never as a probe', () => {
    fc.assert(
      fc.property(aPinned, aRandom, aMode, ({ candidates, pinned }, random, mode) => {
        const made = pinnedPlan(candidates, pinned.id, START, random, mode);
        expect(made.slots[0]).toMatchObject({ id: pinned.id, model: pinned.model, probe: false });
        expect(reached(made).filter((id) => id === pinned.id)).toHaveLength(1);
      }),
    );
  });

  it('takes nothing from the others: each that would be asked without it stands behind it, in the usual order', () => {
    fc.assert(
      fc.property(aPinned, aMode, ({ candidates, pinned }, mode) => {
        const [, ...behind] = pinnedPlan(candidates, pinned.id, START, () => 0, mode).slots;
        const others = candidates.filter((one) => one !== pinned);
        const alone = plan(others, START, () => 0, mode);
        const made = pinnedPlan(candidates, pinned.id, START, () => 0, mode);
        expect(reached(made).toSorted()).toEqual([pinned.id, ...reached(alone)].toSorted());
        if (pinned.state !== 'up') expect([behind, made.cooling]).toEqual([alone.slots, alone.cooling]);
        if (others.some(({ state }) => state === 'up')) {
          expect(behind.map(({ id, probe }) => [id, probe]).toSorted()).toEqual(
            alone.slots.map(({ id, probe }) => [id, probe]).toSorted(),
          );
        }
      }),
    );
  });

  it('is idle where it is not among the candidates', () => {
    fc.assert(
      fc.property(someCandidates, aMode, (candidates, mode) => {
        const idle = pinnedPlan(candidates, 'nobody', START, () => 0, mode);
        expect(idle).toEqual(plan(candidates, START, () => 0, mode));
      }),
    );
  });

  it('that fails is followed by the lowest order, not by those of its own', () => {
    const candidate = (id: string, order: number): Candidate => ({
      ...{ id, model: `m-${id}`, provider: id, order, weight: 1 },
      ...{ state: 'up', until: 0, asked: false },
    });
    const all = [candidate('a', 1), candidate('b', 2), candidate('c', 2)];
    const made = pinnedPlan(all, 'c', START, () => 0, 'try-soonest');
    const failure = { kind: 'bad_key', message: '', mayBeBilled: false } as const;
    expect(askedUntilTheEnd(made, failure)).toEqual(['c', 'a', 'b']);
  });
});

describe('bypass', () => {
  it('asks the first in the list of those with the lowest order', () => {
    fc.assert(
      fc.property(someCandidates, (candidates) => {
        const asked = firstListed(candidates);
        expect(asked).toHaveLength(Math.min(1, candidates.length));
        const lowest = Math.min(...candidates.map(({ order }) => order));
        expect(asked[0]).toBe(candidates.find(({ order }) => order === lowest));
      }),
    );
  });

  it('ends with its one attempt, whatever came of it', () => {
    fc.assert(
      fc.property(aPinned, aFailure, ({ pinned }, failure) => {
        const made = plan([{ ...pinned, state: 'up' }], START, () => 0, 'try-soonest');
        const tried = [{ slot: made.slots[0] as Plan['slots'][number], failure }];
        const step = decideNext(made, tried, START, START + 60_000, ONE_ATTEMPT, () => 0);
        expect(['exhausted', 'reject']).toContain(step.kind);
      }),
    );
  });
});
