/** A rule in Prometheus' form. */
export type Rule = RecordingRule | AlertRule;

interface RecordingRule {
  record: string;
  expr: string;
  labels: Labels;
}

interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: Labels & { severity: Severity };
  annotations: { summary: string; description: string; runbook: string };
}

/** Rules that belong to no objective have `objective: none`. */
type Labels = { objective: string } & Record<string, string>;

export type Severity = 'note' | 'ticket' | 'page' | 'incident';

/** A group of rules. They are evaluated one after another, so each sees what the ones before it recorded. */
export interface RuleGroup {
  name: string;
  interval: string;
  rules: Rule[];
}

/** Where the person on call begins to read. */
export const RUNBOOK = 'docs/prometheus.md#when-an-alert-fires';

/** A comparison with a count. Prometheus extrapolates the count to the window's edges, so the limit is half an event lower. */
export const atLeast = (events: number): string => `> ${events - 0.5}`;
