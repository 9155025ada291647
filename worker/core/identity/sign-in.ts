/** Tokens of a team's own sign-in: which issuer made one, and which user it names. */
import { ok, type Result, refused } from '../../../protocol/result.ts';
import type { SignIn } from '../config/config.ts';
import { type Identity, PERSON } from './identity.ts';
import { userName } from './names.ts';
import { claimsExpiry, headerProblem, invalidToken, type JwtFields, type TokenProblem } from './token-claims.ts';

/** How far an issuer's clock may be from ours. */
const SKEW_MS = 30_000;

/** Stands in for a key's id. Limits and revocations of `key:issuer:…` apply to everyone who signs in there. */
export const signInId = (issuer: string): string => `issuer:${issuer}`;

/** The sign-in whose issuer and audience the token has. No other claim takes part in the choice. */
export function signInOf({ iss, aud }: JwtFields, signIns: readonly SignIn[]): SignIn | undefined {
  const same = signIns.filter(({ issuer }) => issuer === iss);
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return same.find(({ audience }) => audiences.includes(audience)) ?? same[0];
}

/** The caller that a token names, if its signature turns out to be right. Tenant, features and limits come from config, whatever the token claims. */
export function signedInIdentity(
  header: JwtFields,
  claims: JwtFields,
  { issuer, audience, tenant, userClaim, features, algorithms }: SignIn,
  now: number,
): Result<Identity, TokenProblem> {
  const problem = headerProblem(header, algorithms);
  if (problem !== undefined) return refused(problem);
  const expiry = claimsExpiry(claims, { audience, skewMs: SKEW_MS }, now);
  if (!expiry.ok) return expiry;
  const written = Object.hasOwn(claims, userClaim) ? claims[userClaim] : undefined;
  const named = typeof written === 'string' && written !== '' ? userName(written) : undefined;
  if (named === undefined || !named.ok) return refused(invalidToken(`its claim "${userClaim}" names no user`));
  const user = named.value;
  return ok({ ...PERSON, tenant, keyId: signInId(issuer), user, features, tier: null, expiresAt: expiry.value });
}
