/** Promises as resolved from config: checked, with defaults, durations in milliseconds and money in micro-USD. */

import type { AlertRule, OwnAlertRule } from './alert-rule.ts';
import type { PolicyRule } from './policy/policy.ts';

/** Config's `slo` section. */
export interface Slo {
  /** The service's name in reports and pages. */
  service: string;
  contact: string | null;
  /** How long the figures of days are kept. */
  retentionDays: number;
  reviewEveryDays: number;
  objectives: readonly Objective[];
  dependencies: readonly Dependency[];
  averages: readonly AverageObjective[];
  /** Service classes by name. A tenant's class is `Tenant.serviceClass`. */
  classes: ReadonlyMap<string, ServiceClass>;
  /** Names of the objectives that `GET /slo` shows. */
  publicNames: ReadonlySet<string>;
  showCounts: boolean;
  /** Whether a stale answer keeps the promise of success. */
  staleIs: 'good' | 'bad';
  /** Fewer bad requests than this in a window never page, open an incident or trigger a policy. */
  minErrors: number;
  noDataAfterMs: number;
  /** What the router does by itself when a promise burns. */
  policy: readonly PolicyRule[];
  /** Plain thresholds. If several have the same `sli`, `forMs` and `severity`, the first one that is about the requests applies. */
  alerts: readonly AlertRule[];
  /** Addresses by promise, by another watched thing such as `spend`, and `*` for the rest (runbookOf). */
  runbooks: ReadonlyMap<string, string>;
  maintenance: Maintenance;
  /** What is owed if a month's promise is missed, the highest threshold first. */
  credits: readonly Credit[];
}

/** A promise about a share of requests. `target` and `promised` are percent. */
export interface Objective {
  name: string;
  sli: Sli;
  /** Null for all features. */
  feature: string | null;
  /** Null for all tenants. An objective of a class is made once for each of its tenants. */
  tenant: string | null;
  /** What alerts and the error budget watch. */
  target: number;
  /** What reports and credits use. */
  promised: number;
  windowMs: number;
  why: string | null;
  team: string | null;
  /** How important it is, from 1 (most) to 3. It is only shown. */
  tier: 1 | 2 | 3 | null;
  /**
   * The parts of a composite, which is good if all of them are. The parts that every request counts for are in `sli`. The ratios
   * of the others are multiplied.
   */
  of: readonly string[];
  /** Whether requests of drills count. */
  countsInSlo: boolean;
  /** Replaces the thresholds of `Slo.alerts`. Null if those apply. */
  alerts: readonly OwnAlertRule[] | null;
}

/** A promise on which others depend. */
export interface Dependency {
  objective: string;
  /** Names of the objectives that its failures touch. */
  touches: readonly string[];
  /** Whether its bad share counts against their error budgets. */
  consumes: boolean;
}

/** What makes one request, or one report from outside, good or bad. */
export type Sli =
  | { kind: 'success' }
  | { kind: 'ttft'; underMs: number }
  | { kind: 'latency'; underMs: number }
  | { kind: 'cost'; atMostMicroUsd: number }
  /** The answer kept the JSON schema that was asked for. Only a sample of answers is checked. */
  | { kind: 'valid' }
  | { kind: 'quality' }
  /** Figures that a service reports with `POST /v1/sli` under this name. */
  | { kind: 'external'; name: string }
  /** A composite: those of its parts that every request counts for. */
  | { kind: 'all'; of: readonly Sli[] };

/** A promise about the average cost of a request. It has no error budget. */
export interface AverageObjective {
  name: string;
  feature: string | null;
  averageMicroUsd: number;
  windowMs: number;
}

/** What tenants of a class are promised. */
export interface ServiceClass {
  success: number | undefined;
  ttftMs: number | undefined;
  latencyMs: number | undefined;
}

/** Announced time spans in which nothing counts. */
export interface Maintenance {
  mostMinutes: number;
  perQuarter: number;
  noticeHours: number;
  windows: readonly MaintenanceWindow[];
}

/** One window. Times are epoch milliseconds. */
export interface MaintenanceWindow {
  from: number;
  to: number;
  reason: string;
  announcedAt: number;
}

/** A credit: `percent` percent of the month's price is due if less than `below` percent was delivered. */
export interface Credit {
  below: number;
  percent: number;
}
