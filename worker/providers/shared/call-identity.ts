/**
 * Gives a call what a client needs in order to answer it. Some servers leave out the id, the type or both (llama.cpp, Mistral at
 * Azure).
 */
import { isObject, type Json, nonEmpty } from '../../../protocol/json.ts';

/** Gives the call an id and a type if it lacks one. Returns true if it did. `madeId` makes the id of a call without one. */
export function ensureCallIdentity(call: Json, madeId: () => string): boolean {
  const type = isObject(call.custom) ? 'custom' : 'function';
  const isWhole = nonEmpty(call.id) !== undefined && call.type === type;
  if (isWhole) return false;
  call.id = nonEmpty(call.id) ?? madeId();
  call.type = type;
  return true;
}

/**
 * An id of at most 40 characters that every provider takes. Each answer gets other ids, because Anthropic accepts an id only once in a
 * conversation.
 */
export function madeCallId(answerId: unknown, choice: number, index: number): string {
  const answer = String(nonEmpty(answerId) ?? '')
    .replace(/[^\w-]/g, '')
    .slice(-20);
  return `call_${answer}_${choice}_${index}`;
}
