/** How an error looks on the wire: OpenAI's error body, and the headers that go with a refusal. */

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

/** OpenAI's `type` of an error. */
export type Kind =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'rate_limit_error'
  | 'server_error';

/** Says whether asking again, as it is, may help: never, after this many milliseconds, or nothing is known of it. */
export type Again = 'never' | 'unknown' | number;

/** One line of the table of errors. A function where it depends on the error. */
export interface Row<E> {
  status: number | ((error: E) => number);
  type: Kind;
  message: string | ((error: E) => string);
  again: Again | ((error: E) => Again);
  /** Left out: the error's own code. */
  code?: (error: E) => string;
  /** The field or header at fault. */
  param?: string | ((error: E) => string | null);
  /** Beside those that `again` brings. */
  headers?: Record<string, string> | ((error: E) => Record<string, string>);
  limit?: (error: E) => WireLimit;
}

/** A row for each error of a union: one that is missing does not compile. */
export type Rows<E extends { code: string }> = { readonly [Code in E['code']]: Row<Extract<E, { code: Code }>> };

/** An error as its row says. */
export function toWire<E extends { code: string }>(error: E, row: Row<E>): WireError {
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

/** Both official SDKs obey these. Whole seconds for `retry-after` (rounded up: never sooner than true), milliseconds beside it. */
function againHeaders(again: Again): Record<string, string> {
  if (again === 'unknown') return {};
  if (again === 'never') return { 'x-should-retry': 'false' };
  return {
    'retry-after': String(Math.max(1, Math.ceil(again / 1000))),
    'retry-after-ms': String(Math.max(0, Math.ceil(again))),
  };
}

/** For errors that bring their own time. */
export const afterItsTime = ({ retryAfterMs }: { retryAfterMs: number }): Again => retryAfterMs;
