/** Where a tenant's month stands against its budget, and what each scope may spend. */
import type { ShownConfig } from '../../../worker/core/config/shown-config.ts';
import type { Limits, Scope } from '../../../worker/core/ledger/types.ts';
import type { MoneyReport } from '../../../worker/core/slo/history.ts';
import type { Level, PlotData } from '../../plots/plot-data.ts';
import { counted, dayText, moment, usd } from './format.ts';
import type { Ledger } from './replies.ts';

const DAY_MS = 86_400_000;

/** The beginning and end, in UTC, of a month such as `2026-11`. */
function monthBounds(month: string): { from: number; to: number } {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  return { from: Date.UTC(year, number - 1), to: Date.UTC(year, number) };
}

/** `November 2026`. */
export const monthName = (month: string): string =>
  new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(monthBounds(month).from);

/** The month of a time and the months before it, the latest first. */
export function monthsUntil(now: number, most = 12): string[] {
  const at = new Date(now);
  return Array.from({ length: most }, (_, back) =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - back)).toISOString().slice(0, 7),
  );
}

/** `$171 of $200 this month`. */
export function moneyTitle({ spentUsd, capUsd, month, at }: MoneyReport): string {
  const when = at < monthBounds(month).to ? 'this month' : `in ${monthName(month)}`;
  return `${usd(spentUsd)}${capUsd === null ? '' : ` of ${usd(capUsd)}`} ${when}`;
}

/** Where the month's spending will end, and which alert went out last. */
export function moneySentence(report: MoneyReport): string {
  const among = report.isAmongOthers
    ? ' Its requests may be counted with those of other tenants, so the daily figures and the breakdown may be incomplete.'
    : '';
  return `${budgetSentence(report)}${among}`;
}

function budgetSentence({ capUsd, projectedUsd, ladder, spentUsd, month, at }: MoneyReport): string {
  const isOver = at >= monthBounds(month).to;
  const reached = ladder.filter(({ usd: amount }) => spentUsd >= amount).at(-1);
  const told =
    reached === undefined
      ? ''
      : reached.isSafeguard
        ? ' The safeguard serves each feature that has one.'
        : ` The ${reached.percent} % alert went out${reached.reachedAt === null ? '' : ` on ${dayText(reached.reachedAt)}`}.`;
  if (capUsd === null)
    return `No limit is set for the month.${projectedUsd === null ? '' : ` At this pace it ends at ${usd(projectedUsd)}.`}`;
  if (isOver) return `The month is over.${told}`;
  if (projectedUsd === null) return `It is too early to tell where the month ends.${told}`;
  const next = ladder.find(({ usd: amount }) => amount > spentUsd && amount <= projectedUsd);
  const end =
    projectedUsd > capUsd
      ? `above its limit of ${usd(capUsd)}`
      : next === undefined
        ? 'within its limit'
        : `past ${next.isSafeguard ? 'the safeguard' : `the ${next.percent} % alert`} at ${usd(next.usd)}`;
  return `At this pace the month ends at ${usd(projectedUsd)}, ${end}.${told}`;
}

/** Spending day by day, with the ladder's thresholds. */
export function moneyPlot(report: MoneyReport): PlotData {
  const { days, ladder, capUsd, projectedUsd, month, at, spentUsd } = report;
  const { from, to } = monthBounds(month);
  const now = Math.min(at, to);
  let sum = 0;
  const spent = [
    { at: from, value: 0 },
    ...days.map(({ day, costUsd }) => {
      sum += costUsd;
      return { at: Math.min(now, Date.parse(day) + DAY_MS), value: sum };
    }),
  ];
  const last = spent.at(-1)?.value ?? 0;
  // The daily figures may lag behind the ledger.
  if (spent.length > 1 && spentUsd > last) spent[spent.length - 1] = { at: now, value: spentUsd };
  const levels: Level[] = ladder.map(({ percent, usd: value, isSafeguard }) => ({
    value,
    text: isSafeguard ? `${percent} %, safeguard` : `${percent} %`,
    tone: isSafeguard ? 'bad' : 'warn',
  }));
  const hasCap = capUsd !== null && !ladder.some(({ usd: value }) => value === capUsd);
  return {
    name: `Spent in ${monthName(month)}`,
    lines: [
      { name: 'spent', tone: 'accent', points: spent, filled: true, label: null },
      ...(projectedUsd === null
        ? []
        : [
            {
              ...{ name: 'expected', tone: 'accent' as const, dashed: true, label: usd(projectedUsd) },
              points: [
                { at: now, value: Math.max(last, spentUsd) },
                { at: to, value: projectedUsd },
              ],
            },
          ]),
    ],
    levels: [...levels, ...(hasCap ? [{ value: capUsd, text: `limit ${usd(capUsd)}`, tone: 'bad' as const }] : [])],
    ...{ from, to },
    text: usd,
    when: (time) => (time % DAY_MS === 0 ? `${dayText(time - 1)}, end of day` : moment(time)),
    tick: dayText,
    empty: 'Nothing has been spent in this month yet.',
  };
}

/** One row of budgets and rates. */
export interface BudgetRow {
  scope: Scope;
  /** The row named `each user` stands for all users without limits of their own. */
  name: string;
  day: Spending;
  month: Spending;
  limits: Partial<Limits>;
  isSetByHand: boolean;
  isRevoked: boolean;
}

export interface Spending {
  spentMicroUsd: number;
  heldMicroUsd: number;
  capMicroUsd: number | null;
}

const MOST_USERS = 8;

/** The tenant, its features, and the users and keys that spent most or have limits set by hand. */
export function budgetRows(ledger: Ledger, config: ShownConfig, at: number): BudgetRow[] {
  const [day, month] = [new Date(at).toISOString().slice(0, 10), new Date(at).toISOString().slice(0, 7)];
  const scopes = new Map<Scope, { day?: Spending; month?: Spending }>();
  for (const { scope, period, spentMicroUsd, reservedMicroUsd, capMicroUsd } of ledger.scopes) {
    const own = scopes.get(scope) ?? {};
    const spending = { spentMicroUsd, heldMicroUsd: reservedMicroUsd, capMicroUsd };
    if (period === day) own.day = spending;
    if (period === month) own.month = spending;
    scopes.set(scope, own);
  }
  const byHand = new Map(ledger.limits.map((one) => [one.scope, one]));
  for (const scope of byHand.keys()) if (!scopes.has(scope)) scopes.set(scope, {});
  if (!scopes.has('tenant')) scopes.set('tenant', {});
  for (const { name } of config.features) if (!scopes.has(`feature:${name}`)) scopes.set(`feature:${name}`, {});
  const row = (scope: Scope): BudgetRow => {
    const own = scopes.get(scope) ?? {};
    const limits = limitsInForce(scope, ledger, config);
    return {
      ...{ scope, name: scopeName(scope, ledger), limits },
      day: own.day ?? nothing(limits.dailyMicroUsd),
      month: own.month ?? nothing(limits.monthlyMicroUsd),
      isSetByHand: Object.values(byHand.get(scope)?.set ?? {}).some((limit) => limit !== undefined),
      isRevoked: byHand.get(scope)?.revoked === true,
    };
  };
  const all = [...scopes.keys()].map(row);
  const of = (kind: string): BudgetRow[] => all.filter(({ scope }) => scope === kind || scope.startsWith(`${kind}:`));
  const dearest = (rows: BudgetRow[]): BudgetRow[] => {
    const sorted = rows.toSorted((a, b) => b.month.spentMicroUsd - a.month.spentMicroUsd);
    return sorted.filter((one, index) => index < MOST_USERS || one.isSetByHand || one.isRevoked);
  };
  return [...of('tenant'), ...of('feature'), ...of('anonymous'), ...dearest(of('user')), ...dearest(of('key'))];
}

const nothing = (cap: number | null | undefined): Spending => ({
  ...{ spentMicroUsd: 0, heldMicroUsd: 0, capMicroUsd: cap ?? null },
});

/** Config's limits, overridden field by field by the limits set by hand. */
function limitsInForce(scope: Scope, { tenant, limits }: Ledger, config: ShownConfig): Partial<Limits> {
  const own = config.tenants.find(({ name }) => name === tenant);
  const configured = scope.startsWith('feature:')
    ? config.features.find(({ name }) => `feature:${name}` === scope)?.limits
    : { tenant: own?.limits, anonymous: own?.anonymousLimits, user: own?.userLimits }[scope.split(':')[0] ?? ''];
  return { ...configured, ...limits.find((one) => one.scope === scope)?.set };
}

/** `tenant acme`, `feature chat`, `key web-backend`. */
function scopeName(scope: Scope, { tenant, keyNames = {} }: Ledger): string {
  const [kind = '', ...rest] = scope.split(':');
  const id = rest.join(':');
  if (kind === 'tenant') return `tenant ${tenant}`;
  if (kind === 'anonymous') return 'without a user';
  return kind === 'key' ? `key ${keyNames[id] ?? id}` : `${kind} ${id}`;
}

/** `10, burst 50`. */
export function rateText({ rps, burst, tpm, parallel }: Partial<Limits>): string {
  const parts = [
    rps != null && `${rps} a second${burst == null ? '' : `, burst ${burst}`}`,
    tpm != null && `${counted(tpm, 'token')} a minute`,
    parallel != null && `${parallel} at once`,
  ].filter(Boolean);
  return parts.length === 0 ? 'no limit' : parts.join('; ');
}

/** The body of `PUT /admin/tenants/:tenant/limits`. It has the fields that were changed. An empty field restores config's value. */
export function limitChange(scope: string, before: Partial<Limits>, written: Readonly<Record<LimitField, string>>) {
  const change: Record<string, string | number | null> = { scope };
  for (const field of LIMIT_FIELDS) {
    const text = written[field].trim();
    if (text === limitText(before, field)) continue;
    change[field] = text === '' ? null : Number(text);
  }
  return change;
}

export const LIMIT_FIELDS = ['monthlyUsd', 'dailyUsd', 'rps', 'burst', 'tpm', 'parallel'] as const;
export type LimitField = (typeof LIMIT_FIELDS)[number];

/** A limit as a form's field shows it; empty if there is no limit. */
export function limitText(limits: Partial<Limits>, field: LimitField): string {
  if (field === 'monthlyUsd' || field === 'dailyUsd') {
    const amount = field === 'monthlyUsd' ? limits.monthlyMicroUsd : limits.dailyMicroUsd;
    return amount == null ? '' : String(amount / 1e6);
  }
  const limit = limits[field];
  return limit == null ? '' : String(limit);
}
