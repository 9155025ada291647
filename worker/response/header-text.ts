import { moreIn } from '../../protocol/field-names.ts';

/**
 * A header's text as its sender wrote it. Headers are bytes. Cloudflare reads them as UTF-8, but plain workerd as Latin-1, where the
 * UTF-8 bytes of "é" arrive as two characters. Bytes that form UTF-8 are read as UTF-8 here. An "é" in Latin-1 stays an "é".
 */
export function headerAsWritten(value: string): string {
  if (!/[\x80-\xff]/.test(value) || !UTF8_FORM.test(value)) return value;
  return new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(
    Uint8Array.from(value, (character) => character.charCodeAt(0)),
  );
}

/** Matches UTF-8 by RFC 3629. A decoder with `fatal` would not do: workerd's accepts a character that breaks off at the end. */
const UTF8_FORM = new RegExp(
  `^(?:${[
    '[\\x20-\\x7e\\t]',
    '[\\xc2-\\xdf][\\x80-\\xbf]',
    '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]',
    '[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}',
    '\\xed[\\x80-\\x9f][\\x80-\\xbf]',
    '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}',
    '[\\xf1-\\xf3][\\x80-\\xbf]{3}',
    '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
  ].join('|')})*$`,
);

const LONGEST = 512;
/** Room for `, +1999999 more`. */
const ROOM_FOR_COUNT = 15;

/**
 * A string from outside as a header value: printable ASCII of limited length. A list that is too long is cut at a comma, and ends with
 * the number of names left out. That number includes those that a `+N more` at the end of the list already stands for.
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
