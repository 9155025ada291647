/** What answered: the provider's letter if the page knows it, or else the model, or else null. */

import type { ProviderPlug } from '../../protocol/demo-settings.ts';
import type { AnswerFacts } from './facts.ts';

export function answeredBy(facts: AnswerFacts, providers: readonly ProviderPlug[]): string | null {
  const winner = facts.attempts?.findLast(({ result }) => result === 'success');
  const provider = providers.find(({ deployment }) => deployment === winner?.deployment);
  return provider?.name ?? winner?.model ?? facts.model;
}
