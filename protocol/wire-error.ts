/** How an error looks on the wire: OpenAI's error body, and the headers that go with a refusal. */

export interface WireError {
  status: number;
  headers: Record<string, string>;
  body: { error: { message: string; type: string; param: string | null; code: string; limit?: WireLimit } };
}

/** The limit that refused, for programs. The message says the same in words. Times are epoch milliseconds, and money is micro-USD. */
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

/** OpenAI's `type` of an error. */
export type ErrorKind =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'rate_limit_error'
  | 'server_error';

/** Whether the same request may succeed later: never, after this many milliseconds, or unknown. */
export type RetryAdvice = 'never' | 'unknown' | number;

/** One row of the table of errors. A field is a function if it depends on the error. */
export interface ErrorRow<E> {
  status: number | ((error: E) => number);
  type: ErrorKind;
  message: string | ((error: E) => string);
  again: RetryAdvice | ((error: E) => RetryAdvice);
  /** If left out, the error's own code is sent. */
  code?: (error: E) => string;
  /** The field or header at fault. */
  param?: string | ((error: E) => string | null);
  /** Headers besides those that `again` adds. */
  headers?: Record<string, string> | ((error: E) => Record<string, string>);
  limit?: (error: E) => WireLimit;
}

/** A row for each error of a union. A missing row does not compile. */
export type ErrorRows<E extends { code: string }> = {
  readonly [Code in E['code']]: ErrorRow<Extract<E, { code: Code }>>;
};

/** The wire form of an error, as its row describes it. */
export function toWire<E extends { code: string }>(error: E, row: ErrorRow<E>): WireError {
  const of = <Value>(field: Value | ((error: E) => Value)): Value =>
    typeof field === 'function' ? (field as (error: E) => Value)(error) : field;
  const limit = row.limit?.(error);
  return {
    status: of(row.status),
    headers: { ...againHeaders(of(row.again)), ...(row.headers && of(row.headers)) },
    body: {
      error: {
        message: of(row.message),
        type: row.type,
        param: row.param === undefined ? null : of(row.param),
        code: row.code?.(error) ?? error.code,
        ...(limit && { limit }),
      },
    },
  };
}

/** Headers about retries, which both official SDKs obey. `retry-after` is in whole seconds, rounded up so that it is never too early. */
function againHeaders(again: RetryAdvice): Record<string, string> {
  if (again === 'unknown') return {};
  if (again === 'never') return { 'x-should-retry': 'false' };
  return {
    'retry-after': String(Math.max(1, Math.ceil(again / 1000))),
    'retry-after-ms': String(Math.max(0, Math.ceil(again))),
  };
}

/** `again` for errors that contain their own retry time. */
export const afterOwnRetryTime = ({ retryAfterMs }: { retryAfterMs: number }): RetryAdvice => retryAfterMs;
