import type { DataUrl } from '../core/attachments.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The text in a data URL; undefined where it is not base64, or not UTF-8. */
export function decodedText({ isBase64, data }: DataUrl): string | undefined {
  try {
    return decodeURIComponent(isBase64 ? percentEncoded(data) : data);
  } catch {
    return undefined;
  }
}

/** Bytes as `%XX`, so that `decodeURIComponent` reads them as UTF-8: this room has neither `atob` nor `TextDecoder`. */
function percentEncoded(base64: string): string {
  let text = '';
  let bits = 0;
  let count = 0;
  for (const letter of base64.replace(/\s/g, '').replace(/={0,2}$/, '')) {
    const value = ALPHABET.indexOf(letter === '-' ? '+' : letter === '_' ? '/' : letter);
    if (value < 0) throw new URIError('not base64');
    bits = ((bits << 6) | value) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    text += `%${((bits >> count) & 0xff).toString(16).padStart(2, '0')}`;
  }
  return text;
}
