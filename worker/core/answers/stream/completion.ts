/** The chunks of a stream as one completion: for whoever asks for one piece of what was answered as a stream. */

type Json = Record<string, unknown>;

interface Choice {
  message: Json;
  calls: Map<number, Json>;
  logprobs: Json | null;
  finishReason: unknown;
}

/** Takes chunk after chunk, so that a long answer's pages need not be held at once. */
export class CompletionBuilder {
  #base: Json | undefined;
  #usage: unknown;
  readonly #choices = new Map<number, Choice>();

  add(data: string): void {
    const { choices, usage, object: _, carryon: __, carryon_cost_usd: ___, ...rest } = JSON.parse(data) as Json;
    this.#base ??= rest;
    this.#usage = usage ?? this.#usage;
    for (const choice of Array.isArray(choices) ? (choices as Json[]) : []) this.#addChoice(choice);
  }

  text(): string {
    const choices = [...this.#choices]
      .toSorted(([one], [other]) => one - other)
      .map(([index, { message, calls, logprobs, finishReason }]) => ({
        index,
        message: {
          role: 'assistant',
          content: null,
          ...message,
          ...(calls.size > 0 && { tool_calls: [...calls.values()] }),
        },
        ...(logprobs !== null && { logprobs }),
        finish_reason: finishReason,
      }));
    return JSON.stringify({
      ...this.#base,
      ...{ object: 'chat.completion', choices },
      ...(this.#usage !== undefined && { usage: this.#usage }),
    });
  }

  #addChoice({ index, delta, finish_reason, logprobs }: Json): void {
    const number = typeof index === 'number' ? index : 0;
    let choice = this.#choices.get(number);
    if (choice === undefined) {
      choice = { message: {}, calls: new Map(), logprobs: null, finishReason: null };
      this.#choices.set(number, choice);
    }
    const { tool_calls, ...others } = (delta ?? {}) as Json;
    merge(choice.message, others);
    for (const call of Array.isArray(tool_calls) ? (tool_calls as Json[]) : []) addCall(choice.calls, call);
    if (logprobs) {
      choice.logprobs ??= {};
      merge(choice.logprobs, logprobs as Json);
    }
    choice.finishReason = finish_reason ?? choice.finishReason;
  }
}

function addCall(calls: Map<number, Json>, { index, ...call }: Json): void {
  const number = typeof index === 'number' ? index : calls.size;
  const begun = calls.get(number) ?? {};
  calls.set(number, begun);
  merge(begun, call);
}

/** What is said once is not said twice: of these a later chunk only repeats the value. */
const SAID_ONCE = new Set(['role', 'id', 'type', 'name']);

/** Texts and lists go on where they stopped; anything else is replaced. */
function merge(into: Json, delta: Json): void {
  for (const [name, value] of Object.entries(delta)) {
    const before = into[name];
    if (value === null && before !== undefined) continue;
    if (typeof value === 'string' && typeof before === 'string' && !SAID_ONCE.has(name)) into[name] = before + value;
    else if (Array.isArray(value) && Array.isArray(before)) for (const item of value) before.push(item);
    else if (isObject(value) && isObject(before)) merge(before, value);
    else into[name] = isObject(value) ? { ...value } : value;
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
