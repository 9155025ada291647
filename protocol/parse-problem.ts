import type { FieldNames } from './field-names.ts';
import type { Json } from './json.ts';
import { isWrittenNumber } from './written-number.ts';

/** What is wrong with a body: the field, and what would be right. It is a value and never thrown. */
export class Problem {
  readonly param: string;
  readonly message: string;

  constructor(param: string, message: string) {
    this.param = param;
    this.message = message;
  }

  /** The same problem, with the path of the object that holds `param` in front. So a path is built only if something is wrong. */
  under(parent: string): Problem {
    if (this.param === '') return new Problem(parent, this.message);
    return new Problem(this.param.startsWith('[') ? parent + this.param : `${parent}.${this.param}`, this.message);
  }
}

/** True if a value is given. `null` means "not given" everywhere, because SDKs send it for options that were never set. */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** A problem that says what would be right, and describes the value that was sent. */
export const expectedProblem = (param: string, right: string, value: unknown): Problem =>
  new Problem(param, `must be ${right}, but is ${describe(value)}`);

/** Describes a value without repeating it, because prompts and keys must not end up in error messages. */
function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (value === '') return 'an empty string';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isWrittenNumber(value)) return 'a number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Free-form JSON can be nested deeply enough to break code that walks it (`JSON.stringify` gives up near 4,000 levels). */
const DEEPEST = 200;

/** True if a value is nested too deeply to be walked safely. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= DEEPEST) return true;
  for (const key in value) if (isTooDeep((value as Json)[key], depth + 1)) return true;
  return false;
}

/** The problem of a value that is nested too deeply. */
export const tooDeep = (param: string): Problem => new Problem(param, `is nested more than ${DEEPEST} levels deep`);

/** The object itself if it has only `keys` and none of them is null, otherwise a copy with only those. */
export function onlyFields(
  source: Json,
  keys: ReadonlySet<string>,
  where: string,
  stripped: FieldNames,
  silently?: ReadonlySet<string>,
): Json {
  for (const key in source) {
    if (!keys.has(key) || source[key] === null) return keepFields(source, keys, where, stripped, silently);
  }
  return source;
}

/** A copy of `source` with only `keys`, without null values. Other fields are added to `stripped` under the path `where`. */
export function keepFields(
  source: Json,
  keys: ReadonlySet<string>,
  where: string,
  stripped: FieldNames,
  silently?: ReadonlySet<string>,
): Json {
  const kept: Json = {};
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (keys.has(key)) {
      if (value !== null || key === 'content') kept[key] = value;
    } else if (value !== null && !silently?.has(key)) stripped.add(`${where}.${key}`);
  }
  return kept;
}
