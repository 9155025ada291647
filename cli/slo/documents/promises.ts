/** Promises in words for readers who have never seen the config. */
import { errorBudget } from '../../../worker/core/slo/burn-alerts.ts';
import type { AverageObjective, Objective, Sli, Slo } from '../../../worker/core/slo/slo.ts';
import { lengthText } from '../report/dates.ts';
import type { Facts } from './changes.ts';
import { escapeMarkdown, listText } from './markdown.ts';
import { duration, numberText, percent, usd } from './words.ts';

/** A promise about requests as text, such as `At least 99 % of requests are answered.` `share`: percent of requests. */
export function promiseText(sli: Sli, of: readonly string[], share: number): string {
  const least = share >= 100 ? '100 % of' : `At least ${percent(share)} of`;
  const within = share >= 100 ? 'For 100 % of requests' : `For at least ${percent(share)} of requests`;
  switch (sli.kind) {
    case 'success':
      return `${least} requests are answered.`;
    case 'ttft':
      return `${within}, the first word comes within ${duration(sli.underMs)}.`;
    case 'latency':
      return `${within}, the whole answer comes within ${duration(sli.underMs)}.`;
    case 'cost':
      return `${least} requests cost at most ${usd(sli.atMostMicroUsd)} each.`;
    case 'valid':
      return `${least} checked answers keep the JSON schema that was asked for.`;
    case 'quality':
      return `${least} rated answers are rated good.`;
    case 'external':
      return `${least} what is reported of ${sli.name} is good.`;
    case 'all':
      return `${least} requests keep ${listText(of)} at once.`;
  }
}

/** The promise of an average, as text. */
export const averageText = ({ averageMicroUsd }: Pick<AverageObjective, 'averageMicroUsd'>): string =>
  `A request costs at most ${usd(averageMicroUsd)} on average.`;

/** The promises that clients are told: the ones that `slo.public` names, or else all that are not about a single tenant. */
export function promisesForClients({ objectives, averages, publicNames }: Slo): {
  objectives: Objective[];
  averages: AverageObjective[];
} {
  const isTold = (name: string) => publicNames.size === 0 || publicNames.has(name);
  return {
    objectives: objectives.filter(({ name, tenant }) => tenant === null && isTold(name)),
    averages: averages.filter(({ name }) => isTold(name)),
  };
}

/** A row for each promise: its name, its feature, what is promised, and over which time. Cells are Markdown. */
export function promiseRows(slo: Slo): string[][] {
  const { objectives, averages } = promisesForClients(slo);
  return [
    ...objectives.map(({ name, feature, sli, of, promised, windowMs }) => [
      ...[name, featureText(feature), escapeMarkdown(promiseText(sli, of, promised)), duration(windowMs)],
    ]),
    ...averages.map((one) => [
      one.name,
      featureText(one.feature),
      escapeMarkdown(averageText(one)),
      duration(one.windowMs),
    ]),
  ];
}

/** The features that a promise is about, as text. */
export const featureText = (feature: string | null): string => feature ?? 'all features';

/** The promises that clients are told, as facts. */
export function promiseFacts(slo: Slo): Facts {
  const { objectives, averages } = promisesForClients(slo);
  return Object.fromEntries([
    ...objectives.map(({ name, feature, sli, of, promised, windowMs }) => [
      name,
      { promise: promiseText(sli, of, promised), for: featureText(feature), over: duration(windowMs) },
    ]),
    ...averages.map((one) => [
      one.name,
      { promise: averageText(one), for: featureText(one.feature), over: duration(one.windowMs) },
    ]),
    ...[...slo.classes].map(([name, { success, ttftMs, latencyMs }]) => [
      `class ${name}`,
      {
        ...(success !== undefined && { answered: percent(success) }),
        ...(ttftMs !== undefined && { 'first word within': duration(ttftMs) }),
        ...(latencyMs !== undefined && { 'whole answer within': duration(latencyMs) }),
      },
    ]),
  ]);
}

/** Our own targets, and the reasons for the promises, as facts. */
export function targetFacts(slo: Slo): Facts {
  const { objectives } = promisesForClients(slo);
  return Object.fromEntries(
    objectives.map(({ name, target, why }) => [
      `our target for ${name}`,
      { is: percent(target), ...(why !== null && { why }) },
    ]),
  );
}

/** A row for each error budget: how much may go wrong. */
export function budgetRows(slo: Slo): string[][] {
  return promisesForClients(slo)
    .objectives.filter(({ target }) => target < 100)
    .map(({ name, target, windowMs, sli }) => {
      const share = errorBudget(target);
      const minutes = Math.floor((share * windowMs) / 60_000);
      return [
        ...[name, percent(target), `${percent(share * 100)}, or ${numberText(share * 10_000)} of 10,000`],
        // Only promises that count every request can be compared with an outage.
        isPerRequest(sli) ? `${lengthText(minutes)} in ${duration(windowMs)}` : '–',
      ];
    });
}

const isPerRequest = ({ kind }: Sli): boolean => !['valid', 'quality', 'external', 'cost'].includes(kind);
