/** Refusals of a budget or a rate, and how they look on the wire (docs/limits.md). */
import type { ErrorRows } from './wire-error.ts';

/** Amounts of money, which are left out if the caller may not see costs. */
export interface BudgetFigures {
  spentMicroUsd: number;
  heldMicroUsd: number;
  capMicroUsd: number;
  wantedMicroUsd: number;
}

/** A budget does not cover the request. */
export interface BudgetExceeded {
  code: 'budget_exceeded';
  scope: string;
  /** `request` is the feature's `maxCostPerRequest`. */
  limit: 'monthly' | 'daily' | 'request';
  figures?: BudgetFigures;
  /** When the period ends, in epoch milliseconds. Null for the cap of a single request. */
  resetsAt: number | null;
  retryAfterMs: number;
  /** True if the budget is short only because other requests hold money, which may be released at any moment. */
  onlyHeld: boolean;
  /** True if the request may cost more than the whole cap, so that waiting does not help. */
  neverFits: boolean;
  /** True if the budget is short because failed attempts of the same request may have been billed. */
  failedBefore?: boolean;
}

/** A rate does not allow the request now. */
export interface RateLimitExceeded {
  code: 'rate_limit_exceeded';
  scope: string;
  limit: 'rps' | 'tpm' | 'parallel' | 'rpm';
  /** For `rps` the requests in one burst, for `tpm` tokens per minute, for `parallel` requests under way, for `rpm` requests per minute. */
  cap: number;
  retryAfterMs: number;
  /** True if the request is larger than the limit ever allows at once. */
  neverFits: boolean;
}

/** The status and wording of each refusal. */
export const LIMIT_ROWS: ErrorRows<BudgetExceeded | RateLimitExceeded> = {
  budget_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    message: (error) => {
      const { scope, limit, figures } = error;
      const money = figures === undefined ? '' : ` ${figuresText(figures)}`;
      const whole = `Carryon's ${PERIODS[limit]} of ${scopeText(scope)} leaves no room for this request.${money}`;
      return `${whole} ${adviceOf(error)}`;
    },
    again: ({ onlyHeld, failedBefore, retryAfterMs }) => (onlyHeld && !failedBefore ? retryAfterMs : 'never'),
    limit: ({ scope, limit, figures, resetsAt }) => ({
      ...{ owner: 'carryon', scope, name: limit, ...figures },
      ...(resetsAt !== null && { resetsAt }),
    }),
  },
  rate_limit_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    message: ({ scope, limit, cap, retryAfterMs, neverFits }) => {
      const whole = `Carryon's limit on ${UNITS[limit](cap)} for ${scopeText(scope)}`;
      if (!neverFits) return `${whole} is reached. Ask again in ${durationText(retryAfterMs)}.`;
      return `${whole} is lower than what this request alone could take.${limit === 'tpm' ? SMALLER : ''} ${settingOf(scope, limit)}`;
    },
    again: ({ neverFits, retryAfterMs }) => (neverFits ? 'never' : retryAfterMs),
    headers: ({ limit, cap, retryAfterMs, neverFits }) =>
      limit === 'rpm' && !neverFits ? perMinuteHeaders(cap, retryAfterMs) : {},
    limit: ({ scope, limit, cap }) => ({ owner: 'carryon', scope, name: limit, cap }),
  },
};

function adviceOf({ scope, limit, onlyHeld, neverFits, resetsAt, failedBefore }: BudgetExceeded): string {
  const resets = resetsAt === null ? '' : ` It resets at ${new Date(resetsAt).toISOString()}.`;
  if (failedBefore) {
    return `A provider failed and may have billed its attempt, and the rest of the budget does not cover another.${resets}`;
  }
  if (onlyHeld) return 'Running requests hold the money that is missing. Ask again shortly.';
  return neverFits ? `${SMALLER.trim()} ${settingOf(scope, FIELDS[limit])}${resets}` : resets.trim();
}

const FIELDS = { monthly: 'monthlyUsd', daily: 'dailyUsd', request: 'maxCostPerRequest' } as const;
const PERIODS = { monthly: 'monthly budget', daily: 'daily budget', request: 'maxCostPerRequest' } as const;

/** These headers are made here. For other rates the ledger gives the figures, but it is not asked for this one. */
const perMinuteHeaders = (cap: number, resetMs: number): Record<string, string> => ({
  'x-ratelimit-limit-requests': String(cap),
  'x-ratelimit-remaining-requests': '0',
  'x-ratelimit-reset-requests': `${Math.ceil(resetMs / 1_000)}s`,
});

const durationText = (ms: number): string => (ms < 1_000 ? `${Math.ceil(ms)} ms` : `${Math.ceil(ms / 1_000)} s`);

const SMALLER = ' Send a shorter request or a smaller output cap.';
const UNITS: Readonly<Record<RateLimitExceeded['limit'], (cap: number) => string>> = {
  rps: (cap) => `the rate of requests (at most ${cap} in a burst)`,
  tpm: (cap) => `tokens (${cap} a minute)`,
  parallel: (cap) => `requests at once (${cap})`,
  rpm: (cap) => `requests (${cap} a minute)`,
};

/** Names the setting of a limit that the request can never meet. Usually such a limit is a mistake in the configuration. */
function settingOf(scope: string, field: string): string {
  const [kind = '', name = ''] = scope.split(/:(.*)/s);
  const path = field === 'maxCostPerRequest' ? field : `limits.${field}`;
  const places: Readonly<Record<string, string>> = {
    tenant: `${field} in the tenant's limits`,
    anonymous: `${field} in anonymousLimits`,
    user: `${field} in userLimits`,
    key: `${field} in the key's tier`,
    feature: `features.${name.slice(0, 100)}.${path}`,
  };
  return `The setting is ${(Object.hasOwn(places, kind) && places[kind]) || field}.`;
}

function scopeText(scope: string): string {
  if (scope === 'tenant') return 'your tenant';
  if (scope === 'address') return 'your address';
  if (scope === 'admin-key') return 'this admin key';
  if (scope === 'anonymous') return 'requests without a user';
  const colon = scope.indexOf(':');
  return `the ${scope.slice(0, colon)} "${scope.slice(colon + 1, colon + 101)}"`;
}

function figuresText({ spentMicroUsd, heldMicroUsd, capMicroUsd, wantedMicroUsd }: BudgetFigures): string {
  const [spent, held, cap, wanted] = [spentMicroUsd, heldMicroUsd, capMicroUsd, wantedMicroUsd].map(usd);
  return `It could cost up to ${wanted}; spent ${spent}, held ${held}, cap ${cap}.`;
}

const usd = (microUsd: number): string => `$${(microUsd / 1e6).toFixed(6).replace(/\.?0+$/, '') || '0'}`;
