import type { ChatChoice, ChatCompletion, ChatRequest, ToolCall } from '../../../protocol/chat.ts';
import { isObject, nonEmpty } from '../../../protocol/json.ts';
import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';
import { mayHoldWrittenNumber, parseJson } from '../../../protocol/written-number.ts';
import { malformedFailure } from '../../core/routing/failure.ts';
import type { Reply } from '../adapter.ts';
import { failureInside } from '../shared/error-inside.ts';
import { finishReason, isReason } from '../shared/finish-reasons.ts';
import { generatedBytes } from '../shared/generated-bytes.ts';
import { jsonText } from '../shared/json-text.ts';
import { brokeOffFailure } from '../shared/provider-error.ts';
import { refusalInside } from '../shared/refusal-inside.ts';
import { wireUsage } from '../shared/usage.ts';
import { readAnthropicUsage } from '../shared/usage-of-anthropic.ts';
import { anthropicFailureInside } from './failure.ts';

/** Turns a whole message into a completion. */
export function anthropicReply(text: string, _chat: ChatRequest, nowMs: number): Reply {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { ok: false, failure: malformedFailure('The answer is not JSON.') };
  }
  if (!isObject(message)) return { ok: false, failure: malformedFailure('The answer is not a JSON object.') };
  if (message.type === 'error' || isObject(message.error)) {
    return { ok: false, failure: anthropicFailureInside(message, false) };
  }
  const refusal = Array.isArray(message.content) ? undefined : refusalInside(message);
  if (refusal) return { ok: false, failure: failureInside(refusal, false, nowMs) };
  if (!Array.isArray(message.content)) return { ok: false, failure: malformedFailure('The answer has no content.') };
  const usage = isObject(message.usage) ? readAnthropicUsage(message.usage) : undefined;
  const { stop_reason: word } = message;
  if (!isReason(word)) {
    return { ok: false, failure: malformedFailure('The answer has no stop_reason.'), usage };
  }
  const reason = finishReason(word);
  if (reason === undefined) return { ok: false, failure: brokeOffFailure(word), usage };
  const joined = readBlocks(withWrittenNumbers(message.content, text));
  if (typeof joined === 'string') return { ok: false, failure: malformedFailure(joined), usage };
  const model = nonEmpty(message.model);
  const completion: ChatCompletion = {
    id: typeof message.id === 'string' ? message.id : '',
    object: 'chat.completion',
    created: Math.floor(nowMs / 1000),
    model: model ?? '',
    choices: [{ index: 0, message: joined, finish_reason: reason, logprobs: null }],
  };
  if (usage) completion.usage = wireUsage(usage);
  const textBytes = generatedBytes(message.content) ?? utf8Bytes(text);
  return { ok: true, body: JSON.stringify(completion), model, usage, textBytes, finishReason: reason };
}

/** The same blocks, with the numbers of a tool's input as the model wrote them. */
function withWrittenNumbers(blocks: unknown[], text: string): unknown[] {
  if (!blocks.some((block) => isObject(block) && block.type === 'tool_use') || !mayHoldWrittenNumber(text))
    return blocks;
  try {
    return (parseJson(text) as { content: unknown[] }).content;
  } catch {
    return blocks; // nested too deeply for that, which is reported below
  }
}

/**
 * The message that these blocks make, or what is wrong with them. Blocks of unknown kinds (server tools, redacted thinking) show
 * nothing.
 */
function readBlocks(blocks: unknown[]): ChatChoice['message'] | string {
  let content = '';
  let reasoning = '';
  const calls: ToolCall[] = [];
  for (const block of blocks) {
    if (!isObject(block)) return 'A block of the answer is not an object.';
    if (typeof block.type !== 'string') return 'A block of the answer has no type.';
    if (block.type === 'text') {
      if (typeof block.text !== 'string') return 'A text block of the answer has no text.';
      content += block.text;
    } else if (block.type === 'thinking') {
      if (typeof block.thinking === 'string') reasoning += block.thinking;
    } else if (block.type === 'tool_use') {
      if (typeof block.id !== 'string' || typeof block.name !== 'string') return 'A tool_use block has no id or name.';
      const input = jsonText(block.input ?? {});
      if (input === undefined) return 'The input of a tool_use block is nested too deeply.';
      calls.push({ id: block.id, type: 'function', function: { name: block.name, arguments: input } });
    }
  }
  const message: ChatChoice['message'] = { role: 'assistant', content: content === '' ? null : content, refusal: null };
  if (content === '' && calls.length === 0) message.content = '';
  if (reasoning !== '') message.reasoning_content = reasoning;
  if (calls.length > 0) message.tool_calls = calls;
  return message;
}
