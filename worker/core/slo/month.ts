/** What a month's report says: promised, delivered, spent. */
import { durationText } from '../config/duration.ts';
import { startOfMonth } from '../ledger/time.ts';
import type { Book } from './book/book.ts';
import { SUCCESS_KEY } from './book/counted-promises.ts';
import { errorBudget } from './burn-alerts.ts';
import { daysOf } from './days.ts';
import type { MonthOfObjective, MonthReport } from './history.ts';
import type { Incident } from './incident.ts';
import { meanTimes } from './incidents.ts';
import { monthCostMicroUsd } from './money.ts';
import { madeSentence } from './public-incident.ts';
import type { AverageObjective, Credit, Objective, Slo } from './slo.ts';
import { inWholeRequests, ratioOf, talliesOf, totalOf } from './tally.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** `from` and `end` bound the month; `to` is the time up to which there can be figures. */
interface Span {
  from: number;
  to: number;
  end: number;
}

/**
 * The report on a UTC month, up to now if the month is still running. `all` holds every incident. `GET /admin/slo/months/:month`
 * adds the drills.
 */
export function monthReport(
  book: Book,
  slo: Slo,
  { tenant, month }: { tenant?: string | undefined; month: string },
  all: readonly Incident[],
  now: number,
): MonthReport {
  const { service, contact, maintenance, retentionDays } = slo;
  const [from, end] = [startOfMonth(month, 0), startOfMonth(month, 1)];
  const span: Span = { from, end, to: Math.max(from, Math.min(end, now)) };
  const isConcerned = (one: { tenant: string | null }) =>
    tenant === undefined || one.tenant === null || one.tenant === tenant;
  const incidents = all.filter(
    (one) => isConcerned(one) && one.openedAt < span.to && (one.closedAt === null || one.closedAt >= from),
  );
  const objectives = slo.objectives
    .filter(isConcerned)
    .map((objective) => monthOfObjective(objective, book, slo, tenant, span));
  const counted = book.seriesOf(tenant ?? null, null)?.days(SUCCESS_KEY, from, end);
  const spenders = tenant === undefined ? book.spending.tenants(month) : [tenant];
  return {
    ...{ service, contact, tenant: tenant ?? null, month, from, to: span.to, at: now },
    isWhole: end <= now && from > now - retentionDays * DAY_MS,
    isAmongOthers: tenant !== undefined && book.isAmongOthers(tenant),
    objectives,
    averages: slo.averages.map((one) => ({
      ...averageOf(one, book, tenant, span),
      isPublic: slo.publicNames.has(one.name),
    })),
    requests: counted === undefined ? 0 : totalOf(counted),
    costUsd: spenders.reduce((sum, name) => sum + monthCostMicroUsd(book.spending.of(name, month)), 0) / 1e6,
    incidents: incidents.map(({ id, openedAt, closedAt, objective, tenant: whose, publicNote }) => ({
      ...{ id, openedAt, closedAt, objective, tenant: whose },
      text: publicNote ?? madeSentence(objective, slo),
    })),
    ...meanTimes(incidents),
    drills: [],
    maintenance: maintenance.windows.filter((window) => window.from < span.to && window.to > from),
    creditPercent: Math.max(0, ...objectives.map((one) => one.creditPercent)),
    hasCredits: slo.credits.length > 0,
  };
}

function monthOfObjective(
  objective: Objective,
  book: Book,
  slo: Slo,
  tenant: string | undefined,
  { from, to, end }: Span,
): MonthOfObjective {
  const { name, sli, feature, tenant: whose, of, target, promised } = objective;
  const tallies = talliesOf(objective, book, slo, { tenant });
  const counts = tallies((series, key) => series.days(key, from, end));
  const total = totalOf(counts);
  const value = ratioOf(counts);
  const allowed = total * errorBudget(target);
  return {
    ...{ name, sli: sli.kind === 'all' ? 'composite' : sli.kind, feature, target, promised, value },
    ...{ tenant: whose, of, isPublic: slo.publicNames.has(name) },
    atMostUsd: sli.kind === 'cost' ? sli.atMostMicroUsd / 1e6 : null,
    under: sli.kind === 'ttft' || sli.kind === 'latency' ? durationText(sli.underMs) : null,
    kept: value === null ? null : counts.bad <= total * errorBudget(promised) + 1e-9,
    ...inWholeRequests(counts),
    excluded: counts.excluded,
    budgetSpent: value === null ? null : counts.bad === 0 ? 0 : allowed > 0 ? counts.bad / allowed : null,
    badMinutes: value === null ? null : ((1 - value) * (to - from)) / MINUTE_MS,
    creditPercent: sli.kind === 'success' ? creditOf(value, slo.credits) : 0,
    days: daysOf(objective, tallies, slo, from, to),
  };
}

/** The thresholds are in falling order, so the last one that was missed decides which credit is due. */
function creditOf(value: number | null, credits: readonly Credit[]): number {
  if (value === null) return 0;
  return credits.findLast(({ below }) => value * 100 < below - 1e-9)?.percent ?? 0;
}

function averageOf(
  { name, feature, averageMicroUsd }: AverageObjective,
  book: Book,
  tenant: string | undefined,
  { from, end }: Span,
): Omit<MonthReport['averages'][number], 'isPublic'> {
  const series = book.seriesOf(tenant ?? null, feature);
  const counts = series?.days(SUCCESS_KEY, from, end);
  const total = counts === undefined ? 0 : totalOf(counts);
  const microUsd = total > 0 && series !== undefined ? series.costOfDays(from, end) / total : null;
  const valueUsd = microUsd === null ? null : Math.round(microUsd) / 1e6;
  return { name, feature, averageUsd: averageMicroUsd / 1e6, valueUsd, total };
}
