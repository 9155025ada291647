/** Parses a JWT (RFC 7515, compact form). Nothing in it can be trusted before its signature is checked. */
import { type JwtFields, LONGEST_TOKEN } from '../core/identity/token-claims.ts';
import { base64Url } from './digest.ts';

/** The parts of a JWT. */
export interface Jwt {
  header: JwtFields;
  claims: JwtFields;
  /** The bytes that the signature covers. */
  signed: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
}

const FORM = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/;
const encoder = new TextEncoder();
// `fatal` would not help: workerd accepts a character that breaks off at the end even then. A name with U+FFFD is refused later.
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** Undefined if the string is not a signed JWT. */
export function parseJwt(token: string): Jwt | undefined {
  if (token.length > LONGEST_TOKEN) return undefined;
  const [, header, claims, signature] = FORM.exec(token) ?? [];
  if (header === undefined || claims === undefined || signature === undefined) return undefined;
  try {
    const bytes = bytesOf(binaryOf(signature));
    // The last character may carry spare bits, which would allow several spellings of one signature.
    if (base64Url(bytes) !== signature) return undefined;
    const signed = encoder.encode(token.slice(0, token.length - signature.length - 1)) as Uint8Array<ArrayBuffer>;
    return { header: fieldsOf(header), claims: fieldsOf(claims), signed, signature: bytes };
  } catch {
    return undefined;
  }
}

/** True if the key made the signature. workerd throws if the signature's length is wrong for the algorithm, which here means false. */
export const isSignedBy = (
  key: CryptoKey,
  algorithm: string | { name: string; hash?: string },
  { signature, signed }: Pick<Jwt, 'signature' | 'signed'>,
): Promise<boolean> => crypto.subtle.verify(algorithm, key, signature, signed).catch(() => false);

/** Header or claims, encoded for a token. */
export const jwtPart = (fields: JwtFields): string => base64Url(encoder.encode(JSON.stringify(fields)));

const binaryOf = (text: string): string => atob(text.replaceAll('-', '+').replaceAll('_', '/'));

function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

function fieldsOf(part: string): JwtFields {
  const binary = binaryOf(part);
  // Most are ASCII, which needs no decoding.
  const fields: unknown = JSON.parse(/[\x80-\xff]/.test(binary) ? decoder.decode(bytesOf(binary)) : binary);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw new Error('no JSON object');
  return fields as JwtFields;
}
