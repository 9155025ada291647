/** One promise over a month, in a client's words. */
import { durationMs } from '../../../worker/core/config/duration.ts';
import type { DayState, MonthOfObjective, MonthReport } from '../../../worker/core/slo/history.ts';
import { EXCLUDED_REASONS, type ExcludedReason } from '../../../worker/core/slo/rules.ts';
import type { Sli } from '../../../worker/core/slo/slo.ts';
import { averageText, featureText, promiseText } from '../documents/promises.ts';
import { numberText, percent, usd } from '../documents/words.ts';
import { lengthText } from './dates.ts';

/** Plain texts. A text is `–` if there is nothing to say. */
export interface PromiseWords {
  name: string;
  feature: string;
  text: string;
  /** Null if there were no requests. */
  isKept: boolean | null;
  promised: string;
  delivered: string;
  budget: string;
  /** The share of the error budget that was used, above 1 if it is overspent; null if there is no error budget. */
  budgetShare: number | null;
  counted: string;
  bad: string;
  outage: string;
  excluded: string;
  /** Empty if the days are not known. */
  days: readonly DayState[];
}

const NONE = '–';

/** What a report says of an objective. */
export function promiseWords(month: MonthOfObjective): PromiseWords {
  const { name, feature, promised, value, kept, good, total, budgetSpent, badMinutes, days } = month;
  return {
    ...{ name, days, isKept: kept },
    feature: featureText(feature),
    text: promiseText(sliOf(month), month.of, promised),
    promised: percent(promised),
    delivered: value === null ? NONE : shareText(value),
    budget:
      budgetSpent === null ? NONE : `${Math.max(0, Math.ceil(budgetSpent * 100 - 1e-6)).toLocaleString('en-US')} %`,
    budgetShare: budgetSpent,
    counted: numberText(total),
    bad: numberText(total - good),
    outage: badMinutes === null || !isAllTheTime(month) ? NONE : lengthText(badMinutes),
    excluded: excludedText(month.excluded),
  };
}

/** What a report says of an average. */
export function averageWords({
  name,
  feature,
  averageUsd,
  valueUsd,
  total,
}: MonthReport['averages'][number]): PromiseWords {
  const averageMicroUsd = Math.round(averageUsd * 1e6);
  return {
    ...{
      name,
      feature: featureText(feature),
      budget: NONE,
      budgetShare: null,
      bad: NONE,
      outage: NONE,
      excluded: NONE,
      days: [],
    },
    isKept: valueUsd === null ? null : valueUsd <= averageUsd + 1e-9,
    text: averageText({ averageMicroUsd }),
    promised: usd(averageMicroUsd),
    delivered: valueUsd === null ? NONE : usd(Math.round(valueUsd * 1e6)),
    counted: numberText(total),
  };
}

function sliOf({ sli, name, under, atMostUsd }: MonthOfObjective): Sli {
  switch (sli) {
    case 'ttft':
    case 'latency':
      return { kind: sli, underMs: durationMs(under ?? '') ?? 0 };
    case 'cost':
      return { kind: sli, atMostMicroUsd: Math.round((atMostUsd ?? 0) * 1e6) };
    case 'external':
      return { kind: sli, name };
    case 'composite':
      return { kind: 'all', of: [] };
    case 'valid':
    case 'quality':
      return { kind: sli };
    default:
      return { kind: 'success' };
  }
}

/** Promises about samples or money cannot be compared with an outage. */
const isAllTheTime = ({ sli }: MonthOfObjective): boolean => ['success', 'ttft', 'latency', 'composite'].includes(sli);

/** A share as text, rounded down, so that a promise that is just missed does not look kept. */
const shareText = (share: number): string => percent(Math.floor(share * 1e5 + 1e-6) / 1e3);

function excludedText(excluded: MonthOfObjective['excluded']): string {
  const said = EXCLUDED_REASONS.flatMap((reason) => {
    const count = excluded[reason] ?? 0;
    return count === 0 ? [] : [`${numberText(count)} ${EXCLUDED_WORDS[reason]}`];
  });
  return said.join(', ') || 'none';
}

const EXCLUDED_WORDS: Readonly<Record<ExcludedReason, string>> = {
  caller: 'faulty',
  key: 'without a valid key',
  idempotency: 'repeated wrongly',
  stopped: 'stopped by the sender',
  budget: 'above a budget',
  rate: 'above a rate',
  left: 'given up before the answer',
  maintenance: 'during maintenance',
  drill: 'of a rehearsal',
};
