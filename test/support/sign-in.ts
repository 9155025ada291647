/** A team's sign-in for tests. Another implementation than the router's (jose) makes and uses its keys. */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

export interface SignInKey {
  kid: string | undefined;
  algorithm: Algorithm;
  privateKey: CryptoKey;
  /** The key in the form of the key set. */
  jwk: JWK;
}

/** `kid`: undefined for a key that has none. */
export async function makeKey(
  kid: string | undefined,
  algorithm: Algorithm = 'ES256',
  more: JWK = {},
): Promise<SignInKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = {
    ...(await exportJWK(publicKey)),
    ...(kid !== undefined && { kid }),
    alg: algorithm,
    use: 'sig',
    ...more,
  };
  return { kid, algorithm, privateKey, jwk };
}

export const keySetOf = (...keys: readonly SignInKey[]) => ({ keys: keys.map(({ jwk }) => jwk) });

/** Signs claims. `header`: fields that override the key's own. */
export const signWith = (
  { kid, algorithm, privateKey }: SignInKey,
  claims: object,
  header: object = {},
): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: algorithm, ...(kid !== undefined && { kid }), ...header })
    .sign(privateKey);
