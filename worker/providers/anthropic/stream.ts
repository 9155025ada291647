import type { ChatChunk, ChatChunkChoice, FinishReason, Usage } from '../../../protocol/chat.ts';
import { isObject, type Json, nonEmpty } from '../../../protocol/json.ts';
import type { StreamStep, StreamTranslator } from '../adapter.ts';
import { failureInside, reportsError } from '../shared/error-inside.ts';
import { finishReason, isReason } from '../shared/finish-reasons.ts';
import { generatedBytes } from '../shared/generated-bytes.ts';
import { isHeartbeat, isPingEvent, mayHoldText } from '../shared/heartbeat.ts';
import { jsonText } from '../shared/json-text.ts';
import { brokeOffFailure } from '../shared/provider-error.ts';
import { refusalInside } from '../shared/refusal-inside.ts';
import { DONE_STEPS, lostStep, NO_STEPS, unseenStep } from '../shared/stream-steps.ts';
import { wireUsage } from '../shared/usage.ts';
import { bytesIn, withWrittenNumbers } from './blocks.ts';
import { anthropicFailureInside } from './failure.ts';
import { AnthropicUsage } from './usage.ts';

type Delta = ChatChunkChoice['delta'];

interface ToolBlock {
  /** Position among the answer's tool calls, by which OpenAI's chunks name it. */
  index: number;
  hasArguments: boolean;
  /** The `input` in the block's start, for providers that send it whole. */
  input: unknown;
}

/** Deltas that chunks cannot carry: signatures and citations. */
const SILENT_DELTAS: ReadonlySet<unknown> = new Set(['signature_delta', 'citations_delta']);

/**
 * Turns Anthropic's named events into OpenAI's chunks. Unknown events and blocks are skipped, as Anthropic asks. An unreadable event
 * that may have held part of a text, a thought or a call is `lost`.
 */
export class AnthropicStream implements StreamTranslator {
  model: string | undefined;
  finishReason: FinishReason | undefined;
  readonly #created: number;
  /** The last call that began under each block index. Some gateways give every block the same index. */
  readonly #tools = new Map<unknown, ToolBlock>();
  /** Indexes of blocks that show the reader nothing. */
  readonly #unseenBlocks = new Set<unknown>();
  #calls = 0;
  #id = '';
  readonly #usage = new AnthropicUsage();
  #started = false;
  #finished = false;
  #saidMore = false;
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

  /** There is always one choice. */
  get finishedAll(): boolean {
    return this.#finished;
  }

  get surelyFinished(): boolean {
    return this.#finished && !this.#saidMore;
  }

  event(name: string | undefined, data: string): StreamStep[] {
    if (data.startsWith('[DONE]')) return DONE_STEPS;
    let event: unknown;
    try {
      event = JSON.parse(data);
    } catch {
      return this.#unreadable(name, data);
    }
    if (isObject(event)) this.#takeUsage(event);
    if (name === 'error' || (isObject(event) && (event.type === 'error' || reportsError(event)))) {
      return this.#error(isObject(event) ? event : { message: event });
    }
    if (!isObject(event)) return lostStep(mayHoldText(event), data);
    switch (event.type ?? name) {
      case 'message_start':
        return this.#start(event);
      case 'content_block_start':
        return this.#blockStart(event, data);
      case 'content_block_delta':
        return this.#delta(event, data);
      case 'content_block_stop':
        return this.#blockStop(event, data);
      case 'message_delta':
        return this.#messageDelta(event, data);
      case 'message_stop':
        return DONE_STEPS;
      case undefined: {
        const refusal = this.#hasContent ? undefined : refusalInside(event);
        if (refusal) return [{ kind: 'failure', failure: failureInside(refusal, false) }];
        return lostStep(mayHoldText(event), data);
      }
      default:
        return NO_STEPS;
    }
  }

  /** An event that is not JSON: a heartbeat, or something that is lost. */
  #unreadable(name: string | undefined, data: string): StreamStep[] {
    if (name === 'error') return this.#error({ message: data });
    if (name === 'message_stop') return DONE_STEPS;
    return lostStep(!isPingEvent(name) && name !== 'content_block_stop' && !isHeartbeat(data), data);
  }

  /** Takes usage from any event, because gateways also put it beside an error or at the very end. */
  #takeUsage({ usage, message, delta, error }: Json): void {
    this.#usage.take(usage);
    for (const inside of [message, delta, error]) if (isObject(inside)) this.#usage.take(inside.usage);
  }

  /** An error in Anthropic's form, or in that of a gateway in front of it: `{"error":{"code":502}}`. */
  #error(event: Json): StreamStep[] {
    const error = event.error ?? event;
    const isOpenAi = isObject(error) && error.code !== undefined;
    const failure = isOpenAi
      ? failureInside(error, this.#hasContent)
      : anthropicFailureInside({ error }, this.#hasContent);
    return [{ kind: 'failure', failure }];
  }

  usageChunk(): Record<string, unknown> | undefined {
    return this.usage && { ...this.envelope(), choices: [], usage: wireUsage(this.usage) };
  }

  #start({ message }: Json): StreamStep[] {
    if (isObject(message)) {
      if (typeof message.id === 'string') this.#id = message.id;
      this.model = nonEmpty(message.model) ?? this.model;
    }
    return this.#opening();
  }

  /** The opening chunk, which is sent once, even if the provider's `message_start` did not come. */
  #opening(): StreamStep[] {
    if (this.#started) return NO_STEPS;
    this.#started = true;
    return [this.#step({ role: 'assistant', content: '' }, null, false, 0)];
  }

  #blockStart({ index, content_block: read }: Json, data: string): StreamStep[] {
    const block = isObject(read) && read.type === 'tool_use' ? withWrittenNumbers(read, data) : read;
    if (!isObject(block)) return lostStep(mayHoldText(block), data);
    const textBytes = bytesIn(block, data);
    this.#unseenBlocks.delete(index);
    if (block.type === 'text') return this.#text('content', block.text, textBytes, data);
    if (block.type === 'thinking') return this.#text('reasoning_content', block.thinking, textBytes, data);
    if (block.type !== 'tool_use') {
      this.#unseenBlocks.add(index);
      return typeof block.type === 'string' ? unseenStep(textBytes) : lostStep(mayHoldText(block), data);
    }
    if (typeof block.id !== 'string' || typeof block.name !== 'string') {
      this.#unseenBlocks.add(index);
      this.#tools.delete(index);
      return lostStep(true, data);
    }
    const before = this.#blockStop({ index }, data);
    const tool: ToolBlock = { index: this.#calls++, hasArguments: false, input: block.input };
    this.#tools.set(index, tool);
    const call = { index: tool.index, id: block.id, type: 'function' as const };
    const calls = [{ ...call, function: { name: block.name, arguments: '' } }];
    return [...before, ...this.#content({ tool_calls: calls }, textBytes)];
  }

  #delta({ index, delta }: Json, data: string): StreamStep[] {
    if (!isObject(delta)) return lostStep(mayHoldText(delta), data);
    const textBytes = bytesIn(delta, data);
    switch (delta.type) {
      case 'text_delta':
        if (typeof delta.text !== 'string') return lostStep(mayHoldText(delta), data);
        return this.#text('content', delta.text, textBytes, data);
      case 'thinking_delta':
        return this.#text('reasoning_content', delta.thinking, textBytes, data);
      case 'input_json_delta':
        return this.#toolInput(index, delta.partial_json, textBytes, data);
      default: {
        const isSilent = SILENT_DELTAS.has(delta.type) || this.#unseenBlocks.has(index);
        return isSilent ? unseenStep(textBytes) : lostStep(mayHoldText(delta), data);
      }
    }
  }

  #text(field: 'content' | 'reasoning_content', text: unknown, textBytes: number, data: string): StreamStep[] {
    if (text !== undefined && text !== null && typeof text !== 'string') return lostStep(mayHoldText(text), data);
    if (!text) return unseenStep(textBytes); // such as the signature of a thinking block
    return this.#content({ [field]: text }, textBytes);
  }

  #toolInput(index: unknown, json: unknown, textBytes: number, data: string): StreamStep[] {
    const tool = this.#tools.get(index);
    if (typeof json !== 'string') return lostStep(textBytes > 0, data);
    if (json === '') return NO_STEPS;
    // The call's block never began, or its beginning was lost and counted already.
    if (tool === undefined) return this.#unseenBlocks.has(index) ? unseenStep(textBytes) : lostStep(true, data);
    tool.hasArguments = true;
    return this.#content({ tool_calls: [{ index: tool.index, function: { arguments: json } }] }, textBytes);
  }

  /** A call without input still has arguments: an empty object. Its bytes were counted at the block's start. */
  #blockStop({ index }: Json, data: string): StreamStep[] {
    const tool = this.#tools.get(index);
    if (tool === undefined || tool.hasArguments) return NO_STEPS;
    tool.hasArguments = true;
    const text = jsonText(isObject(tool.input) ? tool.input : {});
    if (text === undefined) return lostStep(true, data);
    return this.#content({ tool_calls: [{ index: tool.index, function: { arguments: text } }] }, 0);
  }

  #messageDelta({ delta }: Json, data: string): StreamStep[] {
    if (!isObject(delta) || !isReason(delta.stop_reason)) return NO_STEPS;
    // The stop sequence was generated too, but is not part of the text.
    const textBytes = generatedBytes(delta.stop_sequence) ?? 0;
    const reason = finishReason(delta.stop_reason);
    if (reason === undefined) {
      this.#finished = false;
      return [...unseenStep(textBytes), { kind: 'failure', failure: brokeOffFailure(delta.stop_reason) }];
    }
    if (this.#finished) return NO_STEPS;
    // Ends the blocks whose own end did not come.
    const open = [...this.#tools.keys()].flatMap((index) => this.#blockStop({ index }, data));
    this.#finished = true;
    this.finishReason = reason;
    return [...this.#opening(), ...open, this.#step({}, reason, false, textBytes)];
  }

  envelope(): Omit<ChatChunk, 'choices'> {
    return { id: this.#id, object: 'chat.completion.chunk', created: this.#created, model: this.model ?? '' };
  }

  #content(delta: Delta, textBytes: number): StreamStep[] {
    const opening = this.#opening();
    this.#hasContent = true;
    if (this.#finished) {
      this.#finished = false;
      this.#saidMore = true;
    }
    return [...opening, this.#step(delta, null, true, textBytes)];
  }

  #step(delta: Delta, finish_reason: FinishReason | null, content: boolean, textBytes: number): StreamStep {
    const chunk: ChatChunk = { ...this.envelope(), choices: [{ index: 0, delta, finish_reason }] };
    return { kind: 'chunk', data: JSON.stringify(chunk), content, finished: this.surelyFinished, textBytes };
  }
}
