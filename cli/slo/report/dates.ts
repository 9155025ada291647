/** Dates and durations in the form of a month's report. All are in UTC. */

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

/** `November 2026` for `2026-11`. */
export function monthName(month: string): string {
  const [year = '', number = ''] = month.split('-');
  return `${MONTHS[Number(number) - 1] ?? number} ${year}`;
}

/** How many days a month such as `2026-11` has. */
export function daysIn(month: string): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

/** `3 November`. */
export function dayText(epochMs: number): string {
  const date = new Date(epochMs);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** `3 November 2026, 14:02`. */
export const minuteText = (epochMs: number): string =>
  `${dayText(epochMs)} ${new Date(epochMs).getUTCFullYear()}, ${timeText(epochMs)}`;

/** `3 November, 14:02`. */
export const momentText = (epochMs: number): string => `${dayText(epochMs)}, ${timeText(epochMs)}`;

/** `3 November, 14:02 to 14:40`, with both days if it passes midnight. */
export function spanText(from: number, to: number | null): string {
  if (to === null) return `since ${momentText(from)}`;
  return `${momentText(from)} to ${dayText(from) === dayText(to) ? timeText(to) : momentText(to)}`;
}

/** `38 minutes`, `2 hours 5 minutes`, `3 days 4 hours`, rounded to minutes. */
export function lengthText(minutes: number): string {
  if (minutes > 0 && minutes < 1) return 'under a minute';
  const whole = Math.round(minutes);
  if (whole < 120) return units(whole, 'minute');
  if (whole < 2_880) return twoUnits(whole, 60, 'hour', 'minute');
  return twoUnits(Math.round(whole / 60), 24, 'day', 'hour');
}

function twoUnits(count: number, inOne: number, large: string, small: string): string {
  const rest = count % inOne;
  return `${units(Math.floor(count / inOne), large)}${rest === 0 ? '' : ` ${units(rest, small)}`}`;
}

const units = (count: number, unit: string): string => `${count} ${count === 1 ? unit : `${unit}s`}`;

const timeText = (epochMs: number): string => new Date(epochMs).toISOString().slice(11, 16);
