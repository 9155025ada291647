/** What one request counts as for each kind of promise. */
import {
  type ExcludedReason,
  type SuccessVerdict,
  successVerdict,
  type VerdictInput,
  type VerdictSettings,
} from './rules.ts';
import type { Objective, Sli } from './slo.ts';

/** Undefined if the request is not measured, because the promise is not about it. */
export type SliOutcome = 'good' | 'bad' | ExcludedReason | undefined;

/** What an objective counts, apart from its feature and tenant. */
export type CountedSli = Pick<Objective, 'sli' | 'countsInSlo'>;

/**
 * Whether every request counts for a promise. Other promises count reports, or samples that were judged, and drills make no
 * difference to them.
 */
export const isPerRequest = ({ kind }: Sli): boolean => kind !== 'valid' && kind !== 'quality' && kind !== 'external';

/**
 * The name of an objective's counters, such as `success`, `ttft:2500` or `success+drills`. Objectives with the same counts have
 * the same name.
 */
export const countedKey = ({ sli, countsInSlo }: CountedSli): string =>
  countsInSlo && isPerRequest(sli) ? `${sliKey(sli)}+drills` : sliKey(sli);

function sliKey(sli: Sli): string {
  switch (sli.kind) {
    case 'ttft':
    case 'latency':
      return `${sli.kind}:${sli.underMs}`;
    case 'cost':
      return `cost:${sli.atMostMicroUsd}`;
    case 'external':
      return `external:${sli.name}`;
    case 'all':
      return `all(${sli.of.map(sliKey).join(',')})`;
    default:
      return sli.kind;
  }
}

/** What a request counts as. `quality` and `external` are counted by reports, never by records. */
export function sliOutcome(record: VerdictInput, { sli, countsInSlo }: CountedSli, slo: VerdictSettings): SliOutcome {
  return outcomeBy(sli, record, successVerdict(record, slo, countsInSlo));
}

function outcomeBy(sli: Sli, record: VerdictInput, verdict: SuccessVerdict): SliOutcome {
  const isOutside = verdict.outcome === 'excluded' && (verdict.reason === 'drill' || verdict.reason === 'maintenance');
  if (isOutside) return verdict.reason;
  switch (sli.kind) {
    case 'success':
      return verdict.outcome === 'excluded' ? verdict.reason : verdict.outcome;
    case 'ttft':
      if (record.ttftMs !== null) return record.ttftMs <= sli.underMs ? 'good' : 'bad';
      return withoutEnd(record, verdict, sli.underMs);
    case 'latency':
      if (record.ending === 'complete' && record.code === null) return record.totalMs <= sli.underMs ? 'good' : 'bad';
      return withoutEnd(record, verdict, sli.underMs);
    case 'cost':
      if (verdict.outcome === 'excluded') return verdict.reason;
      return record.costMicroUsd <= sli.atMostMicroUsd ? 'good' : 'bad';
    case 'all':
      return joint(sli.of.map((part) => outcomeBy(part, record, verdict)));
    case 'valid':
      if (record.valid === null) return undefined;
      return record.valid ? 'good' : 'bad';
    default:
      return undefined;
  }
}

/**
 * The outcome of a request that has no first content or no complete answer. A client that left after the promised time had waited
 * too long; otherwise slow answers would vanish from the count. A failed request counts only for success.
 */
function withoutEnd({ ending, code, totalMs }: VerdictInput, verdict: SuccessVerdict, underMs: number): SliOutcome {
  const isLeft = ending === 'left' || code === 'stopped' || code === 'client_gone';
  if (isLeft && totalMs > underMs) return 'bad';
  if (verdict.outcome === 'excluded') return verdict.reason;
  return isLeft ? 'left' : undefined;
}

/** The outcome of a composite: good if no part is bad. Excluded parts are ignored, unless all are excluded. */
function joint(outcomes: readonly SliOutcome[]): SliOutcome {
  if (outcomes.includes('bad')) return 'bad';
  return outcomes.includes('good') ? 'good' : outcomes.find((one) => one !== undefined);
}
