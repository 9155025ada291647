const DAY_MS = 24 * 60 * 60 * 1000;
/** A larger number is a point in time: in seconds (this one is in 2017), or in milliseconds if it is a thousand times larger. */
const EPOCH_SECONDS = 1_500_000_000;

/** Reads a header of the provider's answer by its lower-case name. */
export type ReadHeader = (name: string) => string | null;

/** No headers, for an error inside a 200. The headers of a 200 say nothing about the error. */
export const noHeader: ReadHeader = () => null;

/**
 * How long a provider asks to wait. Its headers count first, then its body (Gemini's `RetryInfo`, OpenAI's "try again in 20s",
 * OpenRouter's `metadata.headers`). The body counts only for limits and the provider's own faults, because other errors may quote the
 * caller's words. Dates are compared with the answer's own `date`, or else with its arrival.
 */
export function retryAfterMs(
  status: number,
  header: ReadHeader,
  extra: string,
  message: string,
  arrivedAt?: number,
): number | undefined {
  const sentAt = Date.parse(header('date') ?? '');
  const now = Number.isNaN(sentAt) ? arrivedAt : sentAt;
  const isLimit = status === 429;
  const hint =
    number(header('retry-after-ms')) ??
    waitMs(header('retry-after'), now) ??
    (isLimit ? reset(header, now) : undefined) ??
    (isLimit || status >= 500 ? inBody(extra, message, now) : undefined);
  return hint === undefined ? undefined : Math.min(Math.ceil(hint), DAY_MS);
}

const number = (value: string | null): number | undefined => {
  const parsed = value === null || value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(parsed) && parsed >= 0 ? parsed : undefined;
};

/**
 * The wait from `now` on. `value` is a number of seconds, a time in seconds or milliseconds since 1970, a date (HTTP or ISO), or a
 * duration such as `6m0s`.
 */
function waitMs(value: string | null, now: number | undefined): number | undefined {
  if (value === null) return undefined;
  const parsed = number(value);
  if (parsed !== undefined && parsed < EPOCH_SECONDS) return parsed * 1000;
  const at = parsed === undefined ? date(value) : parsed < EPOCH_SECONDS * 1000 ? parsed * 1000 : parsed;
  if (at === undefined) return parseDurationMs(value);
  return now === undefined || at < now ? undefined : at - now;
}

const date = (value: string): number | undefined => {
  const at = /^\s*(?:[a-z]{3,9},? |\d{4}-\d\d-\d\d)/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};

/** The headers with what remains of each limit and when it is reset. */
const LIMITS: readonly (readonly [string, string])[] = [
  ...['requests', 'tokens'].map((name) => [`x-ratelimit-remaining-${name}`, `x-ratelimit-reset-${name}`] as const),
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map(
    (name) => [`anthropic-ratelimit-${name}-remaining`, `anthropic-ratelimit-${name}-reset`] as const,
  ),
];
/** A single limit without a name, as at OpenRouter and in the drafts of the standard. */
const ONE_LIMIT: readonly (readonly [string, string])[] = ['x-ratelimit', 'x-rate-limit', 'ratelimit'].map(
  (name) => [`${name}-remaining`, `${name}-reset`] as const,
);

/** The latest reset among limits that are used up. */
function reset(header: ReadHeader, now: number | undefined): number | undefined {
  let latest: number | undefined;
  const take = (value: string | null) => {
    const wait = resetMs(value, now);
    if (wait !== undefined) latest = Math.max(latest ?? 0, wait);
  };
  for (const [remaining, resets] of LIMITS) if (number(header(remaining)) === 0) take(header(resets));
  for (const [remaining, resets] of ONE_LIMIT) if ((number(header(remaining)) ?? 0) === 0) take(header(resets));
  return latest;
}

/** No limit takes longer than a day, so a larger number of seconds is in some other unit. */
function resetMs(value: string | null, now: number | undefined): number | undefined {
  const parsed = number(value);
  return parsed !== undefined && parsed * 1000 > DAY_MS && parsed < EPOCH_SECONDS ? undefined : waitMs(value, now);
}

function inBody(extra: string, message: string, now: number | undefined): number | undefined {
  const delay = /"retryDelay":"([\d.]+s)"/.exec(extra)?.[1];
  const header = /"(?:retry[-_]after(?:_seconds)?|(?:x-)?rate-?limit-reset)":\[?"?([^"\],}]{1,40})/i.exec(extra)?.[1];
  const words = /(?:try again|retry) (?:in|after) ((?:[\d.]+ ?(?:ms|[dhms])[a-z]* ?)+)/i.exec(message)?.[1];
  return parseDurationMs(delay ?? '') ?? waitMs(header ?? null, now) ?? parseDurationMs(inUnits(words ?? ''));
}

/** Writes "1 minute 30 seconds" as `1m30s`. */
const inUnits = (words: string): string =>
  words.replace(/([\d.]+) ?(ms|milli|[dhms])[a-z]* ?/gi, (_, amount: string, unit: string) => {
    return amount + (unit.toLowerCase() === 'milli' ? 'ms' : unit.toLowerCase());
  });

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `12ms`, `1.5s`, `6m0s`, `1h2m3s`. Undefined for anything else. */
export function parseDurationMs(value: string): number | undefined {
  const parts = [...value.matchAll(/([\d.]+)(ms|[dhms])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== value.trim()) return undefined;
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN), 0);
  return Number.isFinite(total) ? total : undefined;
}
