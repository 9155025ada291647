/** Writes figures in English, with a sensible number of digits. */

/** Formats a share such as `99.71 %`. Near 100 it has two digits, or three above 99.9, unless `digits` says otherwise. */
export function percent(share: number | null, digits?: number): string {
  if (share === null) return '–';
  const value = share * 100;
  const wanted = digits ?? (value > 99.9 && value < 100 ? 3 : value >= 10 && value < 90 ? 1 : 2);
  // A value below 100 never becomes 100 by rounding.
  const scale = 10 ** wanted;
  const down = value < 100 && Math.round(value * scale) >= 100 * scale ? Math.floor(value * scale) / scale : value;
  return `${trimmed(down.toFixed(wanted))} %`;
}

/** `42 %` of a budget. */
export const wholePercent = (share: number): string => `${Math.round(share * 100)} %`;

/** `3.00` as `3`. */
const whole = (text: string): string => text.replace(/\.0+$/, '');
const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** `$171`, `$8.20`, `$0.0093`. */
export function usd(amount: number): string {
  const sign = amount < 0 ? '−' : '';
  const size = Math.abs(amount);
  if (size === 0) return '$0';
  if (size >= 100) return `${sign}$${grouped(Math.round(size))}`;
  if (size >= 0.995) return `${sign}$${whole(size.toFixed(2))}`;
  if (size < 0.00005) return `${sign}under $0.0001`;
  return `${sign}$${size.toFixed(size < 0.1 ? 4 : 2)}`;
}

export const microUsd = (amount: number): string => usd(amount / 1e6);

/** `1,204`. */
export const grouped = (count: number): string => count.toLocaleString('en-GB');

/** `214 ms`, `1.62 s`, `12.4 s`, `3 min`. */
export function seconds(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${whole((ms / 1_000).toFixed(2))} s`;
  if (ms < 99_950) return `${whole((ms / 1_000).toFixed(1))} s`;
  return duration(ms);
}

/** `45 s`, `12 min`, `3 h`, `9 days`, in one unit. */
export function duration(ms: number): string {
  const size = Math.max(0, ms);
  if (size < 90_000) return `${Math.round(size / 1_000)} s`;
  if (size < 5_400_000) return `${Math.round(size / 60_000)} min`;
  if (size < 2 * 86_400_000) return `${Math.round(size / 3_600_000)} h`;
  return `${Math.round(size / 86_400_000)} days`;
}

/** `in 8 s`, `12 min ago`, `now`. */
export function relative(at: number, now: number): string {
  const ms = at - now;
  if (Math.abs(ms) < 1_000) return 'now';
  return ms > 0 ? `in ${duration(ms)}` : `${duration(-ms)} ago`;
}

/** `7.9×`. */
export const times = (rate: number | null): string =>
  rate === null ? '–' : rate >= 100 ? `${Math.round(rate)}×` : `${trimmed(rate.toFixed(1))}×`;

/** Formats in the reader's time zone. */
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clockSeconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** `14:02`. */
export const clockTime = (at: number): string => clock.format(at);
/** `27 Nov`. */
export const dayText = (at: number): string => day.format(at);
/** `27 Nov, 14:02`. */
export const moment = (at: number): string => `${day.format(at)}, ${clock.format(at)}`;
/** `14:02:11`, with the day if it is not today. */
export function exactTime(at: number, now: number): string {
  const time = clockSeconds.format(at);
  return day.format(at) === day.format(now) ? time : `${day.format(at)}, ${time}`;
}

/** `1 request`, `2 requests`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;
