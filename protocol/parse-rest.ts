import { isObject } from './json.ts';
import { expectedProblem, isTooDeep, type Problem, tooDeep } from './parse-problem.ts';

/** The published types of fields that Carryon only passes on. */
const SHAPES: Readonly<Record<string, 'string' | 'boolean' | 'object' | 'array' | 'word-or-object'>> = {
  audio: 'object',
  function_call: 'word-or-object',
  functions: 'array',
  modalities: 'array',
  moderation: 'object',
  prediction: 'object',
  prompt_cache_key: 'string',
  prompt_cache_options: 'object',
  prompt_cache_retention: 'string',
  safety_identifier: 'string',
  service_tier: 'string',
  store: 'boolean',
  verbosity: 'string',
  web_search_options: 'object',
};

const RIGHT = {
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
  'word-or-object': '"none", "auto" or an object with a "name"',
};

/** Checks the type of a documented field that is only passed on. An unknown field may be anything. */
export function checkRest(key: string, value: unknown): Problem | undefined {
  const shape = Object.hasOwn(SHAPES, key) ? SHAPES[key] : undefined;
  switch (shape) {
    case undefined:
      break;
    case 'array':
      if (!Array.isArray(value)) return expectedProblem(key, RIGHT.array, value);
      break;
    case 'object':
      if (!isObject(value)) return expectedProblem(key, RIGHT.object, value);
      break;
    case 'word-or-object':
      if (typeof value !== 'string' && !isObject(value)) return expectedProblem(key, RIGHT[shape], value);
      break;
    default:
      if (typeof value !== shape) return expectedProblem(key, RIGHT[shape], value);
  }
  return isTooDeep(value) ? tooDeep(key) : undefined;
}
