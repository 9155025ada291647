/** JSON that was parsed and not checked yet: the one type and the one test for it. */
import { isWrittenNumber } from './written-number.ts';

/** A parsed JSON object of which nothing is known. */
export type Json = Record<string, unknown>;

/** True for an object; false for null, an array, and a number that is kept as it was written. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isWrittenNumber(value);

/** The value where it is a string with something in it, else undefined. */
export const nonEmpty = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The parsed text; undefined where it is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
