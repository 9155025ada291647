/** Encryption at rest: AES-GCM under the person's own key, bound to the row it belongs to. */
import type { Sealed } from './database.ts';
import type { Person } from './store.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytesOf = (text: string): number => encoder.encode(text).length;

/** Encrypts a text. `place` names its row, so a sealed text that was moved to another row does not open. */
export async function seal(person: Person, place: string, text: string): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(algorithm(person, place, iv), person.sealKey, encoder.encode(text));
  return { iv, sealed };
}

/** Decrypts a text; undefined if it is damaged, was moved, or was sealed with another key. */
export async function unseal(person: Person, place: string, { iv, sealed }: Sealed): Promise<string | undefined> {
  try {
    return decoder.decode(await crypto.subtle.decrypt(algorithm(person, place, iv), person.sealKey, sealed));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return undefined;
    // The stored value is not even bytes.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const algorithm = (person: Person, place: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams => ({
  name: 'AES-GCM',
  iv,
  additionalData: encoder.encode(`${person.part} ${place}`),
});

export async function sign(person: Person, text: string): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.sign('HMAC', person.signKey, encoder.encode(text))));
}

export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** A person's new keys. They are not extractable: a script of the page's origin may use them but cannot carry them away. */
export async function newKeys(): Promise<{ signKey: CryptoKey; sealKey: CryptoKey }> {
  const [signKey, sealKey] = await Promise.all([
    crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
    crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
  ]);
  return { signKey, sealKey };
}
