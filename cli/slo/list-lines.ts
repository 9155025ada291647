/** What `npm run slo -- list` prints: a row for each promise. */
import type { Evaluation } from '../../worker/core/slo/evaluate.ts';
import type { ReportedObjective, SloReport } from '../../worker/core/slo/report.ts';
import { table } from '../budget/words.ts';
import { untilText, utc } from '../times.ts';

const HEADINGS = ['promise', 'for', 'what', 'over', 'target', 'now', 'counted', 'bad', 'allowed', 'state'];
const NUMBERS = [4, 5, 6, 7, 8];

/** The lines for a reply of `GET /admin/slo`. `tenant`: the tenant that was asked for, if any. */
export function promiseLines(report: SloReport, tenant: string | null = null): string[] {
  const { service, at, objectives, averages, percentiles, lost, dropped } = report;
  if (objectives.length + averages.length === 0) return [`${service} has no promises to show.`];
  const rows = [
    ...objectives.map((one) => objectiveRow(one, at)),
    ...averages.map(({ name, feature, window, averageUsd, valueUsd, total, state }) => [
      ...[
        name,
        whoseText(tenant, feature),
        'cost on average',
        window,
        `$${averageUsd}`,
        valueUsd === null ? '-' : `$${valueUsd}`,
      ],
      ...[String(total), '-', '-', stateText(state)],
    ]),
  ];
  const excluded = objectives.flatMap(({ name, excluded: reasons }) => {
    const counts = Object.entries(reasons).map(([reason, count]) => `${count} ${reason}`);
    return counts.length === 0 ? [] : [`  ${name}: ${counts.join(', ')}`];
  });
  return [
    `${service}, ${utc(at)}`,
    '',
    ...table([HEADINGS, ...rows], NUMBERS),
    ...(excluded.length === 0 ? [] : ['', 'Requests that do not count, by reason:', ...excluded]),
    ...dependencyLines(objectives),
    ...lossLines(lost),
    ...(dropped === 0 ? [] : ['', `Records lost in the last 30 days, whose requests are not counted: ${dropped}`]),
    ...(percentiles === undefined
      ? []
      : [
          '',
          `First content: ${percentilesText(percentiles.ttftMs)}`,
          `Whole answer: ${percentilesText(percentiles.totalMs)}`,
        ]),
  ];
}

function dependencyLines(objectives: readonly ReportedObjective[]): string[] {
  const lines = objectives.flatMap(({ name, dependsOn }) =>
    dependsOn.map(({ objective, state, consumes }) => {
      const counts = consumes ? ', and its bad share counts' : '';
      return `  ${name} depends on ${objective}: ${stateText(state)}${counts}`;
    }),
  );
  return lines.length === 0 ? [] : ['', 'Dependencies:', ...lines];
}

function lossLines(lost: SloReport['lost']): string[] {
  if (lost.length === 0) return [];
  const lines = lost.map(({ from, openRequests }) => `  ${utc(from)}, with ${openRequests} under way`);
  return ['', 'Requests may be missing, because isolates ended:', ...lines];
}

const whoseText = (tenant: string | null, feature: string | null): string =>
  [...(tenant === null ? [] : [`tenant ${tenant}`]), ...(feature === null ? [] : [feature])].join(', ') || 'all';

function objectiveRow(objective: Evaluation, at: number): string[] {
  const { name, tenant, feature, window, target, value, good, total, budget, state, exhaustsAt } = objective;
  const end = exhaustsAt === null ? '' : `, budget lasts ${untilText(exhaustsAt, at)}`;
  return [
    ...[
      name,
      whoseText(tenant, feature),
      whatText(objective),
      window,
      `${target} %`,
      value === null ? '-' : percent(value),
    ],
    ...[String(total), String(total - good), String(Math.round(budget.allowed * 100) / 100)],
    `${stateText(state)}${end}`,
  ];
}

function whatText({ sli, under, atMostUsd, of }: Evaluation): string {
  return {
    success: 'answered',
    ttft: `first content within ${under}`,
    latency: `whole answer within ${under}`,
    cost: `costs at most $${atMostUsd}`,
    valid: 'keeps its JSON schema',
    quality: 'good feedback',
    external: 'reported from outside',
    composite: of.join(' and '),
  }[sli];
}

/** A share as percent, rounded down, so that a promise that is just broken does not look kept. */
const percent = (share: number): string => `${Math.floor(share * 1e5 + 1e-6) / 1e3} %`;

const stateText = (state: string): string => state.replace('_', ' ');

const percentilesText = (of: Record<string, number | null>): string =>
  Object.entries(of)
    .map(([name, ms]) => `${name} ${ms === null ? '-' : `${(ms / 1_000).toFixed(2)} s`}`)
    .join(', ');
