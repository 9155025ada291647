/** The state of one promise, in a few words for a card. */
import type { MoneyReport } from '../../../worker/core/slo/history.ts';
import type { AverageReport } from '../../../worker/core/slo/report.ts';
import { counted, duration, percent, times, usd, wholePercent } from './format.ts';
import type { ShownObjective } from './replies.ts';

/** The colour of a state. Its words say the same. */
export type Tone = 'good' | 'warn' | 'bad' | 'away';

export interface PromiseCard {
  name: string;
  /** What is measured, in the terms of the field. */
  title: string;
  /** The promise's name, which alerts and silences use, and its tier. */
  of: string;
  pill: { text: string; tone: Tone };
  value: string;
  /** What is promised, shown beside the value. */
  promise: string;
  /** From 0 to 1; null if there is nothing to show. */
  bar: number | null;
  barName: string;
  note: string;
}

const TITLES: Readonly<Record<ShownObjective['sli'], string>> = {
  success: 'Success',
  ttft: 'First token',
  latency: 'Whole answer',
  cost: 'Cost of a request',
  valid: 'Valid JSON',
  quality: 'Quality',
  external: 'Reported',
  composite: 'All together',
};

/** What an objective measures, such as `First token within 2.5 s`. */
function titleOf({ sli, under, atMostUsd, name }: ShownObjective): string {
  if (under !== null) return `${TITLES[sli]} within ${durationWords(under)}`;
  if (atMostUsd !== null) return `${TITLES[sli]} at most ${usd(atMostUsd)}`;
  return sli === 'external' ? `${TITLES[sli]}: ${name}` : TITLES[sli];
}

/** The objective within a sentence, such as `success of chat, acme`. */
export function objectiveWords(objective: ShownObjective): string {
  const title = titleOf(objective);
  const of = [objective.feature, objective.tenant].filter(Boolean).join(', ');
  return `${title.charAt(0).toLowerCase()}${title.slice(1)}${of === '' ? '' : ` of ${of}`}`;
}

/** Writes config's `2.5s` as `2.5 s`. */
export const durationWords = (text: string): string => text.replace(/(\d)([a-z])/g, '$1 $2').replace(/ d$/, ' days');

/** The card of an objective. */
export function objectiveCard(objective: ShownObjective, now: number): PromiseCard {
  const { name, value, target, state, errorBudgetRemaining: left } = objective;
  return {
    ...{ name, title: titleOf(objective) },
    of: [name, ...(objective.tier ? [`tier ${objective.tier}`] : [])].join(' · '),
    pill: pillOf(objective),
    value: percent(value, target > 99.9 ? 3 : undefined),
    promise: `target ≥ ${target} %`,
    bar: left === null ? null : Math.max(0, Math.min(1, left)),
    barName: `Error budget left: ${left === null ? 'no data' : wholePercent(Math.max(0, left))}`,
    note: state === 'no_data' && value === null ? 'No requests in this window.' : noteOf(objective, now),
  };
}

function pillOf({ state, burnRates, burnAlerts = [] }: ShownObjective): PromiseCard['pill'] {
  switch (state) {
    case 'healthy':
      return { text: 'kept', tone: 'good' };
    case 'exhausted':
      return { text: 'budget spent', tone: 'bad' };
    case 'no_data':
      return { text: 'no data', tone: 'away' };
    case 'burning': {
      const firing = burnAlerts.find(({ long, short, burnRate }) => {
        return (burnRates[long] ?? 0) > burnRate && (burnRates[short] ?? 0) > burnRate;
      });
      return { text: firing ? `burning ${times(burnRates[firing.long])}` : 'burning', tone: 'warn' };
    }
  }
}

function noteOf({ errorBudgetRemaining: left, exhaustsAt, budget, total, good }: ShownObjective, now: number): string {
  const bad = counted(total - good, 'bad request');
  if (left === null) return total === good ? 'No error budget has been spent.' : `${bad}; the target leaves no budget.`;
  const allowed = Math.floor(budget.allowed);
  if (left <= 0 && allowed === 0) return `${bad}; so little traffic allows none.`;
  if (left <= 0) return `The budget is overspent by ${wholePercent(-left)}: ${bad}, ${allowed} allowed.`;
  const pace = exhaustsAt === null ? bad : `${duration(exhaustsAt - now)} at this pace`;
  return `${wholePercent(left)} of the error budget left · ${pace}`;
}

/** The card of an average, which has no error budget. */
export function averageCard({ name, averageUsd, valueUsd, state, total }: Omit<AverageReport, 'days'>): PromiseCard {
  const share = valueUsd === null || averageUsd === 0 ? null : valueUsd / averageUsd;
  return {
    ...{ name, title: 'Cost per request', of: name },
    pill: {
      healthy: { text: 'kept', tone: 'good' } as const,
      exceeded: { text: 'above', tone: 'bad' } as const,
      no_data: { text: 'no data', tone: 'away' } as const,
    }[state],
    value: valueUsd === null ? '–' : usd(valueUsd),
    promise: `target ≤ ${usd(averageUsd)}`,
    bar: share === null ? null : Math.min(1, share),
    barName: `Share of the promise: ${share === null ? 'no data' : wholePercent(share)}`,
    note: share === null ? 'No requests in this window.' : `${apart(share)} · ${counted(total, 'request')}`,
  };
}

/** The card of a tenant's money this month; undefined without a limit. */
export function budgetCard(money: MoneyReport): PromiseCard | undefined {
  const { tenant, spentUsd, capUsd, ladder } = money;
  if (capUsd === null || capUsd <= 0) return undefined;
  const reached = ladder.filter((step) => spentUsd >= step.usd).at(-1);
  return {
    ...{ name: `month of ${tenant}`, title: 'Month’s budget', of: tenant },
    pill:
      reached === undefined
        ? { text: 'within', tone: 'good' }
        : {
            text: reached.isSafeguard ? 'safeguard serves' : `${reached.percent} % alert sent`,
            tone: reached.isSafeguard ? 'bad' : 'warn',
          },
    value: usd(spentUsd),
    promise: `of ${usd(capUsd)}`,
    bar: Math.min(1, spentUsd / capUsd),
    barName: `Share of the month’s budget: ${wholePercent(spentUsd / capUsd)}`,
    note: paceNote(money),
  };
}

function paceNote({ projectedUsd, spentUsd, ladder, at, month }: MoneyReport): string {
  const next = ladder.find((step) => step.usd > spentUsd);
  const began = Date.parse(`${month}-01`);
  if (projectedUsd === null || next === undefined || spentUsd <= 0)
    return projectedUsd === null
      ? 'Too early to tell where the month ends.'
      : `The month ends at ${usd(projectedUsd)} at this pace.`;
  const what = next.isSafeguard ? 'Safeguard takes over' : `The ${next.percent} % alert goes out`;
  if (projectedUsd < next.usd)
    return `${what} at ${usd(next.usd)}; the month ends at ${usd(projectedUsd)} at this pace.`;
  const inMs = ((next.usd - spentUsd) / spentUsd) * (at - began);
  return `${what} at ${usd(next.usd)}, in ${duration(inMs)} at this pace.`;
}

const apart = (share: number): string =>
  share < 0.01
    ? 'under 1 % of the promise'
    : share <= 1
      ? `${wholePercent(1 - share)} below the promise`
      : `${wholePercent(share - 1)} above the promise`;

const RANK: Readonly<Record<ShownObjective['state'], number>> = { exhausted: 0, burning: 1, healthy: 2, no_data: 3 };

/** Sorts promises by urgency: broken, burning, kept, silent; then by tier, then in config's order. */
export const worstFirst = (objectives: readonly ShownObjective[]): ShownObjective[] =>
  objectives.toSorted((a, b) => RANK[a.state] - RANK[b.state] || (a.tier ?? 9) - (b.tier ?? 9));
