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

export const RESPONSE_HEADERS = {
  requestId: 'x-request-id',
  carryonRequestId: 'x-carryon-request-id',
  deployment: 'x-carryon-deployment',
  provider: 'x-carryon-provider',
  model: 'x-carryon-model',
  attempts: 'x-carryon-attempts',
  hops: 'x-carryon-hops',
  cache: 'x-carryon-cache',
  costUsd: 'x-carryon-cost-usd',
  budgetRemainingUsd: 'x-carryon-budget-remaining-usd',
  mode: 'x-carryon-mode',
  dropped: 'x-carryon-dropped',
  ledger: 'x-carryon-ledger',
  staleCause: 'x-carryon-stale-cause',
  /** `off; reason=…`: why a stream that was to be resumable is not. */
  resume: 'x-carryon-resume',
  /** `1`: the answer kept under this idempotency key, once more. */
  replayed: 'x-carryon-replayed',
  /** The next three are set by travel mode in the browser alone. */
  travel: 'x-carryon-travel',
  travelCause: 'x-carryon-travel-cause',
  travelId: 'x-carryon-travel-id',
  shouldRetry: 'x-should-retry',
  retryAfter: 'retry-after',
  retryAfterMs: 'retry-after-ms',
  serverTiming: 'server-timing',
} as const;
