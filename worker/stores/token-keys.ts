/** The keys that sign and check the router's own tokens. Each isolate imports them once, from `TOKEN_SECRET` or `KEY_SECRET`. */
import { base64Url, hmacKey, hmacSha256, sign } from './digest.ts';

/** The secrets that the keys come from. Tokens of an `…Old` secret are still accepted during a rotation. */
export interface TokenSecrets {
  keySecret: string;
  keySecretOld: string | undefined;
  tokenSecret: string | undefined;
  tokenSecretOld: string | undefined;
}

/** A key and its id. */
export interface TokenKey {
  /** Identifies the key, and reveals nothing about its secret. */
  kid: string;
  key: CryptoKey;
}

/** The first key signs. Tokens that any of them signed are accepted. */
export type TokenKeyRing = readonly [TokenKey, ...TokenKey[]];

const KID_BYTES = 6;
const encoder = new TextEncoder();

/** Imports the keys. Without `TOKEN_SECRET` they are derived from `KEY_SECRET`. */
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
