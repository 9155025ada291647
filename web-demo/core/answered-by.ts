/** What answered: the provider's letter if there is one, else the model, else null. */
import type { AnswerFacts } from './facts.ts';
import type { ProviderPlug } from './settings.ts';

export function answeredBy(facts: AnswerFacts, providers: readonly ProviderPlug[]): string | null {
  const winner = facts.attempts?.findLast(({ result }) => result === 'success');
  const provider = providers.find(({ deployment }) => deployment === winner?.deployment);
  return provider?.name ?? winner?.model ?? facts.model;
}
