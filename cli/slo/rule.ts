/** Rules as Prometheus reads them. */
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

/** Its rules are evaluated one after another, so that each sees what those before it recorded. */
export interface RuleGroup {
  name: string;
  interval: string;
  rules: Rule[];
}

/** Where a person who is woken begins to read. */
export const RUNBOOK = 'docs/prometheus.md#when-an-alert-fires';

/** The count is extrapolated to the window's edges, so it is compared half an event lower. */
export const atLeast = (events: number): string => `> ${events - 0.5}`;
