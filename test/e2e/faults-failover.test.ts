/** Provider A (OpenAI's format) fails in every way the sandbox knows, B (Anthropic's) works. */
import { afterAll, expect, test } from 'vitest';
import { FAULT_NAMES } from '../../sandbox/faults.ts';
import { startBench } from '../support/bench.ts';
import { FAULT_CASES } from '../support/fault-cases.ts';
import { testFaults } from '../support/fault-matrix.ts';

const bench = await startBench({ config: 'steady' });
afterAll(bench.stop);

test('every fault of the sandbox has its case', () => {
  expect(FAULT_CASES.map(({ fault }) => fault).toSorted()).toEqual([...FAULT_NAMES].toSorted());
});

testFaults(
  bench,
  [
    { mode: 'streamed', stream: true },
    { mode: 'not streamed', stream: false },
  ],
  FAULT_CASES,
);
