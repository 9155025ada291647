/** Times for operators, in UTC and relative to now. */

/** A duration, rounded up: `45 s`, `12 min`, `1 h 59 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  if (minutes < 2_880) return twoUnits(minutes, 60, 'h', 'min');
  return twoUnits(Math.ceil(minutes / 60), 24, 'd', 'h');
}

function twoUnits(count: number, inOne: number, large: string, small: string): string {
  const rest = count % inOne;
  return `${Math.floor(count / inOne)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

/** `2026-11-28 23:40:00 UTC`. */
export const utc = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `until 2026-11-28 23:40:00 UTC (1 h 59 min left)`. */
export const untilText = (until: number | null, now: number): string =>
  until === null ? 'without an end' : `until ${utc(until)} (${durationText(until - now)} left)`;
