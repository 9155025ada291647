/** Which objectives burn their error budgets too fast. */
import type { NoticeData } from '../../alerts/notice.ts';
import { durationText } from '../../config/duration.ts';
import type { Tally } from '../book/series.ts';
import type { Objective } from '../slo.ts';
import { type BurningAlert, burningAlerts, tallyOf, totalOf } from '../tally.ts';
import { BURN_WINDOWS, type BurnWindow } from '../windows.ts';
import { affectedTenants, failingDeployment, tenantsText } from './affected.ts';
import type { Condition, WatchInput } from './condition.ts';
import { badRequestsText, factorText, lengthText, percentText, promiseText } from './words.ts';

/** The burn alerts of all objectives whose conditions hold. */
export function burnConditions(watched: WatchInput, now: number): Condition[] {
  return watched.slo.objectives.flatMap((objective) => {
    const over = countsOver(objective, watched, now);
    return burningAlerts(objective, watched.slo.minErrors, over).map((burning) => {
      const { name, feature, tenant } = objective;
      const { severity, long } = burning.alert;
      return {
        name: `burn/${name}/${long}`,
        group: `burn/${name}`,
        ...{ type: 'slo.burning', severity, objective: name, feature, tenant },
        endText: `${promiseText(objective, tenant)} no longer burns its error budget too fast over ${lengthText(BURN_WINDOWS[long])}.`,
        ...{ burnRate: rounded(burning.burnRate), forMs: 0, isCovered: false },
        tell: () => wordsAndFigures(objective, burning, over(long), watched, now),
      };
    });
  });
}

/** Whether any objective had a bad request in a window that ends now. */
export const hasBadRequests = ({ slo, book }: WatchInput, windowMs: number, now: number): boolean =>
  slo.objectives.some(
    (objective) =>
      tallyOf(objective, book, slo, objective, (series, key) => series.goodAndBad(key, windowMs, now)).bad > 0,
  );

/** Sums up each window once. */
function countsOver(objective: Objective, { book, slo }: WatchInput, now: number): (window: BurnWindow) => Tally {
  const known = new Map<BurnWindow, Tally>();
  return (window) => {
    const found = known.get(window);
    if (found !== undefined) return found;
    const tally = tallyOf(objective, book, slo, objective, (series, key) =>
      series.goodAndBad(key, BURN_WINDOWS[window], now),
    );
    known.set(window, tally);
    return tally;
  };
}

function wordsAndFigures(
  objective: Objective,
  { alert, burnRate }: BurningAlert,
  counts: Tally,
  { book }: WatchInput,
  now: number,
) {
  const windowMs = BURN_WINDOWS[alert.long];
  const badShare = counts.bad / totalOf(counts);
  const tenants = affectedTenants(objective, book, windowMs, now);
  // A tenant's own webhooks need not learn which provider serves.
  const isOfFailures = objective.sli.kind === 'success' && objective.tenant === null;
  const deployment = isOfFailures ? failingDeployment(book, windowMs, now) : null;
  const data: NoticeData = {
    ...{ sli: objective.sli.kind, target: objective.target, threshold: rounded(alert.burnRate), window: alert.long },
    ...{ shortWindow: alert.short, badShare, bad: Math.round(counts.bad), total: Math.round(totalOf(counts)) },
    ...{ tenants, deployment, objectiveWindow: durationText(objective.windowMs) },
  };
  return {
    text: [
      `${promiseText(objective, objective.tenant)} burns its error budget ${factorText(burnRate)} times too fast over ${lengthText(windowMs)}`,
      `: ${percentText(badShare)} of ${badRequestsText(objective.sli)}`,
      deployment === null ? '' : `, most at deployment ${deployment}`,
      objective.tenant !== null || tenants.length === 0 ? '.' : `. It touches ${tenantsText(tenants)}.`,
    ].join(''),
    data,
  };
}

const rounded = (rate: number): number => Math.round(rate * 100) / 100;
