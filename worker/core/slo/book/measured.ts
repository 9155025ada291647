/** What is measured of a record and its attempts, and what an attempt counts as. */
import { FAILURE_RULES } from '../../routing/failure.ts';
import type { RequestEntry } from '../receipt.ts';
import type { RecordedAttempt } from '../record.ts';
import type { ExcludedReason, SuccessVerdict } from '../rules.ts';
import type { SliOutcome } from '../sli-outcome.ts';
import type { Sli } from '../slo.ts';

/**
 * Why a request is not measured at all: it belongs to a drill, or was in a maintenance window. Undefined if it is measured. Only
 * objectives that count drills measure drills.
 */
export const outsideReason = (verdict: SuccessVerdict): ExcludedReason | undefined =>
  verdict.outcome === 'excluded' && (verdict.reason === 'drill' || verdict.reason === 'maintenance')
    ? verdict.reason
    : undefined;

/** How long a complete answer took. Null for any other ending. */
export const completeMs = ({ ending, code, totalMs }: RequestEntry): number | null =>
  ending === 'complete' && code === null ? totalMs : null;

/**
 * What an attempt counts as for a promise. A failed attempt breaks promises of success and of times. Undefined if the promise is
 * not about attempts.
 */
export function attemptOutcomeFor(sli: Sli, attempt: RecordedAttempt): SliOutcome {
  const outcome = attemptOutcome(attempt);
  switch (sli.kind) {
    case 'success':
      return outcome;
    case 'ttft': {
      const waitedMs = attempt.ttftMs ?? (outcome === 'good' ? attempt.ms : null);
      if (outcome === 'bad' || waitedMs === null) return outcome;
      return waitedMs <= sli.underMs ? 'good' : 'bad';
    }
    case 'latency':
      return outcome === 'good' && attempt.ms > sli.underMs ? 'bad' : outcome;
    case 'all': {
      const outcomes = sli.of.map((part) => attemptOutcomeFor(part, attempt));
      return outcomes.includes('bad') ? 'bad' : outcomes.find((one) => one !== undefined);
    }
    default:
      return undefined;
  }
}

/** A deployment is not to blame for what the caller did. */
function attemptOutcome({ result }: RecordedAttempt): Exclude<SliOutcome, undefined> {
  if (result === 'success') return 'good';
  if (result === 'left') return 'left';
  return FAILURE_RULES[result].blame === 'request' ? 'caller' : 'bad';
}
