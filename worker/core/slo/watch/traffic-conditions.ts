/** What is odd about traffic: far fewer requests than a week ago, none at all, or many that providers reject. */
import type { NoticeData } from '../../alerts/notice.ts';
import { type AlertRule, type AlertSli, isAbout } from '../alert-rule.ts';
import type { Series } from '../book/series.ts';
import { seriesOf } from '../book/series-names.ts';
import type { MaintenanceWindow, Slo } from '../slo.ts';
import type { Condition, WatchInput } from './condition.ts';
import { startOfNext, thresholdName } from './threshold.ts';
import type { WatchState } from './watch-state.ts';
import { factorText, lastedText, lengthText, listText, percentText } from './words.ts';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
const WEEK_MS = 7 * DAY_MS;
/** Traffic is measured over this long. */
const TRAFFIC_MS = 10 * MINUTE_MS;
/** If fewer requests than this came a week ago, silence is not worth an alert. */
const LEAST_WEEK_AGO = 10;
/** If the usual share of rejected requests is smaller than this, it counts as this much. */
const LEAST_REJECTED_SHARE = 0.01;

/** What is odd about one series. */
interface Odd {
  text: string;
  endText: string;
  data: NoticeData;
}
/** `isTold` is true if the alert has been sent and has not ended. */
type Look = (series: Series, rule: AlertRule, isTold: boolean) => Odd | undefined;

/** The conditions of all requests together, and of each feature. A feature's alert waits while its condition holds for all requests. */
export function trafficConditions(watched: WatchInput, before: WatchState, now: number): Condition[] {
  const { slo } = watched;
  return [
    ...conditionsOf('throughput', watched, before, (series, { limit }, isTold) =>
      isTold || !isMaintained(slo, now) ? tooFewRequests(series, limit ?? 100, now) : undefined,
    ),
    ...conditionsOf('rejected', watched, before, (series, { limit }) => tooManyRejected(series, limit ?? 1, slo, now)),
    ...conditionsOf('no_data', watched, before, (series, _, isTold) => noRequests(series, isTold, slo, now)),
  ];
}

function conditionsOf(sli: AlertSli, { book, slo, limits }: WatchInput, before: WatchState, look: Look): Condition[] {
  return slo.alerts
    .filter((rule) => rule.sli === sli)
    .flatMap((rule) => {
      const found = [null, ...limits.features.keys()].flatMap((feature) => {
        const series = book.series(seriesOf(null, feature));
        const what = feature === null ? sli : `${sli}/feature:${feature}`;
        const name =
          sli === 'no_data' ? `no_data/${feature === null ? 'all' : `feature:${feature}`}` : thresholdName(what, rule);
        const odd =
          series && isAbout(rule, feature, null) ? look(series, rule, before.firing[name] !== undefined) : undefined;
        return odd === undefined ? [] : [{ feature, name, odd }];
      });
      const isWhole = found.some(({ feature }) => feature === null);
      const features = found.flatMap(({ feature }) => feature ?? []);
      return found.map(
        ({ feature, name, odd }): Condition => ({
          ...{ name, group: name, type: sli === 'no_data' ? 'slo.no_data' : 'slo.threshold', severity: rule.severity },
          ...{ objective: null, feature, tenant: null, burnRate: null, forMs: rule.forMs },
          isCovered: isWhole && feature !== null,
          endText: `${feature === null ? 'All requests' : `Feature ${feature}`}: ${odd.endText}`,
          tell: () => ({
            text: [
              `${feature === null ? 'All requests' : `Feature ${feature}`}: ${odd.text}`,
              feature === null && features.length > 0 ? ` It touches ${listText(features)}.` : '',
            ].join(''),
            data: { sli, threshold: rule.limit, forMs: rule.forMs, ...odd.data, ...(feature === null && { features }) },
          }),
        }),
      );
    });
}

/** Returns undefined if about as many requests come as expected. */
function tooFewRequests(series: Series, percent: number, now: number): Odd | undefined {
  const expected = weekAgo(series, now);
  if (!isSure(expected)) return undefined;
  const requests = series.requests(now - TRAFFIC_MS, now);
  if (requests >= (expected * percent) / 100 || requests >= expected - spread(expected)) return undefined;
  return {
    text: `traffic is ${percentText(requests / expected)} of what it was a week ago; ${Math.round(requests)} requests came in the last ${lengthText(TRAFFIC_MS)}, and ${Math.round(expected)} then.`,
    endText: 'as many requests come as a week ago.',
    data: { value: (100 * requests) / expected, total: Math.round(requests), expected: Math.round(expected) },
  };
}

/** A difference of up to this many requests may be chance. */
const spread = (expected: number): number => 3 * Math.sqrt(expected);
const isSure = (expected: number): boolean => expected > spread(expected);

/**
 * The fewest requests in the same ten minutes a week ago, ten minutes earlier and ten minutes later, because a break never begins
 * at exactly the same minute.
 */
function weekAgo(series: Series, now: number): number {
  const counts = [-1, 0, 1].map((shift) => {
    const to = now - WEEK_MS + shift * TRAFFIC_MS;
    return series.requests(to - TRAFFIC_MS, to);
  });
  return Math.min(...counts);
}

/** Returns undefined if no more requests are rejected than before. */
function tooManyRejected(series: Series, factor: number, { minErrors }: Slo, now: number): Odd | undefined {
  const from = now - TRAFFIC_MS;
  const bad = series.rejected(from, now);
  if (bad < 2 * minErrors) return undefined;
  const total = series.requests(from, now);
  const dayTotal = series.requests(from - DAY_MS, from);
  const usual = dayTotal > 0 ? series.rejected(from - DAY_MS, from) / dayTotal : 0;
  const share = bad / total;
  if (share <= factor * Math.max(usual, LEAST_REJECTED_SHARE)) return undefined;
  const than =
    usual > 0 ? `${factorText(share / usual)} times the share of the day before` : 'and none in the day before';
  return {
    text: `providers reject ${percentText(share)} of requests over the last ${lengthText(TRAFFIC_MS)}, ${than}.`,
    endText: 'providers reject no more than usual.',
    data: {
      value: share * 100,
      usual: usual * 100,
      bad: Math.round(bad),
      total: Math.round(total),
    },
  };
}

/** When the last window of planned maintenance ended, at most `now`. A window concerns all requests. */
const maintainedUntil = (windows: readonly MaintenanceWindow[], now: number): number =>
  Math.max(...windows.map(({ from, to }) => (from < now ? Math.min(to, now) : 0)), 0);

/** Whether a window was open during any of the time that `tooFewRequests` looks at. */
const isMaintained = ({ maintenance }: Slo, now: number): boolean =>
  maintainedUntil(maintenance.windows, now) > now - TRAFFIC_MS;

/** Whether no request has come for long enough. During maintenance none is expected. */
const isSilent = (lastAt: number, { noDataAfterMs, maintenance }: Slo, now: number): boolean =>
  now - Math.max(lastAt, maintainedUntil(maintenance.windows, now)) >= noDataAfterMs;

/** Returns undefined if a request came, or if none was expected. */
function noRequests(series: Series, isTold: boolean, slo: Slo, now: number): Odd | undefined {
  const { lastAt } = series;
  const { noDataAfterMs } = slo;
  if (lastAt === undefined || now - lastAt < noDataAfterMs || !(isTold || isSilent(lastAt, slo, now))) return undefined;
  const windowMs = sameHoursMs(noDataAfterMs);
  const expected = series.requests(now - WEEK_MS - windowMs, now - WEEK_MS);
  if (!isTold && expected < LEAST_WEEK_AGO) return undefined;
  return {
    text: `no request has come for ${lastedText(now - lastAt)}; in the same ${lengthText(windowMs)} a week ago there were ${Math.round(expected)}.`,
    endText: 'requests come again.',
    data: { lastAt, expected: Math.round(expected) },
  };
}

const sameHoursMs = (noDataAfterMs: number): number => Math.min(noDataAfterMs, DAY_MS);

/** The minute at which silence, if it goes on, becomes odd because requests came a week earlier. Undefined if it never does. */
export function silenceDueAt({ book, slo }: WatchInput, now: number): number | undefined {
  const series = book.seriesOf(null, null);
  const lastAt = series?.lastAt;
  if (series === undefined || lastAt === undefined) return undefined;
  const slis = new Set(slo.alerts.map(({ sli }) => sli));
  const windowMs = sameHoursMs(slo.noDataAfterMs);
  const isOdd = (at: number): boolean => {
    if (slis.has('throughput') && !isMaintained(slo, at) && isSure(weekAgo(series, at))) return true;
    if (!slis.has('no_data') || !isSilent(lastAt, slo, at)) return false;
    return series.requests(at - WEEK_MS - windowMs, at - WEEK_MS) >= LEAST_WEEK_AGO;
  };
  // Last week's requests are counted in steps of ten minutes. Only the step in which silence becomes odd is searched minute by minute.
  for (let from = now; from <= lastAt + WEEK_MS + windowMs; from = startOfNext(from, TRAFFIC_MS)) {
    const to = startOfNext(from, TRAFFIC_MS);
    if (!isOdd(to)) continue;
    let at = startOfNext(from, MINUTE_MS);
    while (at < to && !isOdd(at)) at += MINUTE_MS;
    return at;
  }
  return undefined;
}
