/** What a client needs in order to answer a call. Some servers leave out the id, the type or both (llama.cpp, Mistral at Azure). */
import { isObject, type Json, nonEmpty } from '../../../protocol/json.ts';

/** Gives the call an id and a type if it has none; true if it had not. `madeId`: for a call without an id. */
export function identify(call: Json, madeId: () => string): boolean {
  const type = isObject(call.custom) ? 'custom' : 'function';
  const isWhole = nonEmpty(call.id) !== undefined && call.type === type;
  if (isWhole) return false;
  call.id = nonEmpty(call.id) ?? madeId();
  call.type = type;
  return true;
}

/** At most 40 characters that every provider takes. Another answer gives other ids, because Anthropic wants each once in a conversation. */
export function madeCallId(answerId: unknown, choice: number, index: number): string {
  const answer = String(nonEmpty(answerId) ?? '')
    .replace(/[^\w-]/g, '')
    .slice(-20);
  return `call_${answer}_${choice}_${index}`;
}
