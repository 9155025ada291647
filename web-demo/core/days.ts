/** The list of conversations, by the reader's own days. */
import type { ConversationHead } from './conversation.ts';

export interface DayGroups {
  today: ConversationHead[];
  yesterday: ConversationHead[];
  earlier: ConversationHead[];
}

/** Keeps the order within each group. */
export function groupByDay(heads: readonly ConversationHead[], now: number): DayGroups {
  const today = new Date(now).setHours(0, 0, 0, 0);
  // Noon of the day before, whatever the clocks did in between.
  const yesterday = new Date(today - 12 * 3_600_000).setHours(0, 0, 0, 0);
  return {
    today: heads.filter(({ changedAt }) => changedAt >= today),
    yesterday: heads.filter(({ changedAt }) => changedAt < today && changedAt >= yesterday),
    earlier: heads.filter(({ changedAt }) => changedAt < yesterday),
  };
}
