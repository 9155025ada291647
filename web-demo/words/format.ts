/** Formats numbers, times and amounts in the reader's language. */

export interface Format {
  /** `3 h ago`. */
  ago(ms: number): string;
  /** `14:02`. */
  time(at: number): string;
  /** `4 min`, `3 h`, `2 days`. */
  age(ms: number): string;
  /** `188 ms`, `1.9 s`, `12 s`, `4 min`. */
  duration(ms: number): string;
  /** `0.40 s`, `1.9 s`, `12 s`. */
  seconds(ms: number): string;
  /** `$0.0003`. */
  usd(amount: number): string;
  count(value: number): string;
  /** `in 12 s`, `at 14:02`, `on Tue 1 Dec, 00:00`. A near time is counted down. */
  when(at: number, now: number): string;
}

/** Makes a value at its first use. A formatter takes a phone some milliseconds to make, and most are not needed for the first picture. */
export function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export function formatFor(locale: string): Format {
  const isGerman = /^de\b/i.test(locale);
  const clock = lazily(() => new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }));
  const day = lazily(
    () =>
      new Intl.DateTimeFormat(locale, {
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        hour: 'numeric',
        minute: '2-digit',
      }),
  );
  const decimals = (digits: number) =>
    lazily(() => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const whole = lazily(() => new Intl.NumberFormat(locale));
  const [tenths, hundredths] = [decimals(1), decimals(2)];
  const inSeconds = (ms: number) =>
    `${ms < 9_950 ? tenths().format(ms / 1_000) : whole().format(Math.round(ms / 1_000))} s`;
  const age = (ms: number, germanDays = 'Tage') => {
    const minutes = Math.max(1, Math.round(ms / 60_000));
    if (minutes < 60) return `${whole().format(minutes)} ${isGerman ? 'Min.' : 'min'}`;
    if (minutes < 48 * 60) return `${whole().format(Math.round(minutes / 60))} ${isGerman ? 'Std.' : 'h'}`;
    return `${whole().format(Math.round(minutes / 1_440))} ${isGerman ? germanDays : 'days'}`;
  };
  return {
    age,
    ago: (ms) => (isGerman ? `vor ${age(ms, 'Tagen')}` : `${age(ms)} ago`),
    time: (at) => clock().format(at),
    duration(ms) {
      if (ms < 999.5) return `${whole().format(Math.round(ms))} ms`;
      return ms < 119_500 ? inSeconds(ms) : age(ms);
    },
    seconds: (ms) => (ms < 995 ? `${hundredths().format(ms / 1_000)} s` : inSeconds(ms)),
    usd(amount) {
      const isTiny = amount > 0 && amount < 0.00005;
      const text = new Intl.NumberFormat(locale, {
        style: 'currency',
        currency: 'USD',
        currencyDisplay: 'narrowSymbol',
        minimumFractionDigits: 2,
        maximumFractionDigits: amount < 0.01 ? 4 : 3,
      }).format(isTiny ? 0.0001 : amount);
      return isTiny ? `< ${text}` : text;
    },
    when(at, now) {
      const ms = at - now;
      if (ms < 120_000) return `in ${whole().format(Math.max(0, Math.ceil(ms / 1_000)))} s`;
      if (ms < 12 * 3_600_000) return isGerman ? `um ${clock().format(at)}` : `at ${clock().format(at)}`;
      return isGerman ? `am ${day().format(at)}` : `on ${day().format(at)}`;
    },
    count: (value) => whole().format(value),
  };
}
