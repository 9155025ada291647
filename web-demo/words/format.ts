/** Numbers, times and amounts as the reader's language writes them. */

export interface Format {
  /** `3 h ago`. */
  ago(ms: number): string;
  /** `14:02`. */
  time(at: number): string;
  /** `0.40 s`, `188 ms`. */
  duration(ms: number): string;
  /** `$0.0003`. */
  usd(amount: number): string;
  count(value: number): string;
}

export function formatFor(locale: string): Format {
  const relative = new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'always' });
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const whole = new Intl.NumberFormat(locale);
  const seconds = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumSignificantDigits: 2 });
  return {
    ago(ms) {
      const minutes = Math.max(0, Math.round(ms / 60_000));
      if (minutes < 60) return relative.format(-minutes, 'minute');
      if (minutes < 48 * 60) return relative.format(-Math.round(minutes / 60), 'hour');
      return relative.format(-Math.round(minutes / 1_440), 'day');
    },
    time: (at) => clock.format(at),
    duration: (ms) => (ms < 1_000 ? `${whole.format(Math.round(ms))} ms` : `${seconds.format(ms / 1_000)} s`),
    usd: (amount) =>
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency: 'USD',
        currencyDisplay: 'narrowSymbol',
        minimumFractionDigits: 2,
        maximumFractionDigits: amount < 0.01 ? 4 : 3,
      }).format(amount),
    count: (value) => whole.format(value),
  };
}
