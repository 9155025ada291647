/** Groups the list of conversations by day, in the reader's time zone. */
import type { ConversationHead } from './conversation.ts';

export interface DayGroups {
  today: ConversationHead[];
  yesterday: ConversationHead[];
  earlier: ConversationHead[];
}

/** Groups the conversations. The order within each group stays. */
export function groupByDay(heads: readonly ConversationHead[], now: number): DayGroups {
  const today = new Date(now).setHours(0, 0, 0, 0);
  // Twelve hours before midnight is always the day before, even if the clocks changed.
  const yesterday = new Date(today - 12 * 3_600_000).setHours(0, 0, 0, 0);
  return {
    today: heads.filter(({ changedAt }) => changedAt >= today),
    yesterday: heads.filter(({ changedAt }) => changedAt < today && changedAt >= yesterday),
    earlier: heads.filter(({ changedAt }) => changedAt < yesterday),
  };
}
