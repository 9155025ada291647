/** What the page reads of `GET /slo` (docs/slo.md). Times are epoch milliseconds. */
import type { DayState } from '../../worker/core/slo/history.ts';
import type { PublicIncident } from '../../worker/core/slo/incident.ts';
import type { PublicDrill } from '../../worker/core/slo/public-report.ts';

export interface StatusReport {
  service: string;
  contact: string | null;
  at: number;
  objectives: readonly SharePromise[];
  averages: readonly AveragePromise[];
  incidents: readonly PublicIncident[];
  maintenance: readonly Maintenance[];
  drills: readonly PublicDrill[];
}

/** A promise about a share of requests. */
export interface SharePromise {
  name: string;
  sli: 'success' | 'ttft' | 'latency' | 'cost' | 'valid' | 'quality' | 'external' | 'composite';
  feature: string | null;
  /** A duration such as `2.5s`. */
  under: string | null;
  atMostUsd: number | null;
  /** Names of a composite's parts that are public too. */
  of: readonly string[];
  /** The promise and our own target, in percent. */
  promised: number;
  target: number;
  window: string;
  /** The measured share, from 0 to 1. */
  value: number | null;
  state: 'healthy' | 'burning' | 'exhausted' | 'no_data';
  exhaustsAt: number | null;
  /** The number of good and bad requests, if the operator publishes numbers. */
  total?: number;
  /** Days in UTC, oldest first. The last one is today. */
  days?: readonly DayState[];
  /** The names of the public promises that it depends on. */
  dependsOn?: readonly { objective: string }[];
}

/** A promise about the average cost of an answer. */
export interface AveragePromise {
  name: string;
  feature: string | null;
  averageUsd: number;
  window: string;
  valueUsd: number | null;
  state: 'healthy' | 'exceeded' | 'no_data';
  days?: readonly DayState[];
}

/** A promise of either kind. */
export type Promised = ShownShare | ShownAverage;
type ShownShare = SharePromise & { kind: 'share' };
type ShownAverage = AveragePromise & { kind: 'average' };

/** What an incident broke; null for nothing that is published. */
export type Broke = SharePromise['sli'] | 'average' | null;

/** All promises of a report, with promises about shares first. */
export const promisesOf = ({ objectives, averages }: StatusReport): Promised[] => [
  ...objectives.map((one): Promised => ({ kind: 'share', ...one })),
  ...averages.map((one): Promised => ({ kind: 'average', ...one })),
];

export interface Maintenance {
  from: number;
  to: number;
  reason: string;
  announcedAt: number;
}

/** What did not answer. `service`: the router itself. `figures`: the router answers, but has no figures at present. */
export type Away = 'service' | 'figures';

/** `report`: the last one that came. `away`: why no newer one came. `now`: epoch milliseconds. */
export interface Seen {
  report: StatusReport | null;
  away: Away | null;
  now: number;
}
