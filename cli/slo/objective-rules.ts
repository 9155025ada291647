/** The rules of one objective: its events, the share of bad events over each window, its error budget, and its alerts. */
import { burnAlerts, errorBudget } from '../../worker/core/slo/burn-alerts.ts';
import type { Objective, Sli, Slo } from '../../worker/core/slo/slo.ts';
import { BURN_WINDOWS } from '../../worker/core/slo/windows.ts';
import { duration, selector } from './promql.ts';
import { atLeast, RUNBOOK, type Rule, type RuleGroup, type Severity } from './rule.ts';
import { badEvents, countersOf, outsideParts } from './sli-counters.ts';

/** How long a promise may be missed before an alert goes out, however much of the error budget is left. */
const BELOW_TARGET: Partial<Record<Sli['kind'], readonly { lasts: string; severity: Severity }[]>> = {
  success: [
    { lasts: '5m', severity: 'page' },
    { lasts: '1h', severity: 'incident' },
  ],
  ttft: [{ lasts: '15m', severity: 'page' }],
  latency: [{ lasts: '15m', severity: 'page' }],
};

const BAD = 'objective:carryon_slo_bad:sum';
const EVENTS = 'objective:carryon_slo_events:sum';
const errorRatio = (window: string): string => `objective:carryon_slo_error_ratio:increase${window}`;

export function objectiveGroups(objective: Objective, slo: Slo): RuleGroup[] {
  const name = `carryon-slo-${objective.name}`;
  const parts = outsideParts(objective, slo.objectives);
  const alerts = [...burnRules(objective, slo), ...belowRules(objective, slo), noDataRule(objective, slo)];
  return [
    { name, interval: '30s', rules: [...eventRules(objective, parts), ...alerts] },
    { name: `${name}-window`, interval: '5m', rules: budgetRules(objective, parts) },
  ];
}

/**
 * Records the sums of events, because `increase` over the router's own series would miss the first count of each new combination of
 * labels. One object counts everything, so all series in a sum start again together.
 */
function eventRules(objective: Objective, parts: readonly Objective[]): Rule[] {
  const labels = { objective: objective.name };
  const counters = [objective, ...parts].map(countersOf);
  const sum = (counter: string) => `sum(${counter})`;
  return [
    { record: EVENTS, expr: counters.map(({ all }) => sum(all)).join(' + '), labels },
    { record: BAD, expr: counters.map((one) => badEvents(one, sum)).join(' + '), labels },
    ...Object.keys(BURN_WINDOWS).map((window) => ratioRule(objective, parts, window)),
  ];
}

function ratioRule(objective: Objective, parts: readonly Objective[], window: string): Rule {
  const { name } = objective;
  const over = `${selector({ objective: name })}[${window}]`;
  const ofSums = `increase(${BAD}${over}) / (increase(${EVENTS}${over}) > 0)`;
  const expr = parts.length === 0 ? ofSums : jointRatio(objective, parts, window);
  return { record: errorRatio(window), expr, labels: { objective: name } };
}

/** The bad share of a composite. The good shares of its parts are multiplied. A part without data changes nothing. */
function jointRatio(objective: Objective, parts: readonly Objective[], window: string): string {
  const counters = countersOf(objective);
  const increase = (counter: string) => `sum(increase(${counter}[${window}]))`;
  const own = `${badEvents(counters, increase)} / (${increase(counters.all)} > 0)`;
  const others = parts.map(({ name }) => `sum(${errorRatio(window)}${selector({ objective: name })})`);
  return `1 - ${[own, ...others].map((ratio) => `(1 - ${ratio} or vector(1))`).join(' * ')}`;
}

function budgetRules(objective: Objective, parts: readonly Objective[]): Rule[] {
  const { name } = objective;
  const window = duration(objective.windowMs);
  const expr = `1 - ${errorRatio(window)}${selector({ objective: name })} / ${errorBudget(objective.target)}`;
  const remaining = { record: 'objective:carryon_slo_budget_remaining:ratio', expr, labels: { objective: name } };
  return Object.hasOwn(BURN_WINDOWS, window) ? [remaining] : [ratioRule(objective, parts, window), remaining];
}

function burnRules(objective: Objective, { minErrors }: Slo): Rule[] {
  const { name, target } = objective;
  const chosen = selector({ objective: name });
  return burnAlerts(objective).map(({ severity, long, short, burnRate }): Rule => {
    const rate = Number(burnRate.toFixed(4));
    const enough = severity === 'page' ? [`increase(${BAD}${chosen}[${long}]) ${atLeast(minErrors)}`] : [];
    const burns = (window: string) => `${errorRatio(window)}${chosen} > ${rate} * ${errorBudget(objective.target)}`;
    return {
      alert: 'CarryonBudgetBurns',
      expr: [burns(long), burns(short), ...enough].join('\nand '),
      labels: { ...labelsOf(objective), severity, window: long },
      annotations: {
        summary: `${name}: the error budget burns more than ${rate} times too fast`,
        description: `{{ $value | humanizePercentage }} of ${eventsOf(objective)} in the last ${long} broke the promise, and too many in the last ${short} still do. ${target} % must keep it.`,
        runbook: RUNBOOK,
      },
    };
  });
}

function belowRules(objective: Objective, { minErrors }: Slo): Rule[] {
  const { name, sli, target } = objective;
  const chosen = selector({ objective: name });
  return (BELOW_TARGET[sli.kind] ?? []).map(({ lasts, severity }) => ({
    alert: 'CarryonBelowTarget',
    expr: `${errorRatio('5m')}${chosen} > ${errorBudget(objective.target)}\nand increase(${BAD}${chosen}[5m]) ${atLeast(minErrors)}`,
    for: lasts,
    labels: { ...labelsOf(objective), severity, window: lasts },
    annotations: {
      summary: `${name}: below its target of ${target} % for ${lasts}`,
      description: `{{ $value | humanizePercentage }} of ${eventsOf(objective)} in the last 5m broke the promise. ${target} % must keep it.`,
      runbook: RUNBOOK,
    },
  }));
}

/** An alert for no data. It fires only if there was traffic at the same time a week ago, so that a quiet night sends no alert. */
function noDataRule(objective: Objective, { noDataAfterMs }: Slo): Rule {
  const quiet = duration(noDataAfterMs);
  const events = `${EVENTS}${selector({ objective: objective.name })}[${quiet}]`;
  return {
    alert: 'CarryonNoData',
    expr: `increase(${events}) == 0\nand increase(${events} offset 1w) > 0`,
    labels: { ...labelsOf(objective), severity: 'note' },
    annotations: {
      summary: `${objective.name}: no data for ${quiet}`,
      description: `None of ${eventsOf(objective)} has counted for ${quiet}, but a week ago some did at this time.`,
      runbook: RUNBOOK,
    },
  };
}

const labelsOf = ({ name, feature, tenant, team }: Objective) => ({
  objective: name,
  ...(feature !== null && { feature }),
  ...(tenant !== null && { tenant }),
  ...(team !== null && { team }),
});

function eventsOf({ sli, feature, tenant }: Objective): string {
  const what = sli.kind === 'external' ? `the events reported as ${sli.name}` : 'the requests';
  const whose = [
    ...(feature === null ? [] : [` of feature ${feature}`]),
    ...(tenant === null ? [] : [` of tenant ${tenant}`]),
  ];
  return what + whose.join('');
}
