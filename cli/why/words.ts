/** What the codes of a record mean, in words. */
import type { RouterError } from '../../protocol/errors.ts';
import type { EdgeMode } from '../../worker/core/routing/route.ts';
import type { FinishReason } from '../../worker/core/slo/record.ts';
import type { ExcludedReason } from '../../worker/core/slo/rules.ts';

/** Why a request was refused, or its answer broke off. */
export const CODE_WORDS: Readonly<Record<RouterError['code'], string>> = {
  invalid_json: 'its body is not JSON',
  invalid_body: 'its body has a field that is wrong',
  unknown_alias: 'it asked for an alias that does not exist',
  unknown_feature: 'it named a feature that does not exist',
  feature_not_allowed: 'its key or token may not use that feature',
  unsupported_param: 'it has a parameter that this alias does not take',
  conflicting_user: 'it named two different users',
  invalid_user: 'the name of its user is not valid',
  payload_too_large: 'its body is too large',
  unsupported_encoding: 'its body is compressed in a way that the router does not unpack',
  misdirected_request: 'in local mode it came under a name that is not this machine’s',
  body_timeout: 'its body did not arrive in time',
  method_not_allowed: 'its method is not allowed there',
  not_found: 'there is nothing at its path',
  not_configured: 'the router is not configured yet',
  provider_rejected: 'the provider refused it as the caller’s own mistake',
  providers_unavailable: 'no provider answered',
  deadline_exceeded: 'no provider answered within the total time',
  overloaded: 'every deployment was at its maxParallel',
  rate_limited_by_provider: 'every provider behind the alias was rate limiting',
  feature_cap_exceeded: 'it is above what its feature allows',
  budget_exceeded: 'a budget had no room for it',
  rate_limit_exceeded: 'a rate had no room for it',
  ledger_unavailable: 'the tenant’s ledger did not answer, so its budget could not be checked',
  audit_unavailable: 'the log of changes did not answer',
  board_unavailable: 'the routing board did not answer',
  book_unavailable: 'the book of requests did not answer',
  client_gone: 'its client left before the answer began',
  idempotency_mismatch: 'its idempotency-key was used for another request before',
  idempotency_expired: 'its idempotency-key is too old to be remembered',
  stream_not_found: 'no answer has that id, or it is no longer kept',
  stopped: 'the answer was stopped (DELETE)',
  stream_unavailable: 'the object that keeps the answer did not respond',
  stream_interrupted: 'the stream broke off after content had come',
  internal_error: 'the router has a fault',
  missing_key: 'it came without a key',
  invalid_key: 'its key does not exist, or was revoked',
  key_expired: 'its key has expired',
  invalid_token: 'its token is not genuine',
  token_expired: 'its token has expired',
  token_not_allowed: 'a token may not be used there',
  browser_not_allowed: 'its key may not be used from a browser',
  origin_not_allowed: 'its key may not be used on that page',
  user_not_allowed: 'its key is another user’s',
  access_revoked: 'an operator revoked the access of its key, user or tenant',
  unknown_tier: 'its key names a tier that config does not have',
  refresh_not_allowed: 'only the service worker’s own requests may refresh',
  key_store_unavailable: 'the store of keys did not answer',
  sign_in_unavailable: 'the keys of the sign-in could not be read',
  admin_closed: 'the admin API is closed',
  invalid_admin_key: 'its admin key is wrong',
  invalid_metrics_token: 'its metrics token is wrong',
  scope_not_allowed: 'its admin key may not do that',
};

/** Why a request counts as neither good nor bad. */
export const EXCLUDED_WORDS: Readonly<Record<ExcludedReason, string>> = {
  caller: 'the mistake was the caller’s own',
  key: 'its credential was refused',
  idempotency: 'its idempotency-key was misused or too old',
  stopped: 'it was stopped',
  budget: 'a budget was spent, and the promises do not cover budgets',
  rate: 'it was above a rate, and the promises do not cover rates',
  left: 'its client left before any content',
  maintenance: 'it came during announced maintenance',
  drill: 'it belongs to a drill',
};

/** How a request was served, if that is out of the ordinary. */
export const MODE_WORDS: Readonly<Record<EdgeMode, string | undefined>> = {
  normal: undefined,
  safeguard: 'A budget was nearly spent, so its feature’s safeguard served it.',
  bypass: 'An operator had set a bypass: one attempt at the first deployment, without cooldowns and cache.',
  drill: 'It met a fault that was set on purpose.',
};

/** Why the model stopped. */
export const FINISH_WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'The model had finished',
  length: 'The model was cut off at its limit of tokens',
  tool_calls: 'The model called tools',
  content_filter: 'The provider’s content filter stopped the model',
};
