/** What a signed token claims, and which caller that makes. Its signature is checked in worker/stores/tokens.ts. */
import * as z from 'zod/mini';
import type { AuthError } from '../../../protocol/auth-errors.ts';
import { ok, type Result, refused } from '../../../protocol/result.ts';
import { tenantName } from '../config/tenant-name.ts';
import { type Identity, LOCAL_IDENTITY, PERSON } from './identity.ts';
import { isKeyId } from './key-format.ts';
import { OWN_ISSUER } from './own-issuer.ts';
import { user } from './user-schema.ts';

/** A JWT's header or payload. */
export type JwtFields = Readonly<Record<string, unknown>>;

/** Why a token is refused. */
export type TokenProblem = Extract<AuthError, { code: 'invalid_token' | 'token_expired' }>;

/** Longer tokens are refused unread. One with a hundred features has about 9,000 characters. */
export const LONGEST_TOKEN = 16_384;

/** The algorithm of the router's own tokens. */
export const OWN_ALGORITHM = 'HS256';

/** A token that cannot be accepted. `detail` ends the sentence "The token is not valid: …". */
export const invalidToken = (detail: string): TokenProblem => ({ code: 'invalid_token', detail });

/** Whether a credential is meant as a token. It then begins with base64url of `{"`, as no virtual key does. */
export const looksLikeToken = (credential: string): boolean =>
  credential.startsWith('e') && credential.includes('.', 1);

/** The algorithm must be one that the issuer may use. The token alone never decides it. No `crit` extension is supported. */
export function headerProblem(header: JwtFields, algorithms: readonly string[]): TokenProblem | undefined {
  if (header.crit !== undefined) return invalidToken('it demands extensions ("crit"), and none is supported');
  if (algorithms.includes(header.alg as string)) return undefined;
  return invalidToken(`its algorithm ("alg") must be ${algorithms.join(' or ')}`);
}

/** Checks audience and times, and returns the expiry in epoch milliseconds. `skewMs` is how far the issuer's clock may be from ours. */
export function claimsExpiry(
  { aud, exp, nbf }: JwtFields,
  { audience, skewMs }: { audience: string; skewMs: number },
  now: number,
): Result<number, TokenProblem> {
  if (aud !== audience && !(Array.isArray(aud) && aud.includes(audience))) {
    return refused(invalidToken(`its audience ("aud") must be "${audience}"`));
  }
  const [endsAt, startsAt] = [epochMs(exp), epochMs(nbf ?? 0)];
  if (endsAt === undefined) return refused(invalidToken('it needs an expiry ("exp") in seconds since 1970'));
  if (startsAt === undefined) return refused(invalidToken('its "nbf" must be in seconds since 1970'));
  const expiresAt = endsAt + skewMs;
  if (now >= expiresAt) return refused({ code: 'token_expired' });
  return startsAt > now + skewMs ? refused(invalidToken('it is not valid yet ("nbf")')) : ok(expiresAt);
}

function epochMs(seconds: unknown): number | undefined {
  const ms = typeof seconds === 'number' ? Math.round(seconds * 1_000) : Number.NaN;
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** The claims that `mintedClaims` writes. */
const ownClaims = z.object({
  sub: user,
  tenant: tenantName,
  features: z.optional(z.array(z.string())),
  tier: z.optional(z.string()),
  key: z.string().check(z.refine((id) => isKeyId(id) || id === LOCAL_IDENTITY.keyId)),
});

/** The caller of a token that this router minted. */
export function ownIdentity(claims: JwtFields, expiresAt: number): Result<Identity, TokenProblem> {
  const parsed = ownClaims.safeParse(claims);
  if (!parsed.success) {
    return refused(invalidToken(`its claim "${String(parsed.error.issues[0]?.path[0])}" is not as it should be`));
  }
  const { sub, tenant, features = null, tier = null, key } = parsed.data;
  return ok({ ...PERSON, tenant, keyId: key, user: sub, features, tier, expiresAt });
}

/** The claims of a new token, which may do no more than its key, and ends no later. `expiresAt` is in epoch milliseconds. */
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
    // With a fraction, as RFC 7519 allows, so that a token of one second lives for a whole second.
    exp: expiresAt / 1_000,
  };
  return { claims, expiresAt };
}
