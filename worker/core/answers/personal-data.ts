/** Recognizes personal data by its form. What it misses is cached. What it wrongly recognizes is not. */
import { MOST_SEARCHED_UNITS } from './bounded-pattern.ts';
import { hasCardNumber } from './card-number.ts';
import { hasIban } from './iban.ts';

/** The search goes outwards from each `@`, because an expression for a whole address would try to begin at every letter. */
const BEFORE_AT = /[\p{L}\p{N}._%+\-'"&!#$*/=?^`{|}~]$/u;
const AFTER_AT = /(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2}/uy;

/** True if the text contains an e-mail address. */
export function hasEmail(text: string): boolean {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    AFTER_AT.lastIndex = at + 1;
    // Two UTF-16 units, because a letter may be a surrogate pair.
    if (BEFORE_AT.test(text.slice(Math.max(0, at - 2), at)) && AFTER_AT.test(text)) return true;
  }
  return false;
}

/**
 * True if the value contains personal data. `own` has patterns from config, without the `g` flag. A value that is too long to search
 * with them counts as personal data.
 */
export function hasPersonalData(value: unknown, own: readonly RegExp[]): boolean {
  let unitsLeft = own.length === 0 ? Number.POSITIVE_INFINITY : MOST_SEARCHED_UNITS;
  return anyText(value, (text) => {
    unitsLeft -= text.length;
    if (unitsLeft < 0 || hasEmail(text) || hasCardNumber(text) || hasIban(text)) return true;
    return own.some((pattern) => pattern.test(text));
  });
}

/** A picture or file. Nothing can be recognized in it, and a text that long always contains something like a card number. */
const BASE64_URL = /^data:[^,\s]{0,200};base64,[A-Za-z0-9+/=_-]*$/u;

/** True if any string in the value matches, including field names. An absurdly deep value counts as personal data. */
function anyText(value: unknown, matches: (text: string) => boolean, depth = 0): boolean {
  if (typeof value === 'string') return !BASE64_URL.test(value) && matches(value);
  // A card number may be a JSON number.
  if (typeof value === 'number') return matches(String(value));
  if (typeof value !== 'object' || value === null) return false;
  if (depth > 256) return true;
  if (Array.isArray(value)) return value.some((item) => anyText(item, matches, depth + 1));
  return Object.entries(value).some(([name, item]) => matches(name) || anyText(item, matches, depth + 1));
}
