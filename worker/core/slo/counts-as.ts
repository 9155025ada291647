/** What one request counts as, for `GET /admin/requests/:id`. */
import { concerns } from './book/series-names.ts';
import type { RequestEntry } from './receipt.ts';
import { type SuccessVerdict, successVerdict } from './rules.ts';
import { type SliOutcome, sliOutcome } from './sli-outcome.ts';
import type { Slo } from './slo.ts';

/**
 * The `outcome` of an objective is undefined if the objective is not about this request. For example, a promise about the first
 * content is not about a request that got no content.
 */
export interface CountsAs {
  success: SuccessVerdict;
  objectives: { name: string; outcome: SliOutcome }[];
}

/** Judges a request by the objectives in force now. They may have changed since the request was counted. */
export const countsAs = (entry: RequestEntry, slo: Slo): CountsAs => ({
  success: successVerdict(entry, slo),
  objectives: slo.objectives
    .filter((objective) => concerns(objective, entry.tenant, entry.feature))
    .map((objective) => ({ name: objective.name, outcome: sliOutcome(entry, objective, slo) })),
});
