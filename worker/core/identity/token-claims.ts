/** What a signed token says, and who it is then. Its signature is checked where keys are (worker/stores/tokens.ts). */
import * as z from 'zod';
import type { AuthError } from '../../../protocol/auth-errors.ts';
import { tenantName } from '../config/tenants-schema.ts';
import { type Identity, LOCAL_IDENTITY, PERSON } from './identity.ts';
import { isKeyId } from './key-format.ts';
import { OWN_ISSUER } from './own-issuer.ts';
import { user } from './user-schema.ts';

/** A JWT's header or payload. */
export type JwtFields = Readonly<Record<string, unknown>>;

export type TokenProblem = Extract<AuthError, { code: 'invalid_token' | 'token_expired' }>;

/** Longer ones are refused before anything of them is read; a token with a hundred features is about 9,000. */
export const LONGEST_TOKEN = 16_384;

export const OWN_ALGORITHM = 'HS256';

export const invalid = (detail: string): TokenProblem => ({ code: 'invalid_token', detail });

/** Whether a credential is meant as a token: its first part is base64url of `{"…`, and no virtual key begins so. */
export const looksLikeToken = (credential: string): boolean =>
  credential.startsWith('e') && credential.includes('.', 1);

/** The algorithm comes from those that the issuer may use, never from the token alone. Nothing that `crit` asks for is known here. */
export function headerProblem(header: JwtFields, algorithms: readonly string[]): TokenProblem | undefined {
  if (header.crit !== undefined) return invalid('it demands extensions ("crit"), and none is supported');
  if (algorithms.includes(header.alg as string)) return undefined;
  return invalid(`its algorithm ("alg") must be ${algorithms.join(' or ')}`);
}

/** For whom it is, and when. `skewMs`: how far the issuer's clock may be from ours. */
export function claimsExpiry(
  { aud, exp, nbf }: JwtFields,
  { audience, skewMs }: { audience: string; skewMs: number },
  now: number,
): { expiresAt: number } | TokenProblem {
  if (aud !== audience && !(Array.isArray(aud) && aud.includes(audience))) {
    return invalid(`its audience ("aud") must be "${audience}"`);
  }
  const [endsAt, startsAt] = [epochMs(exp), epochMs(nbf ?? 0)];
  if (endsAt === undefined) return invalid('it needs an expiry ("exp") in seconds since 1970');
  if (startsAt === undefined) return invalid('its "nbf" must be in seconds since 1970');
  const expiresAt = endsAt + skewMs;
  if (now >= expiresAt) return { code: 'token_expired' };
  return startsAt > now + skewMs ? invalid('it is not valid yet ("nbf")') : { expiresAt };
}

function epochMs(seconds: unknown): number | undefined {
  const ms = typeof seconds === 'number' ? Math.round(seconds * 1_000) : Number.NaN;
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** What `mintedClaims` writes. */
const ownClaims = z.object({
  sub: user,
  tenant: tenantName,
  features: z.array(z.string()).optional(),
  tier: z.string().optional(),
  key: z.string().refine((id) => isKeyId(id) || id === LOCAL_IDENTITY.keyId),
});

/** The person of a token that this router made. */
export function ownIdentity(claims: JwtFields, expiresAt: number): Identity | TokenProblem {
  const parsed = ownClaims.safeParse(claims);
  if (!parsed.success) return invalid(`its claim "${String(parsed.error.issues[0]?.path[0])}" is not as it should be`);
  const { sub, tenant, features = null, tier = null, key } = parsed.data;
  return { ...PERSON, tenant, keyId: key, user: sub, features, tier, expiresAt };
}

/** What `POST /v1/tokens` puts into a token: never more than its key may do, and no longer than its key lives. */
export function mintedClaims(
  { tenant, keyId, tier, ...key }: Identity,
  wish: { user: string; features: readonly string[] | null; ttlSeconds: number },
  now: number,
): { claims: JwtFields; expiresAt: number } {
  const features = wish.features ?? key.features;
  const expiresAt = Math.min(now + wish.ttlSeconds * 1_000, key.expiresAt ?? Number.POSITIVE_INFINITY);
  const claims = {
    iss: OWN_ISSUER,
    aud: OWN_ISSUER,
    sub: wish.user,
    tenant,
    ...(features !== null && { features }),
    ...(tier !== null && { tier }),
    key: keyId,
    iat: Math.floor(now / 1_000),
    // To the millisecond, as RFC 7519 allows: a token of one second lives for a second.
    exp: expiresAt / 1_000,
  };
  return { claims, expiresAt };
}
