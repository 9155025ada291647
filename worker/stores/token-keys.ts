/** The keys that sign and check the router's own tokens: imported once in an isolate, from `TOKEN_SECRET` or `KEY_SECRET`. */
import { base64Url, hmacKey, hmacSha256, sign } from './digest.ts';

export interface TokenSecrets {
  keySecret: string;
  keySecretOld: string | undefined;
  tokenSecret: string | undefined;
  tokenSecretOld: string | undefined;
}

export interface TokenKey {
  /** Tells keys apart, and nothing of their secret. */
  kid: string;
  key: CryptoKey;
}

export type TokenKeyRing = readonly [TokenKey, ...TokenKey[]];

const KID_BYTES = 6;
const encoder = new TextEncoder();

/** The first signs; tokens of the others are still accepted. Without `TOKEN_SECRET`, a token's secret is derived from a key's. */
export async function tokenKeyRing({
  keySecret,
  keySecretOld,
  tokenSecret,
  tokenSecretOld,
}: TokenSecrets): Promise<TokenKeyRing> {
  const first = tokenSecret === undefined ? await derived(keySecret) : bytesOf(tokenSecret);
  const older = [
    ...(tokenSecretOld === undefined ? [] : [bytesOf(tokenSecretOld)]),
    ...(tokenSecret === undefined && keySecretOld !== undefined ? [await derived(keySecretOld)] : []),
  ];
  return [await tokenKey(first), ...(await Promise.all(older.map(tokenKey)))];
}

const bytesOf = (secret: string) => encoder.encode(secret) as Uint8Array<ArrayBuffer>;
const derived = (keySecret: string) => hmacSha256(keySecret, 'carryon user tokens');

async function tokenKey(secret: Uint8Array<ArrayBuffer>): Promise<TokenKey> {
  const key = await hmacKey(secret);
  return { kid: base64Url((await sign(key, 'carryon token key id')).subarray(0, KID_BYTES)), key };
}
