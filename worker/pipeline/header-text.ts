import { moreIn } from '../../protocol/field-names.ts';

/**
 * A header's text as its sender wrote it. Headers are bytes: Cloudflare reads them as UTF-8, plain workerd as Latin-1, so there
 * "é" in UTF-8 comes as two characters. What is UTF-8 by its form is taken as that; whoever sends Latin-1 still says "é".
 */
export function headerAsWritten(value: string): string {
  if (!/[\x80-\xff]/.test(value) || /[\u0100-\uffff]/.test(value)) return value;
  try {
    return UTF8.decode(Uint8Array.from(value, (character) => character.charCodeAt(0)));
  } catch {
    return value;
  }
}
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const LONGEST = 512;
/** For `, +1999999 more`. */
const ROOM_FOR_COUNT = 15;

/**
 * A string from outside as a header value: printable ASCII, bounded. A list ends at a comma, and says how many more there are,
 * counting those that a `+N more` at its end stands for already.
 */
export const headerText = (text: string): string =>
  /^[\x20-\x7e]{0,512}$/.test(text) ? text : shortened(text.replace(/[^\x20-\x7e]/g, '?'));

function shortened(text: string): string {
  if (text.length <= LONGEST) return text;
  const names = text.split(', ');
  if (names.length === 1) return text.slice(0, LONGEST);
  const end = text.lastIndexOf(', ', LONGEST - ROOM_FOR_COUNT);
  const kept = end > 0 ? text.slice(0, end) : `${text.slice(0, LONGEST - ROOM_FOR_COUNT - 3)}...`;
  const cut = names.length - kept.split(', ').length;
  const more = moreIn(names.at(-1));
  return `${kept}, +${more === 0 ? cut : cut - 1 + more} more`;
}
