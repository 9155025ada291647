/** Promises as config makes them: checked, with defaults, durations in milliseconds, money in micro-USD. */

import type { AlertRule, OwnAlertRule } from './alert-rule.ts';
import type { PolicyRule } from './policy/policy.ts';

/** Config's `slo` section. */
export interface Slo {
  /** Names the service in reports and pages. */
  service: string;
  contact: string | null;
  /** How long days are kept. */
  retentionDays: number;
  reviewEveryDays: number;
  objectives: readonly Objective[];
  dependencies: readonly Dependency[];
  averages: readonly AverageObjective[];
  /** By name; a tenant's class is `Tenant.serviceClass`. */
  classes: ReadonlyMap<string, ServiceClass>;
  /** Names of the objectives that `GET /slo` shows. */
  publicNames: ReadonlySet<string>;
  showCounts: boolean;
  /** Whether a stale answer keeps the promise of success. */
  staleIs: 'good' | 'bad';
  /** Fewer bad requests in a window never page, open an incident or trigger a policy. */
  minErrors: number;
  noDataAfterMs: number;
  /** What is done by itself. */
  policy: readonly PolicyRule[];
  /** Plain thresholds. Of several with the same `sli`, `forMs` and `severity` the first that is about the same requests holds. */
  alerts: readonly AlertRule[];
  /** Addresses by promise, by what else is watched, and `*` (runbookOf). */
  runbooks: ReadonlyMap<string, string>;
  maintenance: Maintenance;
  /** What is owed below a month's promise, the highest threshold first. */
  credits: readonly Credit[];
}

/** A promise about a share of requests. `target` and `promised` are percent. */
export interface Objective {
  name: string;
  sli: Sli;
  /** Null: all features. */
  feature: string | null;
  /** Null: all tenants. Objectives of a class are made for each of its tenants. */
  tenant: string | null;
  /** What alerts and the error budget watch. */
  target: number;
  /** What reports and credits use. */
  promised: number;
  windowMs: number;
  why: string | null;
  team: string | null;
  /** How much depends on it: 1, the most, to 3. Only shown. */
  tier: 1 | 2 | 3 | null;
  /** A composite: good where all of these are. What requests count for them is in `sli`; the ratios of the others are multiplied. */
  of: readonly string[];
  /** Whether requests of drills count. */
  countsInSlo: boolean;
  /** In the place of those of `Slo.alerts`; null: those hold. */
  alerts: readonly OwnAlertRule[] | null;
}

/** A promise on which others depend. */
export interface Dependency {
  objective: string;
  /** Names of the objectives that its failures touch. */
  touches: readonly string[];
  /** Whether its bad share counts into their error budgets. */
  consumes: boolean;
}

/** What makes one request, or one report from outside, good or bad. */
export type Sli =
  | { kind: 'success' }
  | { kind: 'ttft'; underMs: number }
  | { kind: 'latency'; underMs: number }
  | { kind: 'cost'; atMostMicroUsd: number }
  /** A JSON schema that was asked for was kept, in a sample of answers. */
  | { kind: 'valid' }
  | { kind: 'quality' }
  /** Figures reported with `POST /v1/sli` under this name. */
  | { kind: 'external'; name: string }
  /** Of a composite: those of its parts that each request counts for. */
  | { kind: 'all'; of: readonly Sli[] };

/** An average without an error budget. */
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

/** Announced times in which nothing counts. */
export interface Maintenance {
  mostMinutes: number;
  perQuarter: number;
  noticeHours: number;
  windows: readonly MaintenanceWindow[];
}

/** Epoch milliseconds. */
export interface MaintenanceWindow {
  from: number;
  to: number;
  reason: string;
  announcedAt: number;
}

/** Percent of the month's price that is due below this percentage. */
export interface Credit {
  below: number;
  percent: number;
}
