/** Refusals that concern the credential: it is missing, it is not valid, or it does not allow this request. */
import { FINAL, retryAfter, type WireError, wire } from './wire-error.ts';

export type AuthError =
  /** `isMalformed`: an `authorization` header came, without `Bearer`. */
  | { code: 'missing_key'; isMalformed?: boolean }
  | { code: 'invalid_key' }
  | { code: 'key_expired' }
  /** `detail`: which check it failed, without a word of the token. */
  | { code: 'invalid_token'; detail: string }
  | { code: 'token_expired' }
  /** Who asks is known, and may not make this token. */
  | { code: 'token_not_allowed'; detail: string }
  /** The sign-in's keys cannot be read, so its tokens cannot be checked. */
  | { code: 'sign_in_unavailable'; retryAfterMs: number }
  | { code: 'browser_not_allowed' }
  | { code: 'origin_not_allowed'; origin: string | null }
  | { code: 'user_not_allowed' }
  | { code: 'admin_closed' }
  | { code: 'invalid_admin_key' }
  /** Of an admin key. */
  | { code: 'scope_not_allowed'; needed: string; has: string }
  | { code: 'key_store_unavailable'; retryAfterMs: number }
  /** An operator has revoked the key, user or feature. */
  | { code: 'access_revoked'; scope: string }
  | { code: 'unknown_tier'; tier: string }
  /** A new answer in the place of a cached one costs the tenant. */
  | { code: 'refresh_not_allowed' };

export function authToWire(error: AuthError): WireError {
  switch (error.code) {
    case 'missing_key':
      return wire(
        error.code,
        401,
        'authentication_error',
        error.isMalformed
          ? 'The authorization header is not of the form "Bearer …". Send the key or token as "authorization: Bearer …" or "x-api-key: …".'
          : 'No key or token was sent. Send it as "authorization: Bearer …" or "x-api-key: …".',
        { headers: { ...FINAL, 'www-authenticate': 'Bearer' } },
      );
    case 'invalid_key':
      return wire(error.code, 401, 'authentication_error', 'This key is not known here, or was revoked.', {
        headers: BAD_TOKEN,
      });
    case 'key_expired':
      return wire(error.code, 401, 'authentication_error', 'This key has expired. Ask its maker for a new one.', {
        headers: BAD_TOKEN,
      });
    case 'invalid_token':
      return wire(error.code, 401, 'authentication_error', `This token is not accepted: ${error.detail}.`, {
        headers: BAD_TOKEN,
      });
    case 'token_expired':
      return wire(error.code, 401, 'authentication_error', 'This token has expired. Get a new one and ask again.', {
        headers: BAD_TOKEN,
      });
    case 'token_not_allowed':
      return wire(error.code, 403, 'permission_error', error.detail, { headers: FINAL });
    case 'sign_in_unavailable':
      return wire(
        error.code,
        503,
        'server_error',
        'The keys of this sign-in cannot be read right now, so its token cannot be checked. Ask again shortly.',
        { headers: retryAfter(error.retryAfterMs) },
      );
    case 'browser_not_allowed':
      return wire(
        error.code,
        403,
        'permission_error',
        'A secret key came with an Origin header, so it may have been put into a page. Use it on a server, or make one with "browser": true.',
        { headers: FINAL },
      );
    case 'origin_not_allowed':
      return wire(
        error.code,
        403,
        'permission_error',
        error.origin === null
          ? 'A publishable key is for pages, and no Origin header was sent. On a server use a secret key.'
          : `This key or token is not for pages of "${error.origin}". A publishable key names its origins when it is made; for all others add it to "origins" in carryon.config.ts.`,
        { headers: FINAL },
      );
    case 'user_not_allowed':
      return wire(error.code, 403, 'permission_error', 'Only a secret key may name a user; a token asks for its own.', {
        param: 'user',
        headers: FINAL,
      });
    case 'admin_closed':
      return wire(
        error.code,
        503,
        'server_error',
        'Admin is closed until ADMIN_KEY is set: npx wrangler secret put ADMIN_KEY',
        { headers: FINAL },
      );
    case 'invalid_admin_key':
      return wire(
        error.code,
        401,
        'authentication_error',
        'This is neither ADMIN_KEY nor an admin key (ak-…) in force.',
        {
          headers: { ...FINAL, 'www-authenticate': 'Bearer' },
        },
      );
    case 'scope_not_allowed':
      return wire(
        error.code,
        403,
        'permission_error',
        `This call needs the scope "${error.needed}"${error.needed === 'root' ? ' (ADMIN_KEY itself)' : ''}; this admin key has "${error.has}".`,
        { headers: FINAL },
      );
    case 'access_revoked':
      return wire(error.code, 403, 'permission_error', `Access was revoked for ${error.scope}.`, { headers: FINAL });
    case 'unknown_tier':
      return wire(
        error.code,
        403,
        'permission_error',
        `This key's tier "${error.tier}" is not in the config any more. Put it back, or make a new key.`,
        { headers: FINAL },
      );
    case 'refresh_not_allowed':
      return wire(error.code, 403, 'permission_error', 'Only a secret key may send x-carryon-cache: refresh.', {
        headers: FINAL,
      });
    case 'key_store_unavailable':
      return wire(error.code, 503, 'server_error', 'Keys cannot be checked right now. Ask again shortly.', {
        headers: retryAfter(error.retryAfterMs),
      });
  }
}

/** Final, since the same token is refused again. */
const BAD_TOKEN = { ...FINAL, 'www-authenticate': 'Bearer error="invalid_token"' };
