/** Puts a stream's chunks together into one completion, as an OpenAI client does, so that the answer can be kept in one piece. */

import type { ChatChunk, ChatChunkChoice, ChatCompletion } from './chat.ts';
import { isObject, type Json } from './json.ts';

/** Takes chunks as they pass, and keeps their content, not the chunks. */
export class StreamedCompletion {
  readonly #about: Json = {};
  readonly #choices = new Map<number, StreamedChoice>();

  add(chunk: ChatChunk): void {
    // The router's own fields are about one request, not about the answer.
    const { choices, object, carryon, carryon_cost_usd, ...about } = chunk as ChatChunk & Json;
    for (const [name, value] of Object.entries(about)) {
      if (name !== '__proto__' && (value !== null || !(name in this.#about))) this.#about[name] = value;
    }
    for (const choice of choices) this.#choice(choice.index ?? 0).add(choice);
  }

  /** The completion. Undefined if the answer broke off, so that there is no choice, or a choice has no `finish_reason`. */
  whole(): ChatCompletion | undefined {
    const choices = [...this.#choices].toSorted(([one], [other]) => one - other).map(([, choice]) => choice.whole());
    if (choices.length === 0 || choices.some(({ finish_reason }) => finish_reason === null)) return undefined;
    const { usage, ...about } = this.#about;
    const completion = { ...about, object: 'chat.completion', choices, ...(isObject(usage) && { usage }) };
    return completion as unknown as ChatCompletion;
  }

  #choice(index: number): StreamedChoice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const choice = new StreamedChoice(index);
    this.#choices.set(index, choice);
    return choice;
  }
}

interface StreamedCall {
  index: number;
  fields: Json;
}

class StreamedChoice {
  readonly #index: number;
  readonly #message: Json = {};
  readonly #others: Json = {};
  readonly #calls: StreamedCall[] = [];
  #reason: unknown = null;

  constructor(index: number) {
    this.#index = index;
  }

  add({ index: _, delta, finish_reason: reason, ...others }: ChatChunkChoice): void {
    if (reason) this.#reason = reason;
    extend(this.#others, others);
    if (!isObject(delta)) return;
    const { tool_calls: calls, ...said } = delta as Json;
    extend(this.#message, said);
    for (const [place, call] of (Array.isArray(calls) ? calls : []).entries()) {
      if (isObject(call)) this.#addCall(call, place);
    }
  }

  whole(): Json {
    const calls = this.#calls.toSorted((one, other) => one.index - other.index).map(({ fields }) => fields);
    const message: Json = { ...this.#message, role: 'assistant', content: this.#message.content ?? null };
    if (calls.length > 0) message.tool_calls = calls;
    // Streams begin with an empty string, even if only a call or a refusal follows.
    const saysElse = calls.length > 0 || message.function_call !== undefined || Boolean(message.refusal);
    if (message.content === '' && saysElse) message.content = null;
    return { ...this.#others, index: this.#index, message, finish_reason: this.#reason };
  }

  /** Adds a part of a call. Some providers give several calls the same index, or none, so a new id with a name begins a new call. */
  #addCall({ index, ...fields }: Json, place: number): void {
    const number = typeof index === 'number' ? index : place;
    const begun = this.#calls.findLast((call) => call.index === number);
    const { id, function: called } = fields;
    const isOther = begun !== undefined && id && id !== begun.fields.id && isObject(called) && called.name;
    if (begun !== undefined && !isOther) extend(begun.fields, fields);
    else this.#calls.push({ index: number, fields: extend({ type: 'function' }, fields) });
  }
}

/** Fields that arrive in one piece. A later chunk only repeats them. */
const SAID_ONCE = new Set(['role', 'id', 'type', 'name']);

/** Adds fields to known ones. Strings and lists are continued. Null and empty strings change nothing. Any other value replaces the old. */
function extend(known: Json, more: Json): Json {
  for (const [name, value] of Object.entries(more)) {
    const before = known[name];
    if (name === '__proto__' || (before && (value === null || value === ''))) continue;
    if (typeof value === 'string' && typeof before === 'string' && !SAID_ONCE.has(name)) known[name] = before + value;
    else if (Array.isArray(value)) {
      // The list is copied once and then extended in place. A copy for each chunk would take quadratic time.
      if (Array.isArray(before)) for (const item of value) before.push(item);
      else known[name] = [...value];
    } else if (isObject(value)) known[name] = extend(isObject(before) ? before : {}, value);
    else known[name] = value;
  }
  return known;
}
