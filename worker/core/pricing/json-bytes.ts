import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';

/** The length of a value as JSON in UTF-8, or 0 for undefined. Throws a RangeError if the value is nested too deeply. */
export const jsonBytes = (value: unknown): number => (value === undefined ? 0 : utf8Bytes(JSON.stringify(value)));

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The length of a string inside the quotes of JSON, in UTF-8. Control characters and lone surrogates take six bytes. */
export function escapedBytes(text: string): number {
  let bytes = utf8Bytes(text);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE || unit === BACKSLASH) bytes++;
    else if (unit < 0x20) bytes += 5;
    else if ((unit & 0xf800) === 0xd800) {
      const isPair = unit < 0xdc00 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00;
      if (isPair) index++;
      else bytes += 3;
    }
  }
  return bytes;
}

/**
 * A bound for a tool call's arguments in every form in which they are sent: as they came, as a string inside JSON, or parsed and
 * written again (Anthropic takes an object). Numbers keep their digits, so the last form is never longer.
 */
export const argumentBytes = escapedBytes;
