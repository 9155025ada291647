/** The formats swapped: provider A speaks Anthropic's, B OpenAI's. Covers the failures that depend on A's wire format. */
import { afterAll } from 'vitest';
import type { Fault } from '../../sandbox/faults.ts';
import { startBench } from '../support/bench.ts';
import { FAULT_CASES } from '../support/fault-cases.ts';
import { testFaults } from '../support/fault-matrix.ts';

const bench = await startBench({ config: 'steady', swapped: true });
afterAll(bench.stop);

const IN_ITS_OWN_WORDS: readonly Fault[] = [
  '400-flagged', '400-too-long', '401', '402', '403-flagged', '403-region', '404', '413', '429', '429-no-money',
  '429-retry-after', '529', 'error-in-200', 'wrong-shape', 'held-open', 'duplicate-usage', 'no-done',
]; // biome-ignore format: a list, not a page
const IN_ITS_OWN_EVENTS: readonly Fault[] = [
  'empty-stream', 'hang-before-first-token', 'keep-alives-only', 'cut-mid-stream', 'error-mid-stream', 'malformed-line',
  'truncated-json', 'held-open-no-done',
]; // biome-ignore format: a list, not a page

const cases = (...lists: (readonly Fault[])[]) => FAULT_CASES.filter(({ fault }) => lists.flat().includes(fault));

testFaults(bench, [{ mode: 'streamed', stream: true }], cases(IN_ITS_OWN_WORDS, IN_ITS_OWN_EVENTS));
testFaults(bench, [{ mode: 'not streamed', stream: false }], cases(IN_ITS_OWN_WORDS));
