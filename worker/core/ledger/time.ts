/** Periods are UTC days and months of `grantedAt` (ledger rule 10). For tokens per minute, the period is a minute. */

/** Such as `2026-11-21`. */
export type Day = string;
/** Such as `2026-11`. */
export type Month = string;
/** A UTC day, or a month. */
export type Period = Day | Month;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let remembered = namesOf(0);

// A ledger needs the same day and month thousands of times, mostly as keys of maps. The same string object is reused, because V8
// keeps its hash with it.
function namesOf(index: number) {
  const day = new Date(index * DAY_MS).toISOString().slice(0, 10);
  const month = day.slice(0, 7);
  return { index, day, month, monthEndsAt: startOfMonth(month, 1) };
}

function namesAt(ms: number) {
  const index = Math.floor(ms / DAY_MS);
  if (index !== remembered.index) remembered = namesOf(index);
  return remembered;
}

/** The UTC day of a time. */
export const dayOf = (ms: number): Day => namesAt(ms).day;
/** The UTC month of a time. */
export const monthOf = (ms: number): Month => namesAt(ms).month;
/** The month of a day, or the month itself. */
export const monthOfPeriod = (period: Period): Month =>
  period === remembered.day ? remembered.month : period.slice(0, 7);
/** The number of the minute since the epoch. */
export const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS);

/** When the minute of a time is over. */
export const endOfMinute = (ms: number): number => (minuteOf(ms) + 1) * MINUTE_MS;
/** When the UTC day of a time is over. */
export const endOfDay = (ms: number): number => (Math.floor(ms / DAY_MS) + 1) * DAY_MS;
/** When the UTC month of a time is over. */
export const endOfMonth = (ms: number): number => namesAt(ms).monthEndsAt;

/** The day before the day of `ms`. */
export const dayBefore = (ms: number): Day => dayOf(ms - DAY_MS);
/** The month that is `months` months before the month of `ms`. */
export const monthBefore = (ms: number, months = 1): Month =>
  new Date(startOfMonth(monthOf(ms), -months)).toISOString().slice(0, 7);

/** The start of the month that is `later` months after `month`. */
export function startOfMonth(month: Month, later: number): number {
  return Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + later, 1);
}

/** Whether a string names a period that exists. */
export function isPeriod(text: string): boolean {
  if (!/^\d{4}-\d{2}(-\d{2})?$/.test(text)) return false;
  const ms = Date.parse(text.length === 7 ? `${text}-01` : text);
  return !Number.isNaN(ms) && dayOf(ms).startsWith(text);
}
