/** Dependencies that cannot be, or would count twice. */
import { expect, it } from 'vitest';
import { found, type SloInput, SUCCESS, TTFT } from './support/slo-config.ts';

const RETRIEVAL = { name: 'retrieval', sli: 'external', target: 99 } as const;
const of = (...dependencies: NonNullable<NonNullable<SloInput>['dependencies']>): SloInput => ({
  objectives: [SUCCESS, TTFT, RETRIEVAL, { name: 'all', of: ['chat-success', 'retrieval'] }],
  dependencies,
});

it.each<[string, SloInput, string]>([
  [
    'an unknown one',
    of({ objective: 'retrival', touches: ['chat-success'] }),
    'slo.dependencies[0].objective: "retrival" is not an objective; did you mean "retrieval"?',
  ],
  [
    'one that touches nothing known',
    of({ objective: 'retrieval', touches: ['chat-ttft', 'chat-sucess'] }),
    'slo.dependencies[0].touches[1]: "chat-sucess" is not an objective; did you mean "chat-success"?',
  ],
  [
    'one of itself',
    of({ objective: 'retrieval', touches: ['retrieval'] }),
    'slo.dependencies[0].touches[0]: is the dependency itself',
  ],
  [
    'one that is written twice',
    of({ objective: 'retrieval', touches: ['all'] }, { objective: 'retrieval', touches: ['chat-ttft'] }),
    'slo.dependencies[1].objective: "retrieval" is written twice',
  ],
  [
    'one that touches the same twice',
    of({ objective: 'retrieval', touches: ['chat-ttft', 'chat-ttft'] }),
    'slo.dependencies[0].touches[1]: "chat-ttft" is written twice',
  ],
  [
    'one that is a part of what it would consume',
    of({ objective: 'retrieval', touches: ['all'], consumes: true }),
    'slo.dependencies[0].touches[0]: "retrieval" is a part of "all" already, so it would count twice',
  ],
])('%s is refused', (_, slo, message) => {
  expect(found(slo).join('\n')).toContain(message);
});

it('touching a composite is no contradiction', () => {
  expect(found(of({ objective: 'retrieval', touches: ['all', 'chat-success'] }))).toEqual([]);
});

it('a tier is 1, 2 or 3', () => {
  expect(() => found({ objectives: [{ ...SUCCESS, tier: 4 as 3 }] })).toThrow(
    'slo.objectives[0].tier: write 1, 2 or 3',
  );
});
