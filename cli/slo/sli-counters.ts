/** Which of the router's counters hold the bad events of an objective, and which hold all of its events. */
import { bucketBound } from '../../worker/core/slo/metrics/bucket-bound.ts';
import { isPerRequest } from '../../worker/core/slo/sli-outcome.ts';
import type { Objective } from '../../worker/core/slo/slo.ts';
import { selector } from './promql.ts';

/** Selectors of counters: one for all events, and one for the bad or the good events among them. */
export type SliCounters = { kind: 'bad'; all: string; bad: string } | { kind: 'good'; all: string; good: string };

const HISTOGRAMS = { ttft: 'carryon_ttft_seconds', latency: 'carryon_request_duration_seconds' } as const;

/**
 * Uses the counters of requests and times if their `feature` label is enough. Costs, quality, composites, drills that count and promises to
 * one tenant are in no such counter. For these the router counts the events of the objective itself.
 */
export function countersOf({ name, sli, feature, tenant, countsInSlo }: Objective): SliCounters {
  const ofFeature = tenant === null && !countsInSlo;
  if (ofFeature && sli.kind === 'success') {
    const of = (outcome: string) => `carryon_requests_total${selector({ feature }, outcome)}`;
    return { kind: 'bad', all: of('outcome=~"good|bad"'), bad: of('outcome="bad"') };
  }
  if (ofFeature && (sli.kind === 'ttft' || sli.kind === 'latency')) {
    const metric = HISTOGRAMS[sli.kind];
    const good = `${metric}_bucket${selector({ feature, le: bucketBound(sli.underMs) })}`;
    return { kind: 'good', all: `${metric}_count${selector({ feature })}`, good };
  }
  const of = (outcome: string | null) => `carryon_slo_events_total${selector({ objective: name, outcome })}`;
  return { kind: 'bad', all: of(null), bad: of('bad') };
}

/** The parts of a composite that no request counts for. Their ratios are multiplied with the ratio of the requests. */
export const outsideParts = ({ of }: Objective, objectives: readonly Objective[]): Objective[] =>
  objectives.filter(({ name, sli }) => of.includes(name) && !isPerRequest(sli));

/** The bad events as an expression. `of` makes the sum for one selector. */
export const badEvents = (counters: SliCounters, of: (counter: string) => string): string =>
  counters.kind === 'bad' ? of(counters.bad) : `${of(counters.all)} - ${of(counters.good)}`;
