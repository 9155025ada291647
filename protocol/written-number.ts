/**
 * Numbers that JavaScript would write differently: an id above 2^53 loses its last digits, and `1.0` loses its fraction. In free-form
 * fields they stay as the client or the model wrote them, as raw JSON that `JSON.stringify` writes unchanged.
 */

/** ECMAScript's "JSON.parse source text access", which TypeScript's library does not list yet. */
interface SourceText {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): WrittenNumber;
  /** Missing in browsers before 2025. They cannot parse a body that may need it. */
  isRawJSON?(value: unknown): boolean;
}

/** The result of `JSON.rawJSON`, which is used only for numbers. */
export interface WrittenNumber {
  readonly rawJSON: string;
}

const json = JSON as unknown as SourceText;

/** True for a number that is kept as it was written. */
export const isWrittenNumber = (value: unknown): value is WrittenNumber => json.isRawJSON?.(value) === true;

/** Matches a number that JavaScript may write differently: -0, 16 characters or more, an exponent, a last 0 in the fraction, below 1e-6. */
const MAY_CHANGE = /[[,:]\s*(?:-0(?![.\d])|-?\d[\d.]{15}|-?\d+(?:\.\d+)?[eE]|-?\d+\.\d*0(?!\d)|-?0\.000000)/;

/** True if the JSON text may hold such a number. A string that looks like one costs only time. */
export const mayHoldWrittenNumber = (text: string): boolean => MAY_CHANGE.test(text);

/** Works like `JSON.parse`, but keeps such numbers as they were written. It also throws a RangeError for very deep nesting. */
export const parseJson = (text: string): unknown =>
  mayHoldWrittenNumber(text) ? json.parse(text, asWritten) : JSON.parse(text);

const asWritten = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value;

/** The canonical text of a number: that of RFC 8785 if a double holds the same number, otherwise the number as it was written. */
export function canonicalNumber({ rawJSON: written }: WrittenNumber): string {
  const value = Number(written);
  if (!Number.isFinite(value)) return written;
  const canonical = JSON.stringify(value);
  return decimal(canonical) === decimal(written) ? canonical : written;
}

/** The same string for all spellings of one decimal number: its digits without outer zeros, and the power of ten. */
function decimal(number: string): string {
  const [mantissa = '', exponent = '0'] = number.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  let from = 0;
  while (digits[from] === '0') from++;
  let to = digits.length;
  while (to > from && digits[to - 1] === '0') to--;
  if (from === to) return '0';
  const power = Number(exponent) - fraction.length + digits.length - to;
  return `${mantissa.startsWith('-') ? '-' : ''}${digits.slice(from, to)}e${power}`;
}
