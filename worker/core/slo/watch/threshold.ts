/** Times and names that looks and plain thresholds have in common. */
import { durationText } from '../../config/duration.ts';
import type { OwnAlertRule } from '../alert-rule.ts';

/** A limit is compared with the last five minutes. Thresholds must hold for longer than that, so that one burst cannot cause an alert. */
export const MEASURED_MS = 300_000;

/** When the next span of this length begins, such as the next minute. */
export const startOfNext = (now: number, lengthMs: number): number => (Math.floor(now / lengthMs) + 1) * lengthMs;

/** The name of a threshold's alert. `what` is a promise or another watched thing, and `tenant` is a tenant within it. */
export const thresholdName = (
  what: string,
  { forMs, severity }: Pick<OwnAlertRule, 'forMs' | 'severity'>,
  tenant: string | null = null,
): string =>
  [
    `threshold/${what}/${forMs > 0 ? `${durationText(forMs)}/` : ''}${severity}`,
    ...(tenant === null ? [] : [`tenant:${tenant}`]),
  ].join('/');

/** Whether a threshold's alert is about a single tenant. */
export const isOfSingleTenant = (name: string): boolean => /\/tenant:[^/]*$/.test(name);
