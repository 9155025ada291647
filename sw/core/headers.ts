/** The response headers that travel mode reads or sets. This list is separate so that the worker does not carry the router's whole list. */
import type { RESPONSE_HEADERS as ROUTER_HEADERS } from '../../protocol/headers.ts';

export const RESPONSE_HEADERS = {
  requestId: 'x-request-id',
  streamId: 'x-carryon-stream-id',
  mode: 'x-carryon-mode',
  replayed: 'x-carryon-replayed',
  travel: 'x-carryon-travel',
  travelCause: 'x-carryon-travel-cause',
  travelId: 'x-carryon-travel-id',
  retryAfter: 'retry-after',
  retryAfterMs: 'retry-after-ms',
  shouldRetry: 'x-should-retry',
} as const satisfies Partial<typeof ROUTER_HEADERS>;
