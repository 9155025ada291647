/** OpenAI's error body, and the headers that go with a refusal. */

export interface WireError {
  status: number;
  headers: Record<string, string>;
  body: { error: { message: string; type: string; param: string | null; code: string; limit?: WireLimit } };
}

/** Whose limit it was, for programs; the message says the same in words. Times are epoch milliseconds, money micro-USD. */
export interface WireLimit {
  owner: 'carryon' | 'provider';
  /** `tenant`, `user:ID`, `feature:NAME`, `key:ID`, `anonymous`, `address`, `admin-key`. */
  scope?: string;
  /** `monthly`, `daily`, `request`; `rps`, `tpm`, `parallel`, `rpm`. */
  name?: string;
  cap?: number;
  spentMicroUsd?: number;
  heldMicroUsd?: number;
  capMicroUsd?: number;
  wantedMicroUsd?: number;
  resetsAt?: number;
}

export type Kind =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'rate_limit_error'
  | 'server_error';

export interface WireMore {
  param?: string | null;
  headers?: Record<string, string>;
  limit?: WireLimit;
}

export const wire = (
  code: string,
  status: number,
  type: Kind,
  message: string,
  { param = null, headers = {}, limit }: WireMore = {},
): WireError => ({ status, headers, body: { error: { message, type, param, code, ...(limit && { limit }) } } });

/** A final refusal: asking again as it is cannot help, and both official SDKs obey the header. */
export const FINAL = { 'x-should-retry': 'false' };

/** Whole seconds for `retry-after` (rounded up: never sooner than true), milliseconds beside it. */
export const retryAfter = (ms: number): Record<string, string> => ({
  'retry-after': String(Math.max(1, Math.ceil(ms / 1000))),
  'retry-after-ms': String(Math.max(0, Math.ceil(ms))),
});
