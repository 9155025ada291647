import type { ChatRequest } from '../../../protocol/chat.ts';
import { FieldNames } from '../../../protocol/field-names.ts';
import { keepShape, LONGEST_KEPT } from '../../../protocol/kept-shapes.ts';
import type { Outgoing, Target } from '../adapter.ts';
import { asksForDefault } from '../shared/default-fields.ts';
import { openaiMessages } from './messages.ts';
import { openaiTools } from './tools.ts';

/** Fields of `ChatRequest` that are sent under the same name (openai-node 7.57 `ChatCompletionCreateParams`). */
const PASSED = [
  'n',
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'stop',
  'logprobs',
  'top_logprobs',
  'logit_bias',
  'reasoning_effort',
] as const;

/** Fields of `rest` that do not change the price and ask only for text. */
const PASSED_FROM_REST = new Set(['verbosity', 'prompt_cache_key']);

/** The request in OpenAI's form, with the target's quirks. */
export function openaiRequest(chat: ChatRequest, target: Target): Outgoing {
  const { quirks } = target;
  const unsupported = quirks.unsupported ?? [];
  const dropped = new FieldNames(chat.strippedFields);
  const { messages, unsendable } = openaiMessages(chat, target, dropped);
  const body: Record<string, unknown> = { model: target.model, messages };
  const put = (name: string, value: unknown) => {
    if (value === undefined) return;
    if (unsupported.length === 0 || !unsupported.includes(name)) body[name] = value;
    else if (!asksForDefault(name, value)) dropped.add(name);
  };
  if (chat.maxOutputTokens !== undefined) body[quirks.maxTokensField ?? 'max_tokens'] = chat.maxOutputTokens;
  for (const name of PASSED) put(name, chat[name]);
  if (quirks.thinkingToggle && chat.reasoning_effort === 'none') {
    delete body.reasoning_effort;
    body.thinking = { type: 'disabled' };
  }
  if (chat.tools || chat.tool_choice || chat.parallel_tool_calls !== undefined) {
    const { tools, choice, parallel } = openaiTools(chat, quirks, dropped);
    put('tools', tools);
    put('tool_choice', choice);
    put('parallel_tool_calls', parallel);
  }
  if (chat.response_format) {
    const schemaAsText = chat.response_format.type === 'json_schema' && quirks.jsonSchema === false;
    put('response_format', schemaAsText ? { type: 'json_object' } : chat.response_format);
  }
  for (const name in chat.rest) {
    const value = chat.rest[name];
    if (passes(name, value, target)) body[name] = value;
    else if (!asksForDefault(name, value)) dropped.add(name);
  }
  if (chat.stream) {
    body.stream = true;
    if (!unsupported.includes('stream_options')) {
      body.stream_options = quirks.obfuscation
        ? { include_usage: true, include_obfuscation: false }
        : { include_usage: true };
    }
  }
  const text = JSON.stringify(body);
  if (text.length <= LONGEST_KEPT) keepShape('sent question', body);
  return {
    url: `${target.apiBase}/chat/completions`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${target.apiKey}`, ...quirks.headers },
    body: text,
    dropped: dropped.toList(),
    unsendable,
  };
}

function passes(name: string, value: unknown, { allowParams, quirks }: Target): boolean {
  if (allowParams.includes(name)) return true;
  if (quirks.unsupported?.includes(name)) return false;
  if (name === 'store') return value === false;
  if (name === 'service_tier') return value === 'default';
  return PASSED_FROM_REST.has(name);
}
