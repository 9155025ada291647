/** The keys that sign and check the router's own tokens, imported once an isolate from `TOKEN_SECRET` or `KEY_SECRET`. */
import { base64Url, hmacKey, hmacSha256, sign } from './digest.ts';

/** The secrets they come from; `…Old`: still accepted during a rotation. */
export interface TokenSecrets {
  keySecret: string;
  keySecretOld: string | undefined;
  tokenSecret: string | undefined;
  tokenSecretOld: string | undefined;
}

/** One key. */
export interface TokenKey {
  /** Identifies the key and reveals nothing of its secret. */
  kid: string;
  key: CryptoKey;
}

/** The first signs; all are accepted. */
export type TokenKeyRing = readonly [TokenKey, ...TokenKey[]];

const KID_BYTES = 6;
const encoder = new TextEncoder();

/** Without `TOKEN_SECRET` the token keys are derived from `KEY_SECRET`. */
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
