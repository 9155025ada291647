import { isObject, type Json } from '../../../protocol/json.ts';
import { mayHoldWrittenNumber, parseJson } from '../../../protocol/written-number.ts';
import { jsonText } from './json-text.ts';

/**
 * Some servers send a string of OpenAI's format as another JSON value: a call's arguments as an object, or a token such as `6` as a
 * number (Workers AI). Both are rewritten in place, with numbers as the model wrote them in `text`. Returns true if any were, and
 * undefined if they are nested too deeply.
 */
export function writeText(choices: readonly unknown[], text: string, field: Said): boolean | undefined {
  const places = placesIn(choices, field);
  if (!places.some(isNoText)) return false;
  let written = places;
  try {
    if (mayHoldWrittenNumber(text)) written = placesIn((parseJson(text) as { choices: unknown[] }).choices, field);
  } catch {
    return undefined;
  }
  for (const [index, place] of places.entries()) {
    if (!isNoText(place)) continue;
    const [object, name] = place;
    const value = jsonText((written[index] ?? place)[0][name]);
    if (value === undefined) return undefined;
    object[name] = value;
  }
  return true;
}

/** The field of a choice that is read. A choice without a delta has its message read. */
type Said = 'message' | 'delta';

type Place = readonly [Json, 'content' | 'arguments'];

/** A list of parts is content too, so only numbers count there. */
function isNoText([object, field]: Place): boolean {
  const value = object[field] ?? null;
  return field === 'content' ? typeof value === 'number' : typeof value !== 'string' && value !== null;
}

/** The contents of these choices and the arguments of their calls, in order. */
function placesIn(choices: readonly unknown[], field: Said): Place[] {
  const places: Place[] = [];
  for (const choice of choices) {
    const said = isObject(choice) ? (choice[field] ?? choice.message) : undefined;
    if (!isObject(said)) continue;
    places.push([said, 'content']);
    const calls: unknown[] = Array.isArray(said.tool_calls) ? said.tool_calls : [];
    for (const call of calls) {
      if (isObject(call) && isObject(call.function)) places.push([call.function, 'arguments']);
    }
    if (isObject(said.function_call)) places.push([said.function_call, 'arguments']);
  }
  return places;
}
