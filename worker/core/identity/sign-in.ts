/** Tokens of a team's own sign-in: which issuer one is of, and who it names. */
import type { SignIn } from '../config/config.ts';
import { type Identity, PERSON } from './identity.ts';
import { userName } from './names.ts';
import { claimsExpiry, headerProblem, invalid, type JwtFields, type TokenProblem } from './token-claims.ts';

/** How far an issuer's clock may be from ours. */
const SKEW_MS = 30_000;

/** In the place of a key's id: limits and revocations of `key:issuer:…` hold for everybody who signs in there. */
export const signInId = (issuer: string): string => `issuer:${issuer}`;

/** Of several with one issuer, the one whose audience the token has. No claim but issuer and audience chooses it. */
export function signInOf({ iss, aud }: JwtFields, signIns: readonly SignIn[]): SignIn | undefined {
  const same = signIns.filter(({ issuer }) => issuer === iss);
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return same.find(({ audience }) => audiences.includes(audience)) ?? same[0];
}

/** Who a token is, if its signature is the issuer's. Tenant, features and limits are config's, whatever else it claims. */
export function signedInIdentity(
  header: JwtFields,
  claims: JwtFields,
  { issuer, audience, tenant, userClaim, features, algorithms }: SignIn,
  now: number,
): Identity | TokenProblem {
  const problem = headerProblem(header, algorithms);
  if (problem !== undefined) return problem;
  const holds = claimsExpiry(claims, { audience, skewMs: SKEW_MS }, now);
  if ('code' in holds) return holds;
  const written = Object.hasOwn(claims, userClaim) ? claims[userClaim] : undefined;
  const named = typeof written === 'string' && written !== '' ? userName(written) : undefined;
  if (named === undefined || 'problem' in named) return invalid(`its claim "${userClaim}" names no user`);
  const { expiresAt } = holds;
  return { ...PERSON, tenant, keyId: signInId(issuer), user: named.user, features, tier: null, expiresAt };
}
