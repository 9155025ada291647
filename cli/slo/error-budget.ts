import type { Objective } from '../../worker/core/slo/slo.ts';

/** The share of events that may be bad. The division leaves digits that no target has, so they are cut. */
export const errorBudgetOf = ({ target }: Objective): number => Number(((100 - target) / 100).toFixed(12));
