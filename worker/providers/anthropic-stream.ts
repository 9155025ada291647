import type { ChatChunk, ChatChunkChoice, FinishReason, Usage } from '../../protocol/chat.ts';
import { mayHoldWrittenNumber, parseJson } from '../../protocol/written-number.ts';
import { utf8Bytes } from '../core/utf8-bytes.ts';
import type { StreamStep, StreamTranslator } from './adapter.ts';
import { anthropicFailureInside } from './anthropic-failure.ts';
import { AnthropicUsage, finishReason } from './anthropic-usage.ts';
import { generatedBytes } from './generated-bytes.ts';
import { jsonText } from './json-text.ts';
import { isObject, named, wireUsage } from './openai-usage.ts';
import { malformed } from './provider-error.ts';

type Json = Record<string, unknown>;
type Delta = ChatChunkChoice['delta'];

const NOTHING: StreamStep[] = [];
const DONE: StreamStep[] = [{ kind: 'done' }];

interface ToolBlock {
  /** Position among the tool calls of the answer, which is how OpenAI's chunks name it. */
  index: number;
  hasArguments: boolean;
  /** `input` of the block's start, for a provider that sends it whole. */
  input: unknown;
}

/** Anthropic's named events as OpenAI's chunks. Unknown events and blocks are skipped, as Anthropic asks. */
export class AnthropicStream implements StreamTranslator {
  model: string | undefined;
  readonly #created: number;
  readonly #tools = new Map<unknown, ToolBlock>();
  #id = '';
  readonly #usage = new AnthropicUsage();
  #started = false;
  #finished = false;
  #hasContent = false;

  constructor(nowMs: number) {
    this.#created = Math.floor(nowMs / 1000);
  }

  get usage(): Usage | undefined {
    return this.#usage.usage;
  }

  get complete(): boolean {
    return this.#finished;
  }

  /** There is only ever one choice. */
  get finishedAll(): boolean {
    return this.#finished;
  }

  event(name: string | undefined, data: string): StreamStep[] {
    let event: unknown;
    try {
      event = JSON.parse(data);
    } catch {
      return this.#malformed('An event of the stream is not JSON.');
    }
    if (!isObject(event)) return this.#malformed('An event of the stream is not a JSON object.');
    switch (event.type ?? name) {
      case 'message_start':
        return this.#start(event);
      case 'content_block_start':
        return this.#blockStart(event, data);
      case 'content_block_delta':
        return this.#delta(event, bytesIn(event.delta, data));
      case 'content_block_stop':
        return this.#blockStop(event);
      case 'message_delta':
        return this.#messageDelta(event);
      case 'message_stop':
        return DONE;
      case 'error':
        return [{ kind: 'failure', failure: anthropicFailureInside(event, this.#hasContent) }];
      default:
        return NOTHING;
    }
  }

  usageChunk(): Record<string, unknown> | undefined {
    return this.usage && { ...this.#envelope(), choices: [], usage: wireUsage(this.usage) };
  }

  #start({ message }: Json): StreamStep[] {
    if (!isObject(message)) return this.#malformed('message_start has no message.');
    if (typeof message.id === 'string') this.#id = message.id;
    this.model = named(message.model) ?? this.model;
    this.#usage.take(message.usage);
    this.#started = true;
    return this.#chunk({ role: 'assistant', content: '' }, null, false, 0);
  }

  #blockStart({ index, content_block: read }: Json, data: string): StreamStep[] {
    const block = isObject(read) && read.type === 'tool_use' ? withWrittenNumbers(read, data) : read;
    const textBytes = bytesIn(block, data);
    if (!isObject(block)) return this.#malformed('content_block_start has no block.');
    if (block.type === 'text') return this.#text(block.text, textBytes);
    if (block.type === 'thinking') return this.#thinking(block.thinking, textBytes);
    if (block.type !== 'tool_use') return unseen(textBytes);
    if (typeof block.id !== 'string' || typeof block.name !== 'string') {
      return this.#malformed('A tool_use block has no id or name.');
    }
    const tool: ToolBlock = { index: this.#tools.size, hasArguments: false, input: block.input };
    this.#tools.set(index, tool);
    const call = { index: tool.index, id: block.id, type: 'function' as const };
    return this.#chunk(
      { tool_calls: [{ ...call, function: { name: block.name, arguments: '' } }] },
      null,
      true,
      textBytes,
    );
  }

  #delta({ index, delta }: Json, textBytes: number): StreamStep[] {
    if (!isObject(delta)) return this.#malformed('content_block_delta has no delta.');
    switch (delta.type) {
      case 'text_delta':
        if (typeof delta.text !== 'string') return this.#malformed('A text_delta has no text.');
        return this.#text(delta.text, textBytes);
      case 'thinking_delta':
        return this.#thinking(delta.thinking, textBytes);
      case 'input_json_delta':
        return this.#toolInput(index, delta.partial_json, textBytes);
      default:
        return unseen(textBytes); // signatures and citations have no place in a chunk
    }
  }

  #text(text: unknown, textBytes: number): StreamStep[] {
    if (typeof text !== 'string' || text === '') return unseen(textBytes);
    return this.#chunk({ content: text }, null, true, textBytes);
  }

  #thinking(text: unknown, textBytes: number): StreamStep[] {
    if (typeof text !== 'string' || text === '') return unseen(textBytes);
    return this.#chunk({ reasoning_content: text }, null, true, textBytes);
  }

  #toolInput(index: unknown, json: unknown, textBytes: number): StreamStep[] {
    const tool = this.#tools.get(index);
    if (typeof json !== 'string') return this.#malformed('An input_json_delta has no partial_json.');
    if (tool === undefined || json === '') return unseen(textBytes);
    tool.hasArguments = true;
    return this.#chunk({ tool_calls: [{ index: tool.index, function: { arguments: json } }] }, null, true, textBytes);
  }

  /** A call without any input still has arguments: an empty object. What there is was counted at the block's start. */
  #blockStop({ index }: Json): StreamStep[] {
    const tool = this.#tools.get(index);
    if (tool === undefined || tool.hasArguments) return NOTHING;
    tool.hasArguments = true;
    const text = jsonText(isObject(tool.input) ? tool.input : {});
    if (text === undefined) return this.#malformed('The input of a tool_use block is nested too deeply.');
    return this.#chunk({ tool_calls: [{ index: tool.index, function: { arguments: text } }] }, null, true, 0);
  }

  #messageDelta({ delta, usage }: Json): StreamStep[] {
    this.#usage.take(usage);
    if (!isObject(delta) || typeof delta.stop_reason !== 'string' || this.#finished) return NOTHING;
    this.#finished = true;
    // The stop sequence was generated too, and is taken off the text.
    return this.#chunk({}, finishReason(delta.stop_reason), false, generatedBytes(delta.stop_sequence) ?? 0);
  }

  #envelope(): Omit<ChatChunk, 'choices'> {
    return { id: this.#id, object: 'chat.completion.chunk', created: this.#created, model: this.model ?? '' };
  }

  #chunk(delta: Delta, finish_reason: FinishReason | null, content: boolean, textBytes: number): StreamStep[] {
    if (!this.#started) return this.#malformed('The stream did not begin with message_start.');
    if (content) this.#hasContent = true;
    const chunk: ChatChunk = { ...this.#envelope(), choices: [{ index: 0, delta, finish_reason }] };
    return [{ kind: 'chunk', data: JSON.stringify(chunk), content, finished: this.#finished, textBytes }];
  }

  #malformed(message: string): StreamStep[] {
    return [{ kind: 'failure', failure: malformed(message) }];
  }
}

/** The same block, its input with its numbers as the model wrote them. */
function withWrittenNumbers(block: Json, data: string): unknown {
  try {
    return mayHoldWrittenNumber(data) ? (parseJson(data) as Json).content_block : block;
  } catch {
    return block; // nested too deeply to be read like this; that is said when it is written
  }
}

/** What the model generated in `value`; too deep to be read, no more than the event's whole text. */
const bytesIn = (value: unknown, data: string): number => generatedBytes(value) ?? utf8Bytes(data);

const unseen = (textBytes: number): StreamStep[] => (textBytes === 0 ? NOTHING : [{ kind: 'unseen', textBytes }]);
