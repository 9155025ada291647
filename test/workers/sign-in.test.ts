/** Sign-in tokens in workerd, whose WebCrypto is not Node's: every token is judged, and none throws. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignIn } from '../../worker/core/config/config.ts';
import type { SignInAlgorithm } from '../../worker/core/config/issuers-schema.ts';
import { base64Url } from '../../worker/stores/digest.ts';
import { jwtPart } from '../../worker/stores/jwt.ts';
import { WEB_CRYPTO } from '../../worker/stores/read-key-set.ts';
import { TokenStore } from '../../worker/stores/tokens.ts';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;
const SIGN_IN: SignIn = {
  ...{ issuer: 'https://team.example/', jwksUrl: 'https://team.example/jwks', audience: 'router', tenant: 'acme' },
  ...{ userClaim: 'sub', features: null, algorithms: ALGORITHMS },
};
const CLAIMS = { iss: SIGN_IN.issuer, aud: 'router', sub: 'ana', exp: 4_000_000_000 };
const clock = {
  now: () => Date.now(),
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
const behind = () => {};

const storeOf = (keySet: unknown) =>
  new TokenStore(
    { keySecret: 'k', keySecretOld: undefined, tokenSecret: undefined, tokenSecretOld: undefined },
    [SIGN_IN],
    { clock, events: () => {}, fetch: async () => Response.json(keySet) },
  );

async function makePair(algorithm: SignInAlgorithm) {
  const rsa = algorithm === 'RS256' && { modulusLength: 2_048, publicExponent: new Uint8Array([1, 0, 1]) };
  const made = await crypto.subtle.generateKey({ ...WEB_CRYPTO[algorithm], ...rsa }, true, ['sign', 'verify']);
  const { privateKey, publicKey } = made as CryptoKeyPair;
  const jwk = { ...((await crypto.subtle.exportKey('jwk', publicKey)) as JsonWebKey), kid: algorithm };
  const text = `${jwtPart({ alg: algorithm, kid: algorithm })}.${jwtPart(CLAIMS)}`;
  const signature = await crypto.subtle.sign(WEB_CRYPTO[algorithm], privateKey, new TextEncoder().encode(text));
  return { jwk, token: `${text}.${base64Url(new Uint8Array(signature))}` };
}

const pairs = await Promise.all(ALGORITHMS.map(makePair));
const keys = pairs.map(({ jwk }) => jwk);
const codeOf = async (store: TokenStore, token: string) => {
  const found = await store.find(token, behind);
  return found.ok ? found.value.user : found.error.code;
};

describe('in workerd', () => {
  it('each algorithm is checked', async () => {
    const store = storeOf({ keys });
    for (const { token } of pairs) expect(await codeOf(store, token)).toBe('ana');
  });

  it('a token of which anything is another is refused by name', async () => {
    const store = storeOf({ keys });
    const bytes = fc.uint8Array({ maxLength: 600 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...pairs),
        fc.constantFrom(0, 1, 2),
        bytes,
        fc.nat(),
        async (pair, which, other, at) => {
          const parts = pair.token.split('.');
          const part = parts[which] ?? '';
          // In turn: a part replaced by other bytes, one character changed, and a part cut short.
          const changed = [
            base64Url(other),
            part.slice(0, at % part.length) +
              (part[at % part.length] === 'A' ? 'B' : 'A') +
              part.slice((at % part.length) + 1),
            part.slice(0, at % part.length),
          ];
          for (const forged of changed) {
            const token = parts.with(which, forged).join('.');
            if (token !== pair.token) expect(await codeOf(store, token)).toMatch(/^(?:invalid_token|token_expired)$/);
          }
        },
      ),
    );
  });

  it('a key set of which anything is another opens nothing that it should not', async () => {
    const odd = fc.oneof(
      fc.constantFrom('', 'AA', 'AQAB', 'Aw', 'not base64!', 'A'.repeat(3_000)),
      fc.string(),
      fc.jsonValue(),
    );
    const member = fc.constantFrom('kty', 'crv', 'n', 'e', 'x', 'y', 'alg', 'use', 'kid', 'key_ops');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1, 2),
        fc.dictionary(member, odd, { minKeys: 1, maxKeys: 3 }),
        async (which, more) => {
          const changed = keys.with(which, { ...keys[which], ...more } as JsonWebKey & { kid: SignInAlgorithm });
          const store = storeOf({ keys: changed });
          for (const [at, { token }] of pairs.entries()) {
            const code = await codeOf(store, token);
            if (at === which) expect(['ana', 'invalid_token']).toContain(code);
            else expect(code).toBe('ana');
          }
        },
      ),
    );
  });
});
