/** Refusals of a budget or a rate as they look on the wire (docs/limits.md). */
import type { Rows } from './wire-error.ts';

/** Figures of money; left out where the caller may not see what things cost. */
export interface BudgetFigures {
  spentMicroUsd: number;
  heldMicroUsd: number;
  capMicroUsd: number;
  wantedMicroUsd: number;
}

/** A budget has no room. */
export interface BudgetExceeded {
  code: 'budget_exceeded';
  scope: string;
  /** `request`: the feature's `maxCostPerRequest`. */
  limit: 'monthly' | 'daily' | 'request';
  figures?: BudgetFigures;
  /** When the period ends, epoch milliseconds; null for a request's own cap. */
  resetsAt: number | null;
  retryAfterMs: number;
  /** Only what others hold stands in the way: it may come back at any moment. */
  onlyHeld: boolean;
  /** More than the whole cap: no wait helps. */
  neverFits: boolean;
  /** What failed attempts of the same request may have cost stands in the way. */
  failedBefore?: boolean;
}

/** A rate has no room. */
export interface RateLimitExceeded {
  code: 'rate_limit_exceeded';
  scope: string;
  limit: 'rps' | 'tpm' | 'parallel' | 'rpm';
  /** Requests at once out of a full bucket, tokens a minute, requests under way, or requests a minute. */
  cap: number;
  retryAfterMs: number;
  /** More than the limit ever lets through at once. */
  neverFits: boolean;
}

/** Status and wording of each. */
export const LIMIT_ROWS: Rows<BudgetExceeded | RateLimitExceeded> = {
  budget_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    message: (error) => {
      const { scope, limit, figures } = error;
      const money = figures === undefined ? '' : ` ${inWords(figures)}`;
      const whole = `Carryon's ${PERIODS[limit]} of ${ofScope(scope)} leaves no room for this request.${money}`;
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
      const whole = `Carryon's limit on ${UNITS[limit](cap)} for ${ofScope(scope)}`;
      if (!neverFits) return `${whole} is reached. Ask again in ${inTime(retryAfterMs)}.`;
      return `${whole} is less than this request alone could take.${limit === 'tpm' ? SMALLER : ''} ${settingOf(scope, limit)}`;
    },
    again: ({ neverFits, retryAfterMs }) => (neverFits ? 'never' : retryAfterMs),
    headers: ({ limit, cap, retryAfterMs, neverFits }) =>
      limit === 'rpm' && !neverFits ? perMinute(cap, retryAfterMs) : {},
    limit: ({ scope, limit, cap }) => ({ owner: 'carryon', scope, name: limit, cap }),
  },
};

function adviceOf({ scope, limit, onlyHeld, neverFits, resetsAt, failedBefore }: BudgetExceeded): string {
  const resets = resetsAt === null ? '' : ` It resets at ${new Date(resetsAt).toISOString()}.`;
  if (failedBefore) {
    return `A provider failed and may have billed its attempt, and what is left covers no other.${resets}`;
  }
  if (onlyHeld) return 'Only what running requests hold stands in the way: ask again shortly.';
  return neverFits ? `${SMALLER.trim()} ${settingOf(scope, FIELDS[limit])}${resets}` : resets.trim();
}

const FIELDS = { monthly: 'monthlyUsd', daily: 'dailyUsd', request: 'maxCostPerRequest' } as const;
const PERIODS = { monthly: 'monthly budget', daily: 'daily budget', request: 'maxCostPerRequest' } as const;

/** Made here: the ledger, which gives these figures for other rates, is not asked. */
const perMinute = (cap: number, resetMs: number): Record<string, string> => ({
  'x-ratelimit-limit-requests': String(cap),
  'x-ratelimit-remaining-requests': '0',
  'x-ratelimit-reset-requests': `${Math.ceil(resetMs / 1_000)}s`,
});

const inTime = (ms: number): string => (ms < 1_000 ? `${Math.ceil(ms)} ms` : `${Math.ceil(ms / 1_000)} s`);

const SMALLER = ' Send a shorter request or a smaller output cap.';
const UNITS: Readonly<Record<RateLimitExceeded['limit'], (cap: number) => string>> = {
  rps: (cap) => `the rate of requests (at most ${cap} in a burst)`,
  tpm: (cap) => `tokens (${cap} a minute)`,
  parallel: (cap) => `requests at once (${cap})`,
  rpm: (cap) => `requests (${cap} a minute)`,
};

/** Where a limit stands that no request of this kind fits into: as a rule that is a mistake in the configuration. */
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

function ofScope(scope: string): string {
  if (scope === 'tenant') return 'your tenant';
  if (scope === 'address') return 'your address';
  if (scope === 'admin-key') return 'this admin key';
  if (scope === 'anonymous') return 'requests without a user';
  const colon = scope.indexOf(':');
  return `the ${scope.slice(0, colon)} "${scope.slice(colon + 1, colon + 101)}"`;
}

function inWords({ spentMicroUsd, heldMicroUsd, capMicroUsd, wantedMicroUsd }: BudgetFigures): string {
  const [spent, held, cap, wanted] = [spentMicroUsd, heldMicroUsd, capMicroUsd, wantedMicroUsd].map(usd);
  return `It could cost up to ${wanted}; spent ${spent}, held ${held}, cap ${cap}.`;
}

const usd = (microUsd: number): string => `$${(microUsd / 1e6).toFixed(6).replace(/\.?0+$/, '') || '0'}`;
