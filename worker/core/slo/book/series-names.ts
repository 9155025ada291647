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

/** Whose requests the book counts by themselves. */
export interface CountedNames {
  /** `other` too, where some are counted together. */
  tenants: string[];
  features: string[];
}

/** From the names of all series. */
export const countedNames = (all: Iterable<string>): CountedNames => {
  const names = [...all];
  const of = (pattern: RegExp): string[] => names.flatMap((name) => pattern.exec(name)?.[1] ?? []);
  return { tenants: of(/^tenant:([^|]+)$/), features: of(/^feature:(.+)$/) };
};

/** Whether requests of a tenant's feature count for an objective. */
export const concerns = (objective: Objective, tenant: string | null, feature: string | null): boolean =>
  (objective.tenant === null || objective.tenant === tenant) &&
  (objective.feature === null || objective.feature === feature);
