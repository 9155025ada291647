/** What a month's report says, as plain text. `markdown-report.ts` and `html-report.ts` give it a form. */
import type { DayState, MonthReport } from '../../../worker/core/slo/history.ts';
import { listText } from '../documents/markdown.ts';
import { daysIn, dayText, lengthText, minuteText, momentText, monthName, spanText } from './dates.ts';
import { averageWords, type PromiseWords, promiseWords } from './promise-words.ts';

/** Plain text. Names in it may come from anyone. */
export interface ReportWords {
  service: string;
  tenant: string | null;
  /** Such as `November 2026`. */
  month: string;
  daysInMonth: number;
  /** The first sentence of the report. `isKept`: null if there is nothing to judge. */
  verdict: { isKept: boolean | null; text: string };
  /** What the reader should know about the figures. */
  notes: string[];
  figures: { name: string; value: string }[];
  promises: PromiseWords[];
  happened: EventSection[];
  explained: string[];
  contact: string | null;
  /** When the report was made. */
  made: string;
}

/** Things of one kind that happened. `none` is the sentence for a month without any. */
export interface EventSection {
  title: string;
  none: string;
  /** A sentence about all of them; may be empty. */
  summary: string;
  entries: { when: string; text: string }[];
}

/**
 * The report in words. It has only the promises of the report's tenant and of all tenants, so that no client reads about another client's
 * promises.
 */
export function reportWords(report: MonthReport, withAll: boolean): ReportWords {
  const month = monthName(report.month);
  const isRunning = report.at < Date.parse(`${report.month}-01T00:00:00Z`) + daysIn(report.month) * 86_400_000;
  const isOurs = ({ tenant }: { tenant: string | null }) => tenant === null || tenant === report.tenant;
  const ours = report.objectives.filter(isOurs);
  const hasPublic = [...ours, ...report.averages].some(({ isPublic }) => isPublic);
  const isTold = (one: { isPublic: boolean; tenant?: string | null }) =>
    withAll || !hasPublic || one.isPublic || (one.tenant ?? null) !== null;
  const objectives = ours.filter(isTold);
  const promises = [...objectives.map(promiseWords), ...report.averages.filter(isTold).map(averageWords)];
  const credit = Math.max(0, ...ours.map(({ creditPercent }) => creditPercent));
  return {
    ...{ service: report.service, tenant: report.tenant, month, contact: report.contact },
    daysInMonth: daysIn(report.month),
    verdict: verdictOf(promises, month, isRunning),
    notes: notesOf(report, isRunning),
    figures: figuresOf(report, promises, credit, isRunning),
    promises,
    happened: happenedIn({ ...report, incidents: report.incidents.filter(isOurs) }, report.incidents.every(isOurs)),
    explained: EXPLAINED,
    made: minuteText(report.at),
  };
}

function verdictOf(promises: readonly PromiseWords[], month: string, isRunning: boolean): ReportWords['verdict'] {
  if (promises.length === 0) return { isKept: null, text: 'Nothing was promised.' };
  const judged = promises.filter(({ isKept }) => isKept !== null);
  const missed = judged.filter(({ isKept }) => isKept === false);
  const all = judged.length === 1 ? 'the one promise' : `all ${judged.length} promises`;
  if (judged.length === 0)
    return { isKept: null, text: `There were no requests in ${month}, so nothing can be judged.` };
  if (missed.length === 0)
    return isRunning
      ? { isKept: true, text: `So far, ${all} in ${month} ${judged.length === 1 ? 'is' : 'are'} kept.` }
      : { isKept: true, text: `In ${month} ${all} ${judged.length === 1 ? 'was' : 'were'} kept.` };
  const names = listText(missed.map(({ name }) => name));
  const kept = `${judged.length - missed.length} of ${judged.length} promises ${isRunning ? 'are' : 'were'} kept`;
  return { isKept: false, text: `${isRunning ? 'So far, ' : `In ${month} `}${kept}. Missed: ${names}.` };
}

function notesOf({ at, isWhole, isAmongOthers, tenant }: MonthReport, isRunning: boolean): string[] {
  const notes = isAmongOthers
    ? [
        `Not every tenant is counted on its own, and ${tenant} has no promise of its own: some of its requests may be missing.`,
      ]
    : [];
  if (isRunning) notes.push(`The month is not over. The figures are as of ${minuteText(at)} UTC and may change.`);
  else if (!isWhole)
    notes.push('Some days of this month are no longer kept. The figures cover the days that are left.');
  return notes;
}

function figuresOf(
  { requests, costUsd, hasCredits }: MonthReport,
  promises: readonly PromiseWords[],
  credit: number,
  isRunning: boolean,
): ReportWords['figures'] {
  const judged = promises.filter(({ isKept }) => isKept !== null);
  const kept = judged.filter(({ isKept }) => isKept).length;
  const none = !hasCredits ? 'none agreed' : isRunning ? 'none so far' : 'none';
  return [
    { name: 'promises kept', value: judged.length === 0 ? '–' : `${kept} of ${judged.length}` },
    { name: 'requests', value: requests.toLocaleString('en-US') },
    { name: 'cost of the models', value: `$${moneyText(costUsd)}` },
    { name: 'credit due, of the month’s fees', value: credit === 0 ? none : `${credit} %` },
  ];
}

/** An amount in cents. Below one cent it has two significant digits. */
const moneyText = (usd: number): string =>
  usd > 0 && usd < 0.01
    ? String(Number(usd.toPrecision(2)))
    : usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `areAll`: these are all the incidents that the mean times count. */
function happenedIn(
  { incidents, mttrMinutes, mtbfMinutes, maintenance, drills }: MonthReport,
  areAll: boolean,
): EventSection[] {
  return [
    {
      title: 'Incidents',
      none: 'There were none.',
      summary: [
        ...(!areAll || mttrMinutes === null ? [] : [`On average an incident lasted ${lengthText(mttrMinutes)}.`]),
        ...(!areAll || mtbfMinutes === null
          ? []
          : [`On average ${lengthText(mtbfMinutes)} passed between two of them.`]),
      ].join(' '),
      entries: incidents.map(({ openedAt, closedAt, text }) => ({
        when:
          closedAt === null
            ? `${spanText(openedAt, null)}, not over yet`
            : `${spanText(openedAt, closedAt)} (${lengthText((closedAt - openedAt) / 60_000)})`,
        text,
      })),
    },
    {
      title: 'Planned maintenance',
      none: 'There was none.',
      summary: '',
      entries: maintenance.map(({ from, to, reason, announcedAt }) => ({
        when: `${spanText(from, to)} (${lengthText((to - from) / 60_000)})`,
        text: `${reason} (announced ${dayText(announcedAt)})`,
      })),
    },
    {
      title: 'Rehearsed failures',
      none: 'None was rehearsed.',
      summary: '',
      entries: drills.map(({ at, text }) => ({ when: momentText(at), text })),
    },
  ];
}

const EXPLAINED = [
  'Delivered: the share of counted requests that kept the promise, rounded down.',
  'Error budget used: how much of what our own target allows to go wrong did go wrong. Above 100 % we missed our target; the promise may still be kept, as it leaves more room.',
  'As an outage: for how long everything would have had to fail to do the same harm.',
  'Not counted: requests that their sender got wrong, that were above agreed limits, that the sender gave up, that came during announced maintenance, or that belonged to a rehearsal.',
  'Days are in UTC. A day is marked if it alone stayed below the target or the promise. The month may still be kept.',
];

/** How many days were in each state, in words: `28 days kept, 1 below our target, 1 below the promise`. */
export function daysText(days: readonly DayState[]): string {
  const [first = 'no days', ...others] = (Object.keys(DAY_WORDS) as DayState[]).flatMap((state) => {
    const count = days.filter((one) => one === state).length;
    return count === 0 ? [] : [`${count} ${DAY_WORDS[state]}`];
  });
  return [first.replace(' ', first.startsWith('1 ') ? ' day ' : ' days '), ...others].join(', ');
}

/** What a day's state means to a client. */
export const DAY_WORDS: Readonly<Record<DayState, string>> = {
  kept: 'kept',
  strained: 'below our target',
  broken: 'below the promise',
  no_data: 'without requests',
};
