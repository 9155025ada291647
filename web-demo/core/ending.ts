/** How a complete answer ended, if the model did not simply finish. */
import type { AnswerFacts } from './facts.ts';

/** `limit`: it reached its length limit. `filter`: the provider's filter ended it. `gap`: some of its events could not be read. */
export type Ending = 'limit' | 'filter' | 'gap';

/** Null if the model had no more to say. */
export function endingOf({ finishReason, skippedEvents = 0 }: AnswerFacts): Ending | null {
  if (skippedEvents > 0) return 'gap';
  if (finishReason === 'length') return 'limit';
  return finishReason === 'content_filter' ? 'filter' : null;
}
