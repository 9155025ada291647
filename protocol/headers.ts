/** Header names of the client contract. */

export const REQUEST_HEADERS = {
  feature: 'x-carryon-feature',
  user: 'x-carryon-user',
  cache: 'x-carryon-cache',
  resume: 'x-carryon-resume',
  /** A page visitor's own secret, part of who owns a keyed answer. Never sent to a provider. */
  visitor: 'x-carryon-visitor',
  /** For travel mode in the browser, which takes it out; without a service worker it arrives here and means nothing. */
  travel: 'x-carryon-travel',
  promptVersion: 'x-carryon-prompt-version',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  idempotencyKey: 'idempotency-key',
  lastEventId: 'last-event-id',
} as const;

/** What the router sends. A header that would state the ordinary is left out: see docs/contract.md. */
export const RESPONSE_HEADERS = {
  requestId: 'x-request-id',
  deployment: 'x-carryon-deployment',
  provider: 'x-carryon-provider',
  model: 'x-carryon-model',
  /** Left out for one. */
  attempts: 'x-carryon-attempts',
  /** Left out for none. */
  hops: 'x-carryon-hops',
  /** `hit`, `miss` or `stale`; left out where no cache was asked. */
  cache: 'x-carryon-cache',
  age: 'age',
  costUsd: 'x-carryon-cost-usd',
  budgetRemainingUsd: 'x-carryon-budget-remaining-usd',
  /** Left out for `normal`. */
  mode: 'x-carryon-mode',
  dropped: 'x-carryon-dropped',
  /** `unreachable`: budgets could not be checked. */
  ledger: 'x-carryon-ledger',
  /** The error in whose place a stale answer stands. */
  staleCause: 'x-carryon-stale-cause',
  streamId: 'x-carryon-stream-id',
  /** `off; reason=…`: why a stream that was to be resumable is not. */
  resume: 'x-carryon-resume',
  /** `1`: the answer kept under this idempotency key, once more. */
  replayed: 'x-carryon-replayed',
  /** The next three are set by travel mode in the browser alone. */
  travel: 'x-carryon-travel',
  travelCause: 'x-carryon-travel-cause',
  travelId: 'x-carryon-travel-id',
  limitRequests: 'x-ratelimit-limit-requests',
  remainingRequests: 'x-ratelimit-remaining-requests',
  resetRequests: 'x-ratelimit-reset-requests',
  limitTokens: 'x-ratelimit-limit-tokens',
  remainingTokens: 'x-ratelimit-remaining-tokens',
  resetTokens: 'x-ratelimit-reset-tokens',
  shouldRetry: 'x-should-retry',
  retryAfter: 'retry-after',
  retryAfterMs: 'retry-after-ms',
  serverTiming: 'server-timing',
  date: 'date',
} as const;
