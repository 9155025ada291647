/** Header names of the client contract. */

export const REQUEST_HEADERS = {
  feature: 'x-carryon-feature',
  user: 'x-carryon-user',
  cache: 'x-carryon-cache',
  resume: 'x-carryon-resume',
  /** A page visitor's own secret. It is part of a keyed answer's owner, and is never sent to a provider. */
  visitor: 'x-carryon-visitor',
  /** Read and removed by travel mode in the browser. Without a service worker it arrives here and has no effect. */
  travel: 'x-carryon-travel',
  promptVersion: 'x-carryon-prompt-version',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  idempotencyKey: 'idempotency-key',
  lastEventId: 'last-event-id',
} as const;

/** The headers that the router sends. A header with an ordinary value is left out (docs/contract.md). */
export const RESPONSE_HEADERS = {
  requestId: 'x-request-id',
  deployment: 'x-carryon-deployment',
  provider: 'x-carryon-provider',
  model: 'x-carryon-model',
  /** Left out if there was one attempt. */
  attempts: 'x-carryon-attempts',
  /** Left out if there was none. */
  hops: 'x-carryon-hops',
  /** `hit`, `miss` or `stale`. Left out if the cache was not used. */
  cache: 'x-carryon-cache',
  age: 'age',
  costUsd: 'x-carryon-cost-usd',
  budgetRemainingUsd: 'x-carryon-budget-remaining-usd',
  /** Left out for `normal`. */
  mode: 'x-carryon-mode',
  dropped: 'x-carryon-dropped',
  /** `unreachable` if budgets could not be checked. */
  ledger: 'x-carryon-ledger',
  /** The code of the error that a stale answer replaces. */
  staleCause: 'x-carryon-stale-cause',
  streamId: 'x-carryon-stream-id',
  /** `off; reason=…` says why a stream is not resumable although the client asked for it. */
  resume: 'x-carryon-resume',
  /** `1` if this is a replay of the answer kept under the idempotency key. */
  replayed: 'x-carryon-replayed',
  /** Only travel mode in the browser sets this header and the next two. */
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
