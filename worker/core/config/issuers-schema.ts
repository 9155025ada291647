/** A team's own sign-in, whose tokens are accepted like Carryon's own (docs/tokens.md). */
import * as z from 'zod/mini';
import { OWN_ISSUER } from '../identity/own-issuer.ts';
import { settings, slug } from './settings.ts';
import { clientTenant } from './tenant-name.ts';
import { isKeySetUrl } from './urls.ts';

/** Algorithms whose signatures can be checked with a public key. */
const SIGN_IN_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;
/** One of `SIGN_IN_ALGORITHMS`. */
export type SignInAlgorithm = (typeof SIGN_IN_ALGORITHMS)[number];

const text = (what: string) =>
  z
    .string()
    .check(
      z.regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, `write ${what}, at most 200 characters, none of them a control character`),
    );

const issuer = settings({
  /** The exact `iss` of the sign-in's tokens. */
  issuer: text('the issuer as its tokens name it, such as "https://sign-in.example.com/"').check(
    z.refine((name) => name !== OWN_ISSUER, `"${OWN_ISSUER}" is the issuer of the router's own tokens`),
  ),
  /** An address, not the name of a variable, because it is public. */
  jwksUrl: z.string().check(
    z.maxLength(2_000, 'write at most 2,000 characters'),
    z.refine((url) => isKeySetUrl(url, true), 'write the https:// address of its JWKS (http:// only to this machine)'),
  ),
  /** The `aud` of the sign-in's tokens. */
  audience: text('the audience of its tokens for this router'),
  tenant: clientTenant,
  /** The claim that names the user. */
  userClaim: z._default(text('the claim that names the user'), 'sub'),
  /** The features that the sign-in's users may use. Defaults to all. */
  features: z.optional(z.array(slug).check(z.minLength(1, 'name a feature, or leave it out for all'))),
  algorithms: z._default(
    z
      .array(z.enum(SIGN_IN_ALGORITHMS, { error: `write ${SIGN_IN_ALGORITHMS.map((name) => `"${name}"`).join(', ')}` }))
      .check(z.minLength(1, 'name an algorithm, or leave it out for all three')),
    [...SIGN_IN_ALGORITHMS],
  ),
});

/** Config's `issuers` section. */
export const issuers = z._default(z.array(issuer).check(z.maxLength(20, 'write at most 20')), []);

type CheckedIssuers = z.output<typeof issuers>;

/** Problems between issuers that are each valid alone. */
export function* issuerProblems(
  all: CheckedIssuers,
  features: readonly string[],
): Generator<{ path: (string | number)[]; message: string }> {
  for (const [index, { issuer, audience, features: named = [] }] of all.entries()) {
    const path = ['issuers', index];
    const first = all.findIndex((other) => other.issuer === issuer && other.audience === audience);
    if (first !== index) {
      yield {
        path,
        message: `has the same issuer and audience as issuers[${first}], so a token could not tell them apart`,
      };
    }
    for (const [at, feature] of named.entries()) {
      if (features.includes(feature)) continue;
      yield { path: [...path, 'features', at], message: `"${feature}" is not one of features: ${features.join(', ')}` };
    }
  }
}
