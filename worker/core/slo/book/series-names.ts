/** The names of the book's series. */
import type { Objective } from '../slo.ts';

/** The series of all requests, or of those of a tenant, a feature, or both. */
export function seriesOf(tenant: string | null, feature: string | null): string {
  if (tenant === null) return feature === null ? 'all' : `feature:${feature}`;
  return feature === null ? `tenant:${tenant}` : `tenant:${tenant}|feature:${feature}`;
}

/** The series of a deployment's attempts, and of the feedback on its answers. */
export const deploymentSeries = (deployment: string): string => `deployment:${deployment}`;

/** The series of the feedback on an experiment's answers. */
export const experimentSeries = (experiment: string): string => `experiment:${experiment}`;

/** The tenants and features that have a series of their own. */
export interface CountedNames {
  /** Includes `other` if some tenants are counted together. */
  tenants: string[];
  features: string[];
}

/** Finds them in the names of all series. */
export const countedNames = (all: Iterable<string>): CountedNames => {
  const names = [...all];
  const of = (pattern: RegExp): string[] => names.flatMap((name) => pattern.exec(name)?.[1] ?? []);
  return { tenants: of(/^tenant:([^|]+)$/), features: of(/^feature:(.+)$/) };
};

/** Whether requests of a tenant's feature count for an objective. */
export const concerns = (objective: Objective, tenant: string | null, feature: string | null): boolean =>
  (objective.tenant === null || objective.tenant === tenant) &&
  (objective.feature === null || objective.feature === feature);
