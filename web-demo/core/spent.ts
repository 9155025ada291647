/** Money spent on one day of the person's calendar. */

export interface Spent {
  /** A date such as `2026-11-29`. */
  day: string;
  usd: number;
}

interface Calendar {
  getFullYear(): number;
  getMonth(): number;
  getDate(): number;
}

export const dayOf = (date: Calendar): string =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');

/** Reads the note. Undefined if nothing was spent on this day. */
export function readSpent(text: string | undefined, day: string): Spent | undefined {
  try {
    const spent = JSON.parse(text ?? 'null') as Spent | null;
    return spent?.day === day && Number.isFinite(spent.usd) ? spent : undefined;
  } catch {
    return undefined;
  }
}
