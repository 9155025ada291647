/** How the series of the book are named. */
import type { Objective } from '../slo.ts';

/** All requests, those of a tenant, of a feature, or of both. */
export function seriesOf(tenant: string | null, feature: string | null): string {
  if (tenant === null) return feature === null ? 'all' : `feature:${feature}`;
  return feature === null ? `tenant:${tenant}` : `tenant:${tenant}|feature:${feature}`;
}

/** The attempts of a deployment, and the feedback on its answers. */
export const deploymentSeries = (deployment: string): string => `deployment:${deployment}`;

/** The feedback on an experiment's answers. */
export const experimentSeries = (experiment: string): string => `experiment:${experiment}`;

/** Whether requests of a tenant's feature count for an objective. */
export const concerns = (objective: Objective, tenant: string | null, feature: string | null): boolean =>
  (objective.tenant === null || objective.tenant === tenant) &&
  (objective.feature === null || objective.feature === feature);
