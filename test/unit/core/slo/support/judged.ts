import type { VerdictInput } from '../../../../../worker/core/slo/rules.ts';

/** When the requests of these tests arrive. */
export const ARRIVED_AT = 1_000_000_000;

/** A complete answer in time, with what a test changes. */
export const judged = (changes: Partial<VerdictInput> = {}): VerdictInput => ({
  arrivedAt: ARRIVED_AT,
  ttftMs: 400,
  totalMs: 2_000,
  costMicroUsd: 1_000,
  code: null,
  staleCause: null,
  ending: 'complete',
  drill: null,
  valid: null,
  ...changes,
});
