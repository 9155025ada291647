/** Which providers took part in an answer, by the names that the page uses for them. */

import type { ProviderPlug } from '../../protocol/demo-settings.ts';
import type { AnswerFacts } from './facts.ts';

/** `A`, `B`, … if the page knows its providers; otherwise the deployment's own name. */
export const nameOf = (deployment: string, providers: readonly ProviderPlug[]): string =>
  providers.find((provider) => provider.deployment === deployment)?.name ?? deployment;

/** What the providers did for one answer. Each name appears once, in the order of the calls. */
export interface Parts {
  /** The provider that answered; null if none did, or if this page may not know. */
  answered: string | null;
  /** The providers that failed and did not answer in the end. */
  failed: readonly string[];
  /** The providers that would have been asked first but were in cooldown. */
  skipped: readonly string[];
  /** Failed calls of the provider that answered in the end. */
  retries: number;
}

/** Finds out from an answer's calls and cooldowns which providers failed, were left out, and answered. */
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
