/** What pages and documents read about the past: replies of the admin API, as JSON. Times are epoch milliseconds. */

/** `GET /admin/slo/history?objective=&tenant=&window=`: a rolling window that ends now, in equal cells, oldest first. */
export interface ObjectiveHistory {
  objective: string;
  tenant: string | null;
  from: number;
  to: number;
  widthMs: number;
  points: HistoryPoint[];
  marks: HistoryMark[];
}

/** One cell of the window. */
export interface HistoryPoint {
  /** When the cell begins. */
  at: number;
  good: number;
  total: number;
  /** Null if there was no traffic. A plot then has a gap. */
  value: number | null;
  /**
   * The share of the error budget that was left at the cell's end, over the objective's window that ended there. Below 0 when
   * overspent.
   */
  budgetRemaining: number | null;
}

/** Something that happened, drawn over a plot. */
export interface HistoryMark {
  kind: 'incident' | 'maintenance' | 'drill' | 'lost';
  from: number;
  /** Null while it goes on. */
  to: number | null;
  text: string;
}

/** `GET /admin/slo/durations?feature=&window=24h`: by hour, or by day beyond 24 hours, oldest first. */
export interface DurationHistory {
  feature: string;
  widthMs: number;
  ttftMs: DurationPoint[];
  totalMs: DurationPoint[];
}

/** The percentiles of one cell, in milliseconds. Null if nothing was measured. */
export interface DurationPoint {
  at: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/**
 * How a UTC day compares with the promise. A day is `strained` if it missed the target but kept the promise, or if it burnt more
 * than its share of the budget.
 */
export type DayState = 'kept' | 'strained' | 'broken' | 'no_data';

/** `GET /admin/money?tenant=&month=2026-11`: what a tenant spent in a month, against its budget. */
export interface MoneyReport {
  tenant: string;
  /** Tenants whose money can be shown: those with requests this month, the most expensive first, then the other tenants of config. */
  tenants: string[];
  month: string;
  at: number;
  spentUsd: number;
  /** What the month will have cost at its end, at its pace so far. Null for a past month, or for one that is too young to tell. */
  projectedUsd: number | null;
  /** The tenant's own monthly cap. Null if there is none. */
  capUsd: number | null;
  ladder: { percent: number; usd: number; isSafeguard: boolean; reachedAt: number | null }[];
  /** Every day so far, oldest first. */
  days: { day: string; costUsd: number; requests: number }[];
  /** True if requests of the tenant may have been counted for `other`. Then `days`, `where` and `failedUsd` may lack some. */
  isAmongOthers: boolean;
  /**
   * What was charged by feature and model, the most expensive first. The model is null for answers from the cache. If the tenant's
   * records were counted with those of others, only the ledger knows the amounts. Then they are by feature alone, with `unknown`
   * as the model and null as the number of requests.
   */
  where: { feature: string; model: string | null; requests: number | null; costUsd: number }[];
  /** What failed attempts may be billed for. It is part of `spentUsd`, not of `where`. */
  failedUsd: number;
}

/** `GET /admin/slo/months/2026-11?tenant=`: what a month's report says. */
export interface MonthReport {
  service: string;
  contact: string | null;
  tenant: string | null;
  month: string;
  from: number;
  to: number;
  at: number;
  /** True if the month is over and all of its figures are kept. */
  isWhole: boolean;
  /** True if requests of the tenant may have been counted for `other`, because there are too many tenants. Its figures may lack some. */
  isAmongOthers: boolean;
  objectives: MonthOfObjective[];
  averages: {
    name: string;
    feature: string | null;
    isPublic: boolean;
    averageUsd: number;
    valueUsd: number | null;
    total: number;
  }[];
  requests: number;
  costUsd: number;
  incidents: {
    id: string;
    openedAt: number;
    closedAt: number | null;
    objective: string | null;
    /** The only tenant that it touched. Null if it was not about a single tenant. */
    tenant: string | null;
    text: string;
  }[];
  /** In minutes. `mttrMinutes` is null without a closed incident, `mtbfMinutes` with fewer than two. */
  mttrMinutes: number | null;
  mtbfMinutes: number | null;
  maintenance: { from: number; to: number; reason: string; announcedAt: number }[];
  drills: { at: number; text: string }[];
  creditPercent: number;
  /** True if credits are agreed on. */
  hasCredits: boolean;
}

/** One promise over a month. Shares are from 0 to 1, and `target` and `promised` are percent. */
export interface MonthOfObjective {
  name: string;
  sli: string;
  feature: string | null;
  /** The tenant that has the promise. Null if all tenants have it. */
  tenant: string | null;
  under: string | null;
  atMostUsd: number | null;
  /** The parts of a composite. */
  of: readonly string[];
  /** Whether `slo.public` names it. */
  isPublic: boolean;
  target: number;
  promised: number;
  value: number | null;
  kept: boolean | null;
  good: number;
  total: number;
  excluded: Readonly<Record<string, number>>;
  budgetSpent: number | null;
  /** How many minutes of total outage would have made as many requests bad, at the month's traffic. */
  badMinutes: number | null;
  creditPercent: number;
  days: DayState[];
}
