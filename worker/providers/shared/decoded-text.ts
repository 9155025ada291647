import type { DataUrl } from '../../core/attachments.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The value of each letter by its code, or -1 for other characters. `-` and `_` belong to base64url. */
const VALUES = new Int8Array(128).fill(-1);
for (const [value, letter] of [...ALPHABET].entries()) VALUES[letter.charCodeAt(0)] = value;
[VALUES[0x2d], VALUES[0x5f]] = [62, 63];
const ESCAPES = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).padStart(2, '0')}`);
/** How many bytes are escaped at once. Escaping a document of megabytes as a whole would take many times its memory. */
const CHUNK_BYTES = 8_192;

/** The text in a data URL. Undefined if it is not valid base64 or not UTF-8. */
export function decodedText({ isBase64, data }: DataUrl): string | undefined {
  try {
    return isBase64 ? utf8Text(bytesOf(data)) : decodeURIComponent(data);
  } catch {
    return undefined;
  }
}

/** Decodes base64 by hand, because pure code has neither `atob` nor `TextDecoder`. */
function bytesOf(base64: string): Uint8Array {
  const letters = base64.replace(/\s+/g, '').replace(/={0,2}$/, '');
  const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4));
  let [bits, count, at] = [0, 0, 0];
  for (let index = 0; index < letters.length; index++) {
    const value = VALUES[letters.charCodeAt(index)] ?? -1;
    if (value < 0) throw new URIError('not base64');
    bits = ((bits << 6) | value) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = (bits >> count) & 0xff;
  }
  return bytes;
}

/** `decodeURIComponent` reads bytes written as `%XX` as UTF-8, and throws if they are not. */
function utf8Text(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + CHUNK_BYTES, bytes.length);
    // A chunk must not end in the middle of a character, whose further bytes begin with the bits 10.
    while (end < bytes.length && end > start + 1 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    const chunk = bytes.subarray(start, end);
    text += chunk.every((byte) => byte < 0x80) ? String.fromCharCode(...chunk) : escapedText(chunk);
    start = end;
  }
  return text;
}

function escapedText(bytes: Uint8Array): string {
  const escapes: string[] = [];
  for (const byte of bytes) escapes.push(ESCAPES[byte] ?? '');
  return decodeURIComponent(escapes.join(''));
}
