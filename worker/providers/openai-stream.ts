import type { Usage } from '../../protocol/chat.ts';
import type { Failure } from '../core/routing/failure.ts';
import { utf8Bytes } from '../core/utf8-bytes.ts';
import type { StreamStep, StreamTranslator } from './adapter.ts';
import { generatedBytes } from './generated-bytes.ts';
import { isTooDeep, jsonText } from './json-text.ts';
import { failureInside } from './openai-failure.ts';
import { BROKEN_OFF } from './openai-reply.ts';
import { isObject, laterUsage, named, readUsage, usageIn, wireUsage } from './openai-usage.ts';
import { malformed } from './provider-error.ts';

type Json = Record<string, unknown>;

const DONE: StreamStep[] = [{ kind: 'done' }];
const NOTHING: StreamStep[] = [];

/** Passes chunks on as the provider wrote them; only usage is taken off, and only a chunk that had some is written anew. */
export class OpenAiStream implements StreamTranslator {
  usage: Usage | undefined;
  model: string | undefined;
  readonly #asked: number;
  readonly #seen = new Set<number>();
  readonly #finished = new Set<number>();
  #hasContent = false;
  #last: Json | undefined;
  #wireUsage: unknown;

  constructor(asked: number) {
    this.#asked = asked;
  }

  get complete(): boolean {
    return this.#seen.size > 0 && this.#finished.size === this.#seen.size;
  }

  get finishedAll(): boolean {
    return this.complete && this.#finished.size >= this.#asked;
  }

  event(name: string | undefined, data: string): StreamStep[] {
    if (data.startsWith('[DONE]')) return DONE;
    let chunk: unknown;
    try {
      chunk = JSON.parse(data);
    } catch {
      return failed(malformed('A line of the stream is not JSON.'));
    }
    if (!isObject(chunk)) return failed(malformed('A line of the stream is not a JSON object.'));
    if (chunk.error || name === 'error') return failed(failureInside(chunk.error ?? chunk, this.#hasContent));
    const hasUsage = isObject(chunk.usage);
    const told = usageIn(chunk);
    if (told !== undefined) {
      // It goes on in a chunk of our own, so it has to be one that can be written.
      if (isTooDeep(told)) return failed(malformed('The usage of a line is nested too deeply.'));
      this.#takeUsage(told);
    }
    if (!Array.isArray(chunk.choices)) {
      return hasUsage ? NOTHING : failed(malformed('A line of the stream has no choices.'));
    }
    this.model = named(chunk.model) ?? this.model;
    this.#last = chunk;
    if (chunk.choices.length === 0) return NOTHING;
    return this.#chunk(chunk, chunk.choices, hasUsage, data);
  }

  #chunk(chunk: Json, choices: unknown[], hasUsage: boolean, data: string): StreamStep[] {
    let content = false;
    for (const choice of choices) {
      const problem = this.#readChoice(choice);
      if (typeof problem === 'string') return failed(malformed(problem));
      content ||= problem;
    }
    if (content) this.#hasContent = true;
    if (hasUsage) delete chunk.usage;
    // A line break inside JSON is legal, inside an SSE line it is not.
    const text = hasUsage || data.includes('\n') ? jsonText(chunk) : data;
    if (text === undefined) return failed(malformed('A line of the stream is nested too deeply.'));
    const finished = this.#finished.size >= this.#asked;
    return [{ kind: 'chunk', data: text, content, finished, textBytes: bytesIn(choices) ?? utf8Bytes(data) }];
  }

  /** Whether the choice shows something, or what is wrong with it. */
  #readChoice(choice: unknown): boolean | string {
    if (!isObject(choice)) return 'A choice of the stream is not an object.';
    const index = choice.index ?? 0;
    if (typeof index !== 'number') return 'A choice of the stream has no index.';
    this.#seen.add(index);
    const { finish_reason: reason, delta } = choice;
    // Some send an empty one with each chunk.
    if (typeof reason === 'string' && reason !== '') {
      if (BROKEN_OFF.has(reason)) return `The provider broke off (${reason}).`;
      this.#finished.add(index);
    }
    if (isObject(delta)) return showsSomething(delta);
    return reason ? false : 'A choice of the stream has no delta.';
  }

  #takeUsage(value: unknown): void {
    const next = readUsage(value);
    if (next === undefined) return;
    const later = laterUsage(this.usage, next);
    // The provider's own words, but where they take back what it said before.
    this.#wireUsage = later === next ? value : wireUsage(later);
    this.usage = later;
  }

  usageChunk(): Record<string, unknown> | undefined {
    if (this.#wireUsage === undefined) return undefined;
    const last = this.#last ?? {};
    return {
      id: typeof last.id === 'string' ? last.id : '',
      object: 'chat.completion.chunk',
      created: typeof last.created === 'number' ? last.created : 0,
      model: typeof last.model === 'string' ? last.model : '',
      choices: [],
      usage: this.#wireUsage,
    };
  }
}

/** What the models of all choices generated here; what stands beside the deltas (logprobs, filters) says it again. */
function bytesIn(choices: readonly unknown[]): number | undefined {
  let bytes = 0;
  for (const choice of choices) {
    const inside = generatedBytes((choice as Json).delta);
    if (inside === undefined) return undefined;
    bytes += inside;
  }
  return bytes;
}

const failed = (failure: Failure): StreamStep[] => [{ kind: 'failure', failure }];

/** Content, not the role or an empty opening: the first such delta is the first token. */
function showsSomething(delta: Json): boolean | string {
  const { content } = delta;
  if (typeof content === 'string') {
    if (content !== '') return true;
  } else if (content !== undefined && content !== null) return 'The content of a delta is not text.';
  if (delta.tool_calls !== undefined && delta.tool_calls !== null) {
    if (!Array.isArray(delta.tool_calls)) return 'The tool calls of a delta are not a list.';
    if (delta.tool_calls.length > 0) return true;
  }
  return Boolean(delta.reasoning_content || delta.reasoning || delta.refusal || delta.function_call || delta.audio);
}
