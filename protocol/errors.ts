/** Every refusal and failure a client can meet, by name, and how each looks on the wire, in OpenAI's error body. */
import { type AuthError, authToWire } from './auth-errors.ts';
import { type BudgetExceeded, budgetToWire, type RateLimitExceeded, rateToWire } from './limit-errors.ts';
import { FINAL, retryAfter, type WireError, wire } from './wire-error.ts';

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
  /** A `content-encoding` that is not unpacked here. */
  | { code: 'unsupported_encoding'; encoding: string }
  /** Local mode, asked under a name that is not this machine's; `detail`: what is wrong with the name elsewhere. */
  | { code: 'misdirected_request'; host: string; detail?: string }
  | { code: 'body_timeout'; limitMs: number }
  | { code: 'method_not_allowed'; method: string; allow: readonly string[] }
  | { code: 'not_found'; path: string; detail?: string }
  /** `missing`: each variable, with what is wrong where it is set; `how`: what sets them all. */
  | { code: 'not_configured'; missing: readonly string[]; how: string }
  /** The caller's own mistake, in the provider's words. `page`: the wording for callers that do not learn which provider answered. */
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
  /** The request itself is above what its feature allows. */
  | { code: 'feature_cap_exceeded'; feature: string; param: string; detail: string }
  | BudgetExceeded
  | RateLimitExceeded
  | { code: 'ledger_unavailable'; retryAfterMs: number }
  /** An operator's change that cannot be noted is not made. */
  | { code: 'audit_unavailable'; retryAfterMs: number }
  /** Where operators' changes of the routing are kept does not answer. */
  | { code: 'board_unavailable'; retryAfterMs: number }
  /** Nobody reads it. nginx's 499. */
  | { code: 'client_gone' }
  /** The same idempotency key, and another question. */
  | { code: 'idempotency_mismatch' }
  /** Too old to be remembered: it may have been answered. */
  | { code: 'idempotency_expired' }
  /** Never seen, forgotten, or somebody else's. */
  | { code: 'stream_not_found' }
  /** By `DELETE`. */
  | { code: 'stopped' }
  /** Where keyed answers are kept does not answer. */
  | { code: 'stream_unavailable'; retryAfterMs: number }
  /** After the first content byte: told inside the stream. */
  | { code: 'stream_interrupted'; detail: string; page?: RouterError }
  | { code: 'internal_error' };

/** All of Carryon's own codes; one that is missing here does not compile. */
export const OWN_CODES: Readonly<Record<RouterError['code'], true>> = {
  invalid_json: true,
  invalid_body: true,
  unknown_alias: true,
  unknown_feature: true,
  feature_not_allowed: true,
  unsupported_param: true,
  missing_key: true,
  invalid_key: true,
  key_expired: true,
  browser_not_allowed: true,
  origin_not_allowed: true,
  user_not_allowed: true,
  invalid_token: true,
  token_expired: true,
  token_not_allowed: true,
  sign_in_unavailable: true,
  conflicting_user: true,
  invalid_user: true,
  unsupported_encoding: true,
  misdirected_request: true,
  admin_closed: true,
  invalid_admin_key: true,
  scope_not_allowed: true,
  payload_too_large: true,
  body_timeout: true,
  method_not_allowed: true,
  not_found: true,
  not_configured: true,
  provider_rejected: true,
  providers_unavailable: true,
  deadline_exceeded: true,
  overloaded: true,
  rate_limited_by_provider: true,
  key_store_unavailable: true,
  client_gone: true,
  stream_interrupted: true,
  internal_error: true,
  feature_cap_exceeded: true,
  budget_exceeded: true,
  rate_limit_exceeded: true,
  access_revoked: true,
  unknown_tier: true,
  refresh_not_allowed: true,
  ledger_unavailable: true,
  audit_unavailable: true,
  board_unavailable: true,
  idempotency_mismatch: true,
  idempotency_expired: true,
  stream_not_found: true,
  stopped: true,
  stream_unavailable: true,
};

const ALL_FULL = 'Every deployment is at its maxParallel. Ask again shortly.';

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** A provider's own code, which SDK users match on; never one that would look like Carryon's. */
const providerCode = (code: string | null | undefined): string | undefined =>
  code && !Object.hasOwn(OWN_CODES, code.trim().toLowerCase()) ? code : undefined;

/** The one place where a `RouterError` becomes a status, headers and a body. A new arm without a case does not compile. */
export function errorToWire(error: RouterError): WireError {
  switch (error.code) {
    case 'invalid_json':
      return wire(error.code, 400, 'invalid_request_error', `The body is not JSON: ${error.detail}`, {
        headers: FINAL,
      });
    case 'invalid_body':
      return wire(error.code, 400, 'invalid_request_error', `${error.param || 'body'}: ${error.detail}`, {
        param: error.param || null,
        headers: FINAL,
      });
    case 'unknown_alias':
      return wire(
        error.code,
        404,
        'invalid_request_error',
        `There is no alias "${error.alias}". Use one of ${list(error.known)} as "model".`,
        { param: 'model', headers: FINAL },
      );
    case 'unknown_feature':
      return wire(
        error.code,
        400,
        'invalid_request_error',
        `There is no feature "${error.feature}". Use one of ${list(error.known)}.`,
        { param: 'feature', headers: FINAL },
      );
    case 'feature_not_allowed':
      return wire(
        error.code,
        403,
        'permission_error',
        `This key or token may not use the feature "${error.feature}". It may use ${list(error.allowed)}.`,
        { param: 'feature', headers: FINAL },
      );
    case 'missing_key':
    case 'invalid_key':
    case 'key_expired':
    case 'browser_not_allowed':
    case 'origin_not_allowed':
    case 'user_not_allowed':
    case 'invalid_token':
    case 'token_expired':
    case 'token_not_allowed':
    case 'sign_in_unavailable':
    case 'admin_closed':
    case 'invalid_admin_key':
    case 'scope_not_allowed':
    case 'access_revoked':
    case 'unknown_tier':
    case 'refresh_not_allowed':
    case 'key_store_unavailable':
      return authToWire(error);
    case 'unsupported_param':
      return wire(
        error.code,
        400,
        'invalid_request_error',
        `"${error.param}" is not supported here and config says strictParams. Leave it out, or name it in allowParams.`,
        { param: error.param, headers: FINAL },
      );
    case 'conflicting_user':
    case 'invalid_user':
      return wire(error.code, 400, 'invalid_request_error', error.detail, { param: 'user', headers: FINAL });
    case 'payload_too_large':
      return wire(
        error.code,
        413,
        'invalid_request_error',
        `The body is larger than ${error.limitBytes} bytes, the limit here.`,
        { headers: FINAL },
      );
    case 'unsupported_encoding':
      return wire(
        error.code,
        415,
        'invalid_request_error',
        `The content-encoding "${error.encoding}" is not unpacked here. Send the body as it is, or as gzip or deflate.`,
        { headers: { ...FINAL, 'accept-encoding': 'gzip, deflate' } },
      );
    case 'misdirected_request':
      return wire(
        error.code,
        421,
        'invalid_request_error',
        error.detail ??
          `Local mode answers only under the names of this machine, and not as "${error.host}". Use http://localhost, or name the host in localHosts of carryon.config.ts.`,
        { headers: FINAL },
      );
    case 'body_timeout':
      return wire(error.code, 408, 'invalid_request_error', `The body did not arrive within ${error.limitMs} ms.`, {
        headers: retryAfter(1_000),
      });
    case 'method_not_allowed':
      return wire(
        error.code,
        405,
        'invalid_request_error',
        `${error.method} is not allowed here. Use ${error.allow.join(' or ')}.`,
        { headers: { ...FINAL, allow: error.allow.join(', ') } },
      );
    case 'not_found':
      return wire(error.code, 404, 'not_found_error', error.detail ?? `There is nothing at ${error.path}.`, {
        headers: FINAL,
      });
    case 'not_configured':
      return wire(
        error.code,
        503,
        'server_error',
        `Not configured yet. ${error.how} What is missing: ${error.missing.join('; ')}`,
        { headers: FINAL },
      );
    case 'provider_rejected':
      return wire(providerCode(error.providerCode) ?? error.code, error.status, 'invalid_request_error', error.detail, {
        param: error.param ?? null,
        headers: FINAL,
      });
    case 'providers_unavailable':
      return wire(error.code, 503, 'server_error', error.detail, { headers: retryAfter(error.retryAfterMs) });
    case 'deadline_exceeded':
      return wire(error.code, 503, 'server_error', error.detail, { headers: retryAfter(error.retryAfterMs) });
    case 'overloaded':
      return wire(error.code, 503, 'server_error', error.detail ?? ALL_FULL, {
        headers: retryAfter(error.retryAfterMs),
      });
    case 'rate_limited_by_provider':
      return wire(
        error.code,
        429,
        'rate_limit_error',
        'Every provider behind this alias is rate limiting us (the providers’ limit, not Carryon’s).',
        { headers: retryAfter(error.retryAfterMs), limit: { owner: 'provider' } },
      );
    case 'feature_cap_exceeded':
      return wire(error.code, 400, 'invalid_request_error', `Feature "${error.feature}": ${error.detail}`, {
        param: error.param,
        headers: FINAL,
      });
    case 'budget_exceeded':
      return budgetToWire(error);
    case 'rate_limit_exceeded':
      return rateToWire(error);
    case 'ledger_unavailable':
      return wire(error.code, 503, 'server_error', 'Budgets cannot be checked right now. Ask again shortly.', {
        headers: retryAfter(error.retryAfterMs),
      });
    case 'audit_unavailable':
      return wire(
        error.code,
        503,
        'server_error',
        'The log of changes does not answer, so nothing was changed. Ask again shortly.',
        { headers: retryAfter(error.retryAfterMs) },
      );
    case 'board_unavailable':
      return wire(error.code, 503, 'server_error', 'The routing board does not answer. Ask again shortly.', {
        headers: retryAfter(error.retryAfterMs),
      });
    case 'idempotency_mismatch':
      return wire(
        error.code,
        422,
        'invalid_request_error',
        'This idempotency-key was used for another request. A new question needs a new key.',
        { param: 'idempotency-key', headers: FINAL },
      );
    case 'idempotency_expired':
      return wire(
        error.code,
        409,
        'invalid_request_error',
        'This idempotency-key is too old to be remembered, so its request may have been answered. Ask again with a new key.',
        { param: 'idempotency-key', headers: FINAL },
      );
    case 'stream_not_found':
      return wire(error.code, 404, 'not_found_error', 'There is no such answer, or it is not kept any more.', {
        headers: FINAL,
      });
    case 'stopped':
      return wire(error.code, 410, 'invalid_request_error', 'This answer was stopped.', { headers: FINAL });
    case 'stream_unavailable':
      return wire(
        error.code,
        503,
        'server_error',
        'Answers with an idempotency-key cannot be kept right now. Ask again shortly.',
        {
          headers: retryAfter(error.retryAfterMs),
        },
      );
    case 'client_gone':
      return wire(error.code, 499, 'invalid_request_error', 'The client left before the answer began.');
    case 'stream_interrupted':
      return wire(error.code, 502, 'server_error', error.detail);
    case 'internal_error':
      return wire(error.code, 500, 'server_error', 'A fault in the router. The request id finds it in the log.', {
        headers: retryAfter(1_000),
      });
  }
}
