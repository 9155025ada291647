/** `from` and `to` of an audit row as JSON, of a bounded length. */

/** Room for every list that config can hold; a longer value is a mistake, and must not fill the object. */
export const LONGEST_VALUE = 16_384;
const SHOWN_OF_LONGER = 1_000;

/** What stands in an audit row for a value whose JSON is too long. */
export interface Shortened {
  /** The length of the whole JSON. */
  shortenedFrom: number;
  /** How that JSON begins, as a string: it is cut, so it is no JSON by itself. */
  begins: string;
}

/** Always whole JSON: a value that is too long is replaced by a `Shortened`. What JSON cannot say becomes null. */
export function auditValue(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  if (json.length <= LONGEST_VALUE) return json;
  // The cut may go through a surrogate pair.
  const begins = json.slice(0, SHOWN_OF_LONGER).replace(/[\uD800-\uDBFF]$/, '');
  return JSON.stringify({ shortenedFrom: json.length, begins } satisfies Shortened);
}
