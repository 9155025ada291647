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

/** One cell. */
export interface HistoryPoint {
  /** Its beginning. */
  at: number;
  good: number;
  total: number;
  /** Null without traffic: a gap. */
  value: number | null;
  /** What was left, at the cell's end, of the error budget of the objective's window that ended there; below 0 when overspent. */
  budgetRemaining: number | null;
}

/** Something that happened, drawn over a plot. */
export interface HistoryMark {
  kind: 'incident' | 'maintenance' | 'drill' | 'lost';
  from: number;
  /** Null: it goes on. */
  to: number | null;
  text: string;
}

/** `GET /admin/slo/durations?feature=&window=24h`: by hour (by day beyond 24 h), oldest first. */
export interface DurationHistory {
  feature: string;
  widthMs: number;
  ttftMs: DurationPoint[];
  totalMs: DurationPoint[];
}

/** Milliseconds; null without a measurement. */
export interface DurationPoint {
  at: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/**
 * How a UTC day compares with what is promised. `strained`: below the target and above the promise, or more than the day's share
 * of the budget was burnt.
 */
export type DayState = 'kept' | 'strained' | 'broken' | 'no_data';

/** `GET /admin/money?tenant=&month=2026-11`. */
export interface MoneyReport {
  tenant: string;
  /** Tenants whose money can be shown: those with requests this month, the dearest first, then config's others. */
  tenants: string[];
  month: string;
  at: number;
  spentUsd: number;
  /** Where the month will end at its pace so far; null for a past month, or one too young to tell. */
  projectedUsd: number | null;
  /** The tenant's own monthly cap; null: none. */
  capUsd: number | null;
  ladder: { percent: number; usd: number; isSafeguard: boolean; reachedAt: number | null }[];
  /** Every day so far, oldest first. */
  days: { day: string; costUsd: number; requests: number }[];
  /** Requests of the tenant may have been counted for `other`: its days, `where` and `failedUsd` may lack some. */
  isAmongOthers: boolean;
  /**
   * By feature and model, the dearest first; model null: from the cache. By feature alone, with `unknown` models and without requests
   * (null), where the records were counted with those of others and only the ledger knows.
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
  /** The month is over and all its figures are kept. */
  isWhole: boolean;
  /** Requests of the tenant may have been counted for `other`, because there are so many tenants: its figures may lack some. */
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
    /** The one tenant that it touched; null: everybody. */
    tenant: string | null;
    text: string;
  }[];
  /** Minutes; null without a closed incident, or with fewer than two. */
  mttrMinutes: number | null;
  mtbfMinutes: number | null;
  maintenance: { from: number; to: number; reason: string; announcedAt: number }[];
  drills: { at: number; text: string }[];
  creditPercent: number;
  /** True if credits are agreed on. */
  hasCredits: boolean;
}

/** One promise over a month. Shares from 0 to 1, `target` and `promised` percent. */
export interface MonthOfObjective {
  name: string;
  sli: string;
  feature: string | null;
  /** Whose promise it is; null: everybody's. */
  tenant: string | null;
  under: string | null;
  atMostUsd: number | null;
  /** A composite's parts. */
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
  /** For how many minutes everything would have had to fail to give as many bad requests, at the month's traffic. */
  badMinutes: number | null;
  creditPercent: number;
  days: DayState[];
}
