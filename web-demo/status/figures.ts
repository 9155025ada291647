/** Formats numbers, days and times in the reader's language and time zone. */
import { formatFor } from '../words/format.ts';

export interface Figures {
  /** A share as percent, rounded down, with as many digits as the promise is worth: `99.71 %`. */
  percent(share: number, target: number): string;
  /** A promised percentage in full, such as `99.5 %`. */
  promised(percent: number): string;
  usd(amount: number): string;
  count(value: number): string;
  /** A duration of config: `2.5 s` for `2.5s`, `30 days` for `30d`. */
  duration(text: string): string;
  /** `38 min`. */
  length(ms: number): string;
  /** `28 Nov 2026, 14:02 GMT`. */
  moment(at: number): string;
  /** `14:02 GMT`. */
  clock(at: number): string;
  /** `11 Nov`, with the year if it is not this year. */
  day(at: number, now: number): string;
  /** `4 Dec, 03:00–03:20 GMT`. */
  span(from: number, to: number): string;
  /** A day in UTC: `Wed, 11 Nov`. */
  utcDay(at: number): string;
  list(parts: readonly string[]): string;
}

/** A space that keeps a number and its unit on one line. */
const GAP = '\u00a0';

export function figuresFor(locale: string): Figures {
  const format = formatFor(locale);
  const number = (digits: number, least = 0) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: digits });
  const time = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' } as const;
  const [short, full] = [
    { day: 'numeric', month: 'short' },
    { day: 'numeric', month: 'short', year: 'numeric' },
  ] as const;
  const [moment, clockOnly, span] = [time({ ...full, ...clock }), time(clock), time({ ...short, ...clock })];
  const [day, dayWithYear] = [time(short), time(full)];
  const utcDay = time({ ...short, weekday: 'short', timeZone: 'UTC' });
  const whole = number(0);
  const isGerman = /^de\b/i.test(locale);
  const UNITS: Readonly<Record<string, string>> = isGerman
    ? { ms: 'ms', s: 's', m: 'Min.', h: 'Std.', d: 'Tage' }
    : { ms: 'ms', s: 's', m: 'min', h: 'h', d: 'days' };
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  return {
    percent(share, target) {
      // A promise of 99.5 has an error budget of half a percent, and two digits show a fiftieth of it.
      const digits = Math.min(5, Math.max(1, Math.floor(-Math.log10(1 - target / 100 || 1e-4) + 1e-9)));
      const scale = 10 ** digits;
      // The share is rounded down, so that a promise that is just broken does not look kept.
      return `${number(digits).format(Math.floor(share * 100 * scale + 1e-6) / scale)}${GAP}%`;
    },
    promised: (percent) => `${number(4).format(percent)}${GAP}%`,
    usd: format.usd,
    count: format.count,
    duration(text) {
      const [, value, unit = ''] = /^([\d.]+)([a-z]+)$/.exec(text) ?? [];
      if (value === undefined) return text;
      if (unit === 'd' && Number(value) === 1) return `1${GAP}${isGerman ? 'Tag' : 'day'}`;
      return `${number(3).format(Number(value))}${GAP}${UNITS[unit] ?? unit}`;
    },
    length: (ms) =>
      ms < 60_000
        ? `${whole.format(Math.max(1, Math.round(ms / 1_000)))}${GAP}s`
        : format.age(ms).replace(' ', GAP).replace(/Tage$/, 'Tagen'),
    moment: (at) => moment.format(at),
    clock: (at) => clockOnly.format(at),
    day: (at, now) => (new Date(at).getFullYear() === new Date(now).getFullYear() ? day : dayWithYear).format(at),
    span: (from, to) => span.formatRange(from, to),
    utcDay: (at) => utcDay.format(at),
    list: (parts) => list.format(parts),
  };
}
