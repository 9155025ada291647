/** What one record adds to the counters of `GET /metrics`. */
import type { RequestEntry } from '../receipt.ts';
import type { SuccessVerdict } from '../rules.ts';
import type { SliOutcome } from '../sli-outcome.ts';
import type { Sli } from '../slo.ts';
import type { CountedPromise } from './counted-promises.ts';
import { increase } from './label-tree.ts';
import { completeMs } from './measured.ts';
import type { Totals } from './totals.ts';

/** Counts a record. `tenant` and `feature` are the names to count under. They are empty if the request had none. */
export function addToTotals(
  { counters }: Totals,
  record: RequestEntry,
  { outcome }: SuccessVerdict,
  tenant: string,
  feature: string,
): void {
  increase(
    counters.requests
      .at(tenant)
      .at(feature)
      .at(outcome)
      .at(record.code ?? ''),
    1,
  );
  if (record.costMicroUsd > 0) {
    increase(counters.costMicroUsd.at(tenant).at(feature), record.costMicroUsd);
    if (outcome !== 'excluded') increase(counters.countedMicroUsd.at(feature), record.costMicroUsd);
  }
  if (record.hops > 0) increase(counters.failovers.at(feature), record.hops);
  if (record.cache !== null) increase(counters.cache.at(feature).at(record.cache), 1);
  if (record.inputTokens + record.outputTokens > 0) {
    const tokens = counters.tokens.at(record.deployment ?? '');
    increase(tokens.at('input'), record.inputTokens);
    increase(tokens.at('cached'), record.cachedTokens);
    increase(tokens.at('output'), record.outputTokens);
    increase(tokens.at('reasoning'), record.reasoningTokens);
  }
  for (const { deployment, provider, result } of record.attempts) {
    increase(counters.attempts.at(deployment).at(provider).at(result), 1);
  }
}

/**
 * Counts how long a request took. A client that left without an answer after a promised time had waited too long. Such a request
 * is counted above that promise's bound, so that the promise can be computed from the buckets.
 */
export function addDurations(
  totals: Totals,
  record: RequestEntry,
  feature: string,
  promises: readonly CountedPromise[],
  outcomes: readonly SliOutcome[],
): void {
  const isBroken = (kind: Sli['kind']): boolean =>
    promises.some(({ counted: { sli }, index }) => sli.kind === kind && outcomes[index] === 'bad');
  const { ttftMs, totalMs } = record;
  if (ttftMs !== null || isBroken('ttft')) {
    totals.addDuration('ttft', totals.durations.ttft.at(feature).at(record.deployment ?? ''), ttftMs ?? totalMs);
  }
  if (completeMs(record) !== null || isBroken('latency')) {
    totals.addDuration('total', totals.durations.total.at(feature), totalMs);
  }
}
