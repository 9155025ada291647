/** Keys that contain a MAC, made with `KEY_SECRET`. A key that this router did not make is refused before any I/O. */
import { MAC_BYTES, RANDOM_BYTES, type SignedKey } from '../core/identity/key-format.ts';
import { base64Url, hex, hmacSha256, sha256 } from './digest.ts';
import { constantTimeEqual } from './same-secret.ts';

/** Creates a key. */
export async function newKey(prefix: 'sk' | 'pk' | 'ak', secret: string): Promise<string> {
  const signed = `${prefix}-${base64Url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)))}`;
  return signed + (await macOf(secret, signed));
}

/** True if one of our secrets made the MAC of the key. */
export async function isGenuine({ signed, mac }: SignedKey, secrets: readonly string[]): Promise<boolean> {
  for (const secret of secrets) if (constantTimeEqual(await macOf(secret, signed), mac)) return true;
  return false;
}

/** The hash that is stored instead of the key. */
export const hashOfKey = async (key: string): Promise<string> => hex(await sha256(key));

async function macOf(secret: string, signed: string): Promise<string> {
  const mac = await hmacSha256(secret, `carryon virtual key ${signed}`);
  return base64Url(mac.subarray(0, MAC_BYTES));
}
