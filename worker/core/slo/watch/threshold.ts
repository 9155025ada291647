/** What looks and plain thresholds have in common. */
import { durationText } from '../../config/duration.ts';
import type { OwnAlertRule } from '../alert-rule.ts';

/** What is compared with a limit is of the last five minutes: shorter than thresholds last, so that one burst cannot hold for as long. */
export const MEASURED_MS = 300_000;

/** When the next minute begins, or the next ten. */
export const startOfNext = (now: number, lengthMs: number): number => (Math.floor(now / lengthMs) + 1) * lengthMs;

/** Of a promise, or what else is watched. `about`: a tenant within it. */
export const thresholdName = (
  what: string,
  { forMs, severity }: Pick<OwnAlertRule, 'forMs' | 'severity'>,
  tenant: string | null = null,
): string =>
  [
    `threshold/${what}/${forMs > 0 ? `${durationText(forMs)}/` : ''}${severity}`,
    ...(tenant === null ? [] : [`tenant:${tenant}`]),
  ].join('/');

/** Whether a threshold is one of those that each tenant has. */
export const isOfSingleTenant = (name: string): boolean => /\/tenant:[^/]*$/.test(name);
