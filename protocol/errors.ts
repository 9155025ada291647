/** Every refusal and failure that a client can get, by name, and how each looks on the wire, in OpenAI's error body. */
import { AUTH_ROWS, type AuthError } from './auth-errors.ts';
import { type BudgetExceeded, LIMIT_ROWS, type RateLimitExceeded } from './limit-errors.ts';
import { afterOwnRetryTime, type ErrorRow, type ErrorRows, toWire, type WireError } from './wire-error.ts';

/** Every error of the router, by its code. */
export type RouterError =
  | { code: 'invalid_json'; detail: string }
  | { code: 'invalid_body'; param: string; detail: string }
  | { code: 'unknown_alias'; alias: string; known: readonly string[] }
  | { code: 'unknown_feature'; feature: string; known: readonly string[] }
  | { code: 'feature_not_allowed'; feature: string; allowed: readonly string[] }
  | { code: 'unsupported_param'; param: string }
  | AuthError
  | { code: 'conflicting_user'; detail: string }
  | { code: 'invalid_user'; detail: string }
  | { code: 'payload_too_large'; limitBytes: number }
  /** The router does not unpack this `content-encoding`. */
  | { code: 'unsupported_encoding'; encoding: string }
  /** In local mode, the host name is not this machine's. Elsewhere `detail` says what is wrong with the name. */
  | { code: 'misdirected_request'; host: string; detail?: string }
  | { code: 'body_timeout'; limitMs: number }
  | { code: 'method_not_allowed'; method: string; allow: readonly string[] }
  | { code: 'not_found'; path: string; detail?: string }
  /** `missing` names each variable and, if it is set, what is wrong with it. `how` says how to set them all. */
  | { code: 'not_configured'; missing: readonly string[]; how: string }
  /** The caller's own mistake, in the provider's words. `page` is the error for callers that do not learn which provider answered. */
  | {
      code: 'provider_rejected';
      status: number;
      detail: string;
      providerCode?: string | null;
      param?: string | null;
      page?: RouterError;
    }
  | { code: 'providers_unavailable'; retryAfterMs: number; detail: string; page?: RouterError }
  | { code: 'deadline_exceeded'; retryAfterMs: number; detail: string }
  | { code: 'overloaded'; retryAfterMs: number; detail?: string }
  | { code: 'rate_limited_by_provider'; retryAfterMs: number }
  /** The request itself exceeds a cap of its feature. */
  | { code: 'feature_cap_exceeded'; feature: string; param: string; detail: string }
  | BudgetExceeded
  | RateLimitExceeded
  | { code: 'ledger_unavailable'; retryAfterMs: number }
  /** The audit does not answer. A change that cannot be noted there is not made. */
  | { code: 'audit_unavailable'; retryAfterMs: number }
  /** `HealthBoard`, which holds the overrides, does not answer. */
  | { code: 'board_unavailable'; retryAfterMs: number }
  /** `SloBook`, which counts requests, does not answer. */
  | { code: 'book_unavailable'; retryAfterMs: number }
  /** The client has left, so it does not read this error. The status 499 is nginx's. */
  | { code: 'client_gone' }
  /** The idempotency key was used for another question. */
  | { code: 'idempotency_mismatch' }
  /** The idempotency key is too old to be remembered, so its request may have been answered. */
  | { code: 'idempotency_expired' }
  /** The answer was never known, is no longer kept, or belongs to another owner. */
  | { code: 'stream_not_found' }
  /** A `DELETE` has stopped the answer. */
  | { code: 'stopped' }
  /** The object that keeps the answer cannot be reached. */
  | { code: 'stream_unavailable'; retryAfterMs: number }
  /** The answer broke off after its first content. The error is sent inside the stream. */
  | { code: 'stream_interrupted'; detail: string; page?: RouterError }
  | { code: 'internal_error' };

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const detailOf = ({ detail }: { detail: string }): string => detail;

/** The row of each error. A code without a row does not compile. */
const ROWS: ErrorRows<RouterError> = {
  ...AUTH_ROWS,
  ...LIMIT_ROWS,
  invalid_json: {
    status: 400,
    type: 'invalid_request_error',
    message: ({ detail }) => `The body is not JSON: ${detail}`,
    again: 'never',
  },
  invalid_body: {
    status: 400,
    type: 'invalid_request_error',
    message: ({ param, detail }) => `${param || 'body'}: ${detail}`,
    again: 'never',
    param: ({ param }) => param || null,
  },
  unknown_alias: {
    status: 404,
    type: 'invalid_request_error',
    message: ({ alias, known }) => `There is no alias "${alias}". Use one of ${list(known)} as "model".`,
    again: 'never',
    param: 'model',
  },
  unknown_feature: {
    status: 400,
    type: 'invalid_request_error',
    message: ({ feature, known }) => `There is no feature "${feature}". Use one of ${list(known)}.`,
    again: 'never',
    param: 'feature',
  },
  feature_not_allowed: {
    status: 403,
    type: 'permission_error',
    message: ({ feature, allowed }) =>
      `This key or token may not use the feature "${feature}". It may use ${list(allowed)}.`,
    again: 'never',
    param: 'feature',
  },
  unsupported_param: {
    status: 400,
    type: 'invalid_request_error',
    message: ({ param }) =>
      `"${param}" is not supported here, and strictParams is set in the config. Leave the field out, or name it in allowParams.`,
    again: 'never',
    param: ({ param }) => param,
  },
  conflicting_user: {
    status: 400,
    type: 'invalid_request_error',
    message: detailOf,
    again: 'never',
    param: 'user',
  },
  invalid_user: { status: 400, type: 'invalid_request_error', message: detailOf, again: 'never', param: 'user' },
  payload_too_large: {
    status: 413,
    type: 'invalid_request_error',
    message: ({ limitBytes }) => `The body is larger than ${limitBytes} bytes, the limit here.`,
    again: 'never',
  },
  unsupported_encoding: {
    status: 415,
    type: 'invalid_request_error',
    message: ({ encoding }) =>
      `The content-encoding "${encoding}" is not unpacked here. Send the body as it is, or as gzip or deflate.`,
    again: 'never',
    headers: { 'accept-encoding': 'gzip, deflate' },
  },
  misdirected_request: {
    status: 421,
    type: 'invalid_request_error',
    message: ({ host, detail }) =>
      detail ??
      `Local mode answers only under the names of this machine, and not as "${host}". Use http://localhost, or name the host in localHosts of carryon.config.ts.`,
    again: 'never',
  },
  body_timeout: {
    status: 408,
    type: 'invalid_request_error',
    message: ({ limitMs }) => `The body did not arrive within ${limitMs} ms.`,
    again: 1_000,
  },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    message: ({ method, allow }) => `${method} is not allowed here. Use ${allow.join(' or ')}.`,
    again: 'never',
    headers: ({ allow }) => ({ allow: allow.join(', ') }),
  },
  not_found: {
    status: 404,
    type: 'not_found_error',
    message: ({ path, detail }) => detail ?? `There is nothing at ${path}.`,
    again: 'never',
  },
  not_configured: {
    status: 503,
    type: 'server_error',
    message: ({ how, missing }) => `Not configured yet. ${how} What is missing: ${missing.join('; ')}`,
    again: 'never',
  },
  provider_rejected: {
    status: ({ status }) => status,
    type: 'invalid_request_error',
    message: detailOf,
    again: 'never',
    code: ({ code, providerCode }) => foreignCode(providerCode) ?? code,
    param: ({ param }) => param ?? null,
  },
  providers_unavailable: { status: 503, type: 'server_error', message: detailOf, again: afterOwnRetryTime },
  deadline_exceeded: { status: 503, type: 'server_error', message: detailOf, again: afterOwnRetryTime },
  overloaded: {
    status: 503,
    type: 'server_error',
    message: ({ detail }) => detail ?? 'Every deployment is at its maxParallel. Ask again shortly.',
    again: afterOwnRetryTime,
  },
  rate_limited_by_provider: {
    status: 429,
    type: 'rate_limit_error',
    message: 'Every provider behind this alias is rate limiting us (the providers’ limit, not Carryon’s).',
    again: afterOwnRetryTime,
    limit: () => ({ owner: 'provider' }),
  },
  feature_cap_exceeded: {
    status: 400,
    type: 'invalid_request_error',
    message: ({ feature, detail }) => `Feature "${feature}": ${detail}`,
    again: 'never',
    param: ({ param }) => param,
  },
  ledger_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'Budgets cannot be checked right now. Ask again shortly.',
    again: afterOwnRetryTime,
  },
  audit_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'The log of changes does not answer, so nothing was changed. Ask again shortly.',
    again: afterOwnRetryTime,
  },
  board_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'The routing board does not answer. Ask again shortly.',
    again: afterOwnRetryTime,
  },
  book_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'The book of requests does not answer. Ask again shortly.',
    again: afterOwnRetryTime,
  },
  idempotency_mismatch: {
    status: 422,
    type: 'invalid_request_error',
    message: 'This idempotency-key was used for another request. A new question needs a new key.',
    again: 'never',
    param: 'idempotency-key',
  },
  idempotency_expired: {
    status: 409,
    type: 'invalid_request_error',
    message:
      'This idempotency-key is too old to be remembered, so its request may have been answered. Ask again with a new key.',
    again: 'never',
    param: 'idempotency-key',
  },
  stream_not_found: {
    status: 404,
    type: 'not_found_error',
    message: 'This answer does not exist, or is no longer kept.',
    again: 'never',
  },
  stopped: { status: 410, type: 'invalid_request_error', message: 'This answer was stopped.', again: 'never' },
  stream_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'Answers with an idempotency-key cannot be kept right now. Ask again shortly.',
    again: afterOwnRetryTime,
  },
  client_gone: {
    status: 499,
    type: 'invalid_request_error',
    message: 'The client left before the answer began.',
    again: 'unknown',
  },
  stream_interrupted: { status: 502, type: 'server_error', message: detailOf, again: 'unknown' },
  internal_error: {
    status: 500,
    type: 'server_error',
    message: 'The router failed. Its log has the cause, under the request id.',
    again: 1_000,
  },
};

/** All of Carryon's own codes. */
export const OWN_CODES = Object.keys(ROWS) as readonly RouterError['code'][];
const OWN: ReadonlySet<string> = new Set(OWN_CODES);

/** A provider's own code, which SDK users match on. Undefined if it looks like one of Carryon's. */
const foreignCode = (code: string | null | undefined): string | undefined =>
  code && !OWN.has(code.trim().toLowerCase()) ? code : undefined;

/** The router's own code for an error body. The body may show a provider's code, which may be any string, so that is not used. */
export const ownCode = (shown: string): RouterError['code'] =>
  OWN.has(shown) ? (shown as RouterError['code']) : 'provider_rejected';

/** Turns a `RouterError` into a status, headers and a body. This is the only place that does so. */
export function errorToWire(error: RouterError): WireError {
  // The row of an error's code accepts that error, but TypeScript cannot infer this for a union.
  return toWire(error, ROWS[error.code] as ErrorRow<RouterError>);
}
