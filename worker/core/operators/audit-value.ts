/** Writes `from` and `to` of an audit row as JSON of a bounded length. */

/** Enough for every list that config can hold. A longer value is a mistake and must not fill the object. */
export const LONGEST_VALUE = 16_384;
const SHOWN_OF_LONGER = 1_000;

/** Replaces a value in an audit row if its JSON is too long. */
export interface Shortened {
  /** The length of the whole JSON. */
  shortenedFrom: number;
  /** The beginning of that JSON, as a string. */
  begins: string;
}

/** Always valid JSON: a value that is too long becomes a `Shortened`, and what JSON cannot express becomes null. */
export function auditValue(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  if (json.length <= LONGEST_VALUE) return json;
  // The cut may split a surrogate pair.
  const begins = json.slice(0, SHOWN_OF_LONGER).replace(/[\uD800-\uDBFF]$/, '');
  return JSON.stringify({ shortenedFrom: json.length, begins } satisfies Shortened);
}
