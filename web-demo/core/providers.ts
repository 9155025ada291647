/** Which providers took part in an answer, by the names that the page uses for them. */

import type { ProviderPlug } from '../../protocol/demo-settings.ts';
import type { AnswerFacts } from './facts.ts';

/** `A`, `B`, … if the page knows its providers; otherwise the deployment's own name. */
export const nameOf = (deployment: string, providers: readonly ProviderPlug[]): string =>
  providers.find((provider) => provider.deployment === deployment)?.name ?? deployment;

/** What the providers did for one answer. Names are without repeats, in the order of the calls. */
export interface Parts {
  /** Who answered; null if no provider did, or this page may not know. */
  answered: string | null;
  /** Who failed, and did not answer in the end. */
  failed: readonly string[];
  /** Who would have been asked first but was in cooldown. */
  skipped: readonly string[];
  /** Failed calls of the provider that answered in the end. */
  retries: number;
}

/** Finds out from the calls and cooldowns of an answer who failed, who was left out and who answered. */
export function partsOf(facts: AnswerFacts, providers: readonly ProviderPlug[]): Parts {
  const attempts = facts.attempts ?? [];
  const winner = attempts.findLast(({ result }) => result === 'success')?.deployment;
  const failures = attempts.filter(({ result }) => result !== 'success').map(({ deployment }) => deployment);
  const orderOf = (deployment: string) => providers.find((one) => one.deployment === deployment)?.order;
  const winnersOrder = winner === undefined ? undefined : orderOf(winner);
  const isEarlier = (deployment: string) => {
    const order = orderOf(deployment);
    return order === undefined || winnersOrder === undefined || order < winnersOrder;
  };
  const skipped = facts.cooldowns
    .map(({ deployment }) => deployment)
    .filter((deployment) => isEarlier(deployment) && !attempts.some((attempt) => attempt.deployment === deployment));
  const names = (deployments: readonly string[]) => [
    ...new Set(deployments.map((deployment) => nameOf(deployment, providers))),
  ];
  return {
    answered: winner === undefined ? null : nameOf(winner, providers),
    failed: names(failures.filter((deployment) => deployment !== winner)),
    skipped: names(skipped),
    retries: failures.filter((deployment) => deployment === winner).length,
  };
}
