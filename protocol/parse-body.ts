import type { Json } from './json.ts';
import { isWrittenNumber, mayHoldWrittenNumber, parseJson } from './written-number.ts';

/** Fields that hold no free-form number. Their own numbers are checked, and are sent as JavaScript writes them. */
const WITHOUT_FREE_FORM = new Set([
  'model',
  'messages',
  'prompt',
  'user',
  'metadata',
  'stream',
  'stream_options',
  'temperature',
  'top_p',
  'n',
  'max_tokens',
  'max_completion_tokens',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'stop',
  'logprobs',
  'top_logprobs',
  'logit_bias',
]);

/** `parseChat` refuses or removes free-form JSON that is nested deeper. */
const DEEPEST = 256;

/**
 * Parses a request's JSON. Numbers in free-form fields stay as they were written, and halves of surrogate pairs, which UTF-8 cannot
 * carry, become U+FFFD. Throws what `JSON.parse` throws.
 */
export function parseBody(text: string): unknown {
  const body: unknown = JSON.parse(text);
  if (!isJsonObject(body)) return body;
  restoreNumbers(body, text);
  return mayHoldHalfPair(text) ? wellFormedBody(body) : body;
}

/** Parses the arguments of a tool call, which are JSON in a string, in the same way. */
export function parseArguments(text: string): unknown {
  const value = parseJson(text);
  return mayHoldHalfPair(text) ? wellFormed(value, 0) : value;
}

/** UTF-8 cannot hold half of a pair, so a half can only be written as an escape. */
const mayHoldHalfPair = (text: string): boolean => text.includes('\\ud') || text.includes('\\uD');

const isJsonObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parsing with the text of every number is slow, so only a body that may need it is parsed a second time. */
function restoreNumbers(body: Json, text: string): void {
  const names = Object.keys(body).filter((name) => !WITHOUT_FREE_FORM.has(name) && holdsNumber(body[name], 0));
  if (names.length === 0 || !mayHoldWrittenNumber(text)) return;
  let written: Json;
  try {
    written = parseJson(text) as Json;
  } catch (error) {
    // The body is nested too deeply for this. `parseChat` will say where.
    if (error instanceof RangeError) return;
    throw error;
  }
  for (const name of names) if (name !== '__proto__') body[name] = written[name];
}

function holdsNumber(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return true;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return false;
  for (const key in value) if (holdsNumber((value as Json)[key], depth + 1)) return true;
  return false;
}

/** Mends everything but `user`, which is refused later: if different halves became one character, two people would become one. */
function wellFormedBody(body: Json): Json {
  const { user } = body;
  const mended = wellFormed(body, 0) as Json;
  if (user !== undefined) mended.user = user;
  return mended;
}

/** Replaces halves of pairs by U+FFFD. Changes the value in place. */
function wellFormed(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null || isWrittenNumber(value) || depth > DEEPEST) return value;
  const inside = value as Json;
  let renames = false;
  for (const key in inside) {
    inside[key] = wellFormed(inside[key], depth + 1);
    renames ||= !key.isWellFormed();
  }
  if (!renames) return inside;
  return Object.fromEntries(Object.entries(inside).map(([key, inner]) => [key.toWellFormed(), inner]));
}
