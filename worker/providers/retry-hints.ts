const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

type Header = (name: string) => string | null;

/** For an error inside a 200, whose headers say nothing about it. */
export const noHeader: Header = () => null;

/**
 * How long a provider asks to be left alone: its headers first, then what its body says (Gemini's `RetryInfo`, OpenAI's "try
 * again in 20s") of a limit or of its own trouble; what is the caller's fault may repeat the caller's words. Dates are read against the answer's own `date`, because pure code has no clock.
 */
export function retryAfterMs(status: number, header: Header, extra: string, message: string): number | undefined {
  const hint =
    number(header('retry-after-ms')) ??
    seconds(header('retry-after')) ??
    date(header('retry-after'), header('date')) ??
    (status === 429 ? reset(header) : undefined) ??
    (status === 429 || status >= 500 ? said(extra, message) : undefined);
  return hint === undefined ? undefined : Math.min(Math.ceil(hint), LONGEST_WAIT_MS);
}

const number = (value: string | null): number | undefined => {
  const parsed = value === null || value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(parsed) && parsed >= 0 ? parsed : undefined;
};

const seconds = (value: string | null): number | undefined => {
  const parsed = number(value);
  return parsed === undefined ? undefined : parsed * 1000;
};

function date(value: string | null, now: string | null): number | undefined {
  if (value === null || now === null) return undefined;
  const wait = Date.parse(value) - Date.parse(now);
  return wait >= 0 ? wait : undefined;
}

/** OpenAI's `x-ratelimit-*`, Anthropic's `anthropic-ratelimit-*`: only where nothing remains; the latest of them counts. */
function reset(header: Header): number | undefined {
  let latest: number | undefined;
  const take = (wait: number | undefined) => {
    if (wait !== undefined) latest = Math.max(latest ?? 0, wait);
  };
  for (const name of ['requests', 'tokens']) {
    if (header(`x-ratelimit-remaining-${name}`) === '0') take(duration(header(`x-ratelimit-reset-${name}`) ?? ''));
  }
  for (const name of ['requests', 'tokens', 'input-tokens', 'output-tokens']) {
    if (header(`anthropic-ratelimit-${name}-remaining`) === '0') {
      take(date(header(`anthropic-ratelimit-${name}-reset`), header('date')));
    }
  }
  return latest;
}

function said(extra: string, message: string): number | undefined {
  const delay = /"retryDelay":"([\d.]+s)"/.exec(extra)?.[1];
  const words = /try again in ((?:[\d.]+(?:ms|[dhms]))+)/i.exec(message)?.[1];
  return duration(delay ?? words ?? '');
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `12ms`, `1.5s`, `6m0s`, `1h2m3s`. */
export function duration(value: string): number | undefined {
  const parts = [...value.matchAll(/([\d.]+)(ms|[dhms])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== value.trim()) return undefined;
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN), 0);
  return Number.isFinite(total) ? total : undefined;
}
