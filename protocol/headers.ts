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

/** What a page on another origin may read. */
export const EXPOSED_HEADERS: readonly string[] = [
  ...Object.values(RESPONSE_HEADERS),
  'age',
  'date',
  'x-carryon-stream-id',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-tokens',
];

/** What a page on another origin may send. The `x-stainless-*` headers are those that OpenAI's SDK adds by itself. */
export const ALLOWED_HEADERS: readonly string[] = [
  'authorization',
  'content-type',
  'x-api-key',
  ...Object.values(REQUEST_HEADERS),
  'x-request-id',
  'x-stainless-arch',
  'x-stainless-async',
  'x-stainless-custom-poll-interval',
  'x-stainless-helper-method',
  'x-stainless-lang',
  'x-stainless-os',
  'x-stainless-package-version',
  'x-stainless-poll-helper',
  'x-stainless-retry-count',
  'x-stainless-runtime',
  'x-stainless-runtime-version',
  'x-stainless-timeout',
];
