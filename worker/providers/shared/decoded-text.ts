import type { DataUrl } from '../../core/attachments.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** By the code of a letter; -1 for what is none. `-` and `_` are base64url's. */
const VALUES = new Int8Array(128).fill(-1);
for (const [value, letter] of [...ALPHABET].entries()) VALUES[letter.charCodeAt(0)] = value;
[VALUES[0x2d], VALUES[0x5f]] = [62, 63];
const ESCAPES = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).padStart(2, '0')}`);
/** Read at once: a document has megabytes, which escaped as a whole would take many times their own memory. */
const CHUNK_BYTES = 8_192;

/** The text in a data URL; undefined where it is not base64, or not UTF-8. */
export function decodedText({ isBase64, data }: DataUrl): string | undefined {
  try {
    return isBase64 ? utf8Text(bytesOf(data)) : decodeURIComponent(data);
  } catch {
    return undefined;
  }
}

/** This room has neither `atob` nor `TextDecoder`. */
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

/** `decodeURIComponent` reads bytes as UTF-8 where they are written as `%XX`, and throws where they are none. */
function utf8Text(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + CHUNK_BYTES, bytes.length);
    // Not in the middle of a character: its further bytes begin with the bits 10.
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
