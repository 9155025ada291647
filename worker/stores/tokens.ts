/** User tokens: made and checked in memory, without KV, the ledger or a promise that two requests share. */
import type { AuthError } from '../../protocol/auth-errors.ts';
import type { Identity } from '../core/identity/identity.ts';
import {
  claimsExpiry,
  headerProblem,
  invalid,
  type JwtFields,
  LONGEST_TOKEN,
  OWN_ALGORITHM,
  OWN_ISSUER,
  ownIdentity,
} from '../core/identity/token-claims.ts';
import type { Clock, Tokens } from '../ports.ts';
import { base64Url, sign } from './digest.ts';
import { type Jwt, jwtPart, parseJwt } from './jwt.ts';
import { type TokenKeyRing, type TokenSecrets, tokenKeyRing } from './token-keys.ts';

/** One clock writes and reads them. */
const OWN_RULES = { audience: OWN_ISSUER, skewMs: 0 };

export class TokenStore implements Tokens {
  readonly #secrets: TokenSecrets;
  readonly #clock: Clock;
  #keys: TokenKeyRing | undefined;

  constructor(secrets: TokenSecrets, clock: Clock) {
    this.#secrets = secrets;
    this.#clock = clock;
  }

  async find(token: string): Promise<Identity | AuthError> {
    const jwt = parseJwt(token);
    if (jwt === undefined) return invalid(`it is not a signed JWT of at most ${LONGEST_TOKEN} characters`);
    if (jwt.claims.iss === OWN_ISSUER) return this.#own(jwt);
    return invalid('its issuer ("iss") is not one that this router knows');
  }

  async mint(claims: JwtFields): Promise<string> {
    const [{ kid, key }] = await this.#ring();
    const signed = `${jwtPart({ alg: OWN_ALGORITHM, typ: 'JWT', kid })}.${jwtPart(claims)}`;
    return `${signed}.${base64Url(await sign(key, signed))}`;
  }

  async #own({ header, claims, signed, signature }: Jwt): Promise<Identity | AuthError> {
    const problem = headerProblem(header, [OWN_ALGORITHM]);
    if (problem !== undefined) return problem;
    const holds = claimsExpiry(claims, OWN_RULES, this.#clock.now());
    if ('code' in holds) return holds;
    const identity = ownIdentity(claims, holds.expiresAt);
    if ('code' in identity) return identity;
    for (const { kid, key } of await this.#ring()) {
      if (header.kid !== undefined && header.kid !== kid) continue;
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) return identity;
    }
    return invalid('its signature is not of this router');
  }

  /** Each request that comes before it is there makes its own: a promise of one may not be awaited by another. */
  async #ring(): Promise<TokenKeyRing> {
    this.#keys ??= await tokenKeyRing(this.#secrets);
    return this.#keys;
  }
}
