/** Refusals that concern the credential: it is missing, it is not valid, or it does not allow this request. */
import { afterOwnRetryTime, type ErrorRows } from './wire-error.ts';

/** A refusal of a credential. */
export type AuthError =
  /** `isMalformed` is true if there was an `authorization` header without `Bearer`. */
  | { code: 'missing_key'; isMalformed?: boolean }
  | { code: 'invalid_key' }
  | { code: 'key_expired' }
  /** `detail` says which check failed, without repeating any part of the token. */
  | { code: 'invalid_token'; detail: string }
  | { code: 'token_expired' }
  /** The caller is known, but may not make this token. */
  | { code: 'token_not_allowed'; detail: string }
  /** The sign-in's keys cannot be read, so its tokens cannot be checked. */
  | { code: 'sign_in_unavailable'; retryAfterMs: number }
  | { code: 'browser_not_allowed' }
  | { code: 'origin_not_allowed'; origin: string | null }
  | { code: 'user_not_allowed' }
  | { code: 'admin_closed' }
  | { code: 'invalid_admin_key' }
  | { code: 'invalid_metrics_token' }
  /** The scope of the admin key does not allow the call. */
  | { code: 'scope_not_allowed'; needed: string; has: string }
  | { code: 'key_store_unavailable'; retryAfterMs: number }
  /** An operator has revoked the key, user or feature. */
  | { code: 'access_revoked'; scope: string }
  | { code: 'unknown_tier'; tier: string }
  /** A page may not ask for a new answer instead of a cached one, because the tenant pays for it. */
  | { code: 'refresh_not_allowed' };

const BEARER = { 'www-authenticate': 'Bearer' };
/** Says that the same token would be refused again. */
const BAD_TOKEN = { 'www-authenticate': 'Bearer error="invalid_token"' };

/** The status and wording of each refusal. */
export const AUTH_ROWS: ErrorRows<AuthError> = {
  missing_key: {
    status: 401,
    type: 'authentication_error',
    message: ({ isMalformed }) =>
      isMalformed
        ? 'The authorization header is not of the form "Bearer …". Send the key or token as "authorization: Bearer …" or "x-api-key: …".'
        : 'No key or token was sent. Send it as "authorization: Bearer …" or "x-api-key: …".',
    again: 'never',
    headers: BEARER,
  },
  invalid_key: {
    status: 401,
    type: 'authentication_error',
    message: 'This key is not known here, or was revoked.',
    again: 'never',
    headers: BAD_TOKEN,
  },
  key_expired: {
    status: 401,
    type: 'authentication_error',
    message: 'This key has expired. Ask its maker for a new one.',
    again: 'never',
    headers: BAD_TOKEN,
  },
  invalid_token: {
    status: 401,
    type: 'authentication_error',
    message: ({ detail }) => `This token is not accepted: ${detail}.`,
    again: 'never',
    headers: BAD_TOKEN,
  },
  token_expired: {
    status: 401,
    type: 'authentication_error',
    message: 'This token has expired. Get a new one and ask again.',
    again: 'never',
    headers: BAD_TOKEN,
  },
  token_not_allowed: { status: 403, type: 'permission_error', message: ({ detail }) => detail, again: 'never' },
  sign_in_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'The keys of this sign-in cannot be read right now, so its token cannot be checked. Ask again shortly.',
    again: afterOwnRetryTime,
  },
  browser_not_allowed: {
    status: 403,
    type: 'permission_error',
    message:
      'A secret key came with an Origin header, so it may have been put into a page. Use it on a server, or make one with "browser": true.',
    again: 'never',
  },
  origin_not_allowed: {
    status: 403,
    type: 'permission_error',
    message: ({ origin }) =>
      origin === null
        ? 'A publishable key is for pages, and no Origin header was sent. On a server use a secret key.'
        : `This key or token is not for pages of "${origin}". A publishable key names its origins when it is made; for all other keys and tokens, add the origin to "origins" in carryon.config.ts.`,
    again: 'never',
  },
  user_not_allowed: {
    status: 403,
    type: 'permission_error',
    message: 'Only a secret key may name a user. A token always asks for its own user.',
    again: 'never',
    param: 'user',
  },
  admin_closed: {
    status: 503,
    type: 'server_error',
    message: 'Admin is closed until ADMIN_KEY is set: npx wrangler secret put ADMIN_KEY',
    again: 'never',
  },
  invalid_admin_key: {
    status: 401,
    type: 'authentication_error',
    message: 'No valid admin key was sent. Send ADMIN_KEY, or an admin key (ak-…), as "authorization: Bearer …".',
    again: 'never',
    headers: BEARER,
  },
  invalid_metrics_token: {
    status: 401,
    type: 'authentication_error',
    message: 'This is not METRICS_TOKEN. While METRICS_TOKEN is set, only that token opens /metrics.',
    again: 'never',
    headers: BEARER,
  },
  scope_not_allowed: {
    status: 403,
    type: 'permission_error',
    message: ({ needed, has }) =>
      `This call needs the scope "${needed}"${needed === 'root' ? ' (ADMIN_KEY itself)' : ''}; this admin key has "${has}".`,
    again: 'never',
  },
  access_revoked: {
    status: 403,
    type: 'permission_error',
    message: ({ scope }) => `Access was revoked for ${scope}.`,
    again: 'never',
  },
  unknown_tier: {
    status: 403,
    type: 'permission_error',
    message: ({ tier }) => `This key's tier "${tier}" is not in the config any more. Put it back, or make a new key.`,
    again: 'never',
  },
  refresh_not_allowed: {
    status: 403,
    type: 'permission_error',
    message: 'Only a secret key may send x-carryon-cache: refresh.',
    again: 'never',
  },
  key_store_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'Keys cannot be checked right now. Ask again shortly.',
    again: afterOwnRetryTime,
  },
};
