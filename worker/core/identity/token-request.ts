/** What a server asks of `POST /v1/tokens`, and what its key may not ask for. */
import * as z from 'zod/mini';
import type { RouterError } from '../../../protocol/errors.ts';
import { ok, type Result, refused } from '../../../protocol/result.ts';
import { check } from '../checked.ts';
import type { Config } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import { type Identity, isPage } from './identity.ts';
import { canonicalName } from './names.ts';
import { user } from './user-schema.ts';

/** The body of the call. */
export interface TokenRequest {
  user: string;
  /** Null for the same features as the key's. */
  features: readonly string[] | null;
  ttlSeconds: number;
}

/** The longest life that a token may be given. */
export const LONGEST_SECONDS = 3_600;
const SECONDS = `write a whole number of seconds from 1 to ${LONGEST_SECONDS}`;

const wish = settings({
  user,
  features: z._default(
    z.nullable(
      z
        .array(z.string())
        .check(
          z.minLength(1, 'write one feature or more, or leave it out for all that the key may use'),
          z.maxLength(100, 'write at most 100 features'),
        ),
    ),
    null,
  ),
  ttlSeconds: z._default(
    z.number({ error: SECONDS }).check(z.int(SECONDS), z.minimum(1, SECONDS), z.maximum(LONGEST_SECONDS, SECONDS)),
    900,
  ),
});

/** Checks the caller before the body is read. Only servers mint tokens, because a page could otherwise pose as any user. */
export function minterProblem(identity: Identity, hasOrigin: boolean): RouterError | undefined {
  const only = 'Only a secret key makes tokens, on a server';
  if (identity.kind === 'token') return { code: 'token_not_allowed', detail: `${only}; this is a token itself.` };
  if (isPage(identity)) return { code: 'token_not_allowed', detail: `${only}; this key is publishable.` };
  if (!hasOrigin) return undefined;
  const detail = `${only}. This request has an Origin header, so it comes from a page.`;
  return { code: 'token_not_allowed', detail };
}

/** Checks the body against what the key may do. */
export function readTokenRequest(
  body: unknown,
  identity: Identity,
  { features }: Pick<Config, 'features'>,
): Result<TokenRequest, RouterError> {
  const checked = check(body, wish);
  if (!checked.ok) return checked;
  const asked = checked.value;
  if (identity.user !== null && canonicalName(identity.user) !== asked.user) {
    const detail = 'This key is bound to another user, and makes tokens for that user alone.';
    return refused({ code: 'token_not_allowed', detail });
  }
  for (const name of asked.features ?? []) {
    const feature = name.slice(0, 100);
    const { features: allowed } = identity;
    if (allowed !== null && !allowed.includes(name)) return refused({ code: 'feature_not_allowed', feature, allowed });
    if (!features.has(name)) return refused({ code: 'unknown_feature', feature, known: [...features.keys()] });
  }
  return ok(asked);
}
