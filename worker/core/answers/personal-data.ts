/** Whether a text shows personal data that can be told by its form. What it misses is cached; what it takes wrongly is not. */
import { MOST_SEARCHED_UNITS } from './bounded-pattern.ts';
import { hasCardNumber } from './card-number.ts';
import { hasIban } from './iban.ts';

/** From every `@` outwards, since an expression for the whole address would look for its beginning at every letter. */
const BEFORE_AT = /[\p{L}\p{N}._%+\-'"&!#$*/=?^`{|}~]$/u;
const AFTER_AT = /(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2}/uy;

export function hasEmail(text: string): boolean {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    AFTER_AT.lastIndex = at + 1;
    // Two units, because a letter may be a pair.
    if (BEFORE_AT.test(text.slice(Math.max(0, at - 2), at)) && AFTER_AT.test(text)) return true;
  }
  return false;
}

/** `own`: patterns from config, without the `g` flag. What is too long to be searched for these counts as seen. */
export function hasPersonalData(value: unknown, own: readonly RegExp[]): boolean {
  let unitsLeft = own.length === 0 ? Number.POSITIVE_INFINITY : MOST_SEARCHED_UNITS;
  return anyText(value, (text) => {
    unitsLeft -= text.length;
    if (unitsLeft < 0 || hasEmail(text) || hasCardNumber(text) || hasIban(text)) return true;
    return own.some((pattern) => pattern.test(text));
  });
}

/** Pictures and files: nothing can be seen in them, and among so many letters something always looks like a number. */
const BASE64_URL = /^data:[^,\s]{0,200};base64,[A-Za-z0-9+/=_-]*$/u;

/** Every text in the value, names of fields included. What is as deep as nobody writes it counts as seen. */
function anyText(value: unknown, isSeen: (text: string) => boolean, depth = 0): boolean {
  if (typeof value === 'string') return !BASE64_URL.test(value) && isSeen(value);
  // A card's number may come as a number.
  if (typeof value === 'number') return isSeen(String(value));
  if (typeof value !== 'object' || value === null) return false;
  if (depth > 256) return true;
  if (Array.isArray(value)) return value.some((item) => anyText(item, isSeen, depth + 1));
  return Object.entries(value).some(([name, item]) => isSeen(name) || anyText(item, isSeen, depth + 1));
}
