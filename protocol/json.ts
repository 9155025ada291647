/** The type and the test for JSON that has been parsed but not checked. */
import { isWrittenNumber } from './written-number.ts';

/** A parsed JSON object with unknown fields. */
export type Json = Record<string, unknown>;

/** True for an object. False for null, an array, and a number that is kept as it was written. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isWrittenNumber(value);

/** The value if it is a string that is not empty, otherwise undefined. */
export const nonEmpty = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The parsed value. Undefined if the string is not JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
