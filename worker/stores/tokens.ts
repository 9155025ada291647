/** Mints and checks user tokens in memory, without KV or the ledger. Requests share no promise. */
import type { AuthError } from '../../protocol/auth-errors.ts';
import { type Result, refused } from '../../protocol/result.ts';
import type { SignIn } from '../core/config/config.ts';
import type { Identity } from '../core/identity/identity.ts';
import { OWN_ISSUER } from '../core/identity/own-issuer.ts';
import { signedInIdentity, signInOf } from '../core/identity/sign-in.ts';
import {
  claimsExpiry,
  headerProblem,
  invalidToken,
  type JwtFields,
  LONGEST_TOKEN,
  OWN_ALGORITHM,
  ownIdentity,
} from '../core/identity/token-claims.ts';
import type { Background, Clock, EventSink, Tokens, UpstreamFetch } from '../ports.ts';
import { base64Url, sign } from './digest.ts';
import { isSignedBy, type Jwt, jwtPart, parseJwt } from './jwt.ts';
import { KeySet } from './key-set.ts';
import { type TokenKeyRing, type TokenSecrets, tokenKeyRing } from './token-keys.ts';

/** The router's own tokens need no allowance for clock skew, because the same clock writes and reads them. */
const OWN_RULES = { audience: OWN_ISSUER, skewMs: 0 };

/** What checking tokens needs from outside. */
export interface TokenPorts {
  clock: Clock;
  fetch: UpstreamFetch;
  events: EventSink;
}

/** The router's own tokens, and those of the sign-ins in config. */
export class TokenStore implements Tokens {
  readonly #secrets: TokenSecrets;
  readonly #signIns: readonly SignIn[];
  readonly #clock: Clock;
  /** The key sets by address. Several issuers may share one. */
  readonly #keySets = new Map<string, KeySet>();
  #keys: TokenKeyRing | undefined;

  constructor(secrets: TokenSecrets, signIns: readonly SignIn[], { clock, fetch, events }: TokenPorts) {
    this.#secrets = secrets;
    this.#signIns = signIns;
    this.#clock = clock;
    for (const [index, { jwksUrl, tenant }] of signIns.entries()) {
      const setting = `issuers[${index}].jwksUrl`;
      const tell = (reason: string) => events({ event: 'key_set_unreadable', setting, tenant, reason });
      if (!this.#keySets.has(jwksUrl)) this.#keySets.set(jwksUrl, new KeySet(jwksUrl, { clock, fetch, tell }));
    }
  }

  async find(token: string, background: Background): Promise<Result<Identity, AuthError>> {
    const jwt = parseJwt(token);
    if (jwt === undefined)
      return refused(invalidToken(`it is not a signed JWT of at most ${LONGEST_TOKEN} characters`));
    return jwt.claims.iss === OWN_ISSUER ? this.#own(jwt) : this.#signedIn(jwt, background);
  }

  async mint(claims: JwtFields): Promise<string> {
    const [{ kid, key }] = await this.#ring();
    const signed = `${jwtPart({ alg: OWN_ALGORITHM, typ: 'JWT', kid })}.${jwtPart(claims)}`;
    return `${signed}.${base64Url(await sign(key, signed))}`;
  }

  async #own(jwt: Jwt): Promise<Result<Identity, AuthError>> {
    const { header, claims } = jwt;
    const problem = headerProblem(header, [OWN_ALGORITHM]);
    if (problem !== undefined) return refused(problem);
    const expiry = claimsExpiry(claims, OWN_RULES, this.#clock.now());
    if (!expiry.ok) return expiry;
    const identity = ownIdentity(claims, expiry.value);
    if (!identity.ok) return identity;
    for (const { kid, key } of await this.#ring()) {
      if (header.kid !== undefined && header.kid !== kid) continue;
      if (await isSignedBy(key, 'HMAC', jwt)) return identity;
    }
    return refused(invalidToken("its signature is not this router's"));
  }

  async #signedIn(jwt: Jwt, background: Background): Promise<Result<Identity, AuthError>> {
    const { header, claims } = jwt;
    const signIn = signInOf(claims, this.#signIns);
    const keySet = signIn && this.#keySets.get(signIn.jwksUrl);
    if (signIn === undefined || keySet === undefined) {
      return refused(invalidToken('its issuer ("iss") is not among "issuers" in carryon.config.ts'));
    }
    // Everything that needs no key is checked first, so that a token that cannot be accepted reads no key set.
    const identity = signedInIdentity(header, claims, signIn, this.#clock.now());
    if (!identity.ok) return identity;
    const signature = await keySet.check(jwt, background);
    if (signature === 'good') return identity;
    if (signature === 'wrong') return refused(invalidToken("none of its issuer's keys made its signature"));
    return refused({ code: 'sign_in_unavailable', retryAfterMs: keySet.readAgainMs });
  }

  /** The key ring. Requests that arrive before it exists each make their own, because in workerd one cannot await another's promise. */
  async #ring(): Promise<TokenKeyRing> {
    this.#keys ??= await tokenKeyRing(this.#secrets);
    return this.#keys;
  }
}
