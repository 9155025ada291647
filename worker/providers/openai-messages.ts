import type { ChatMessage, ChatRequest, ContentPart, CustomToolCall, ToolCall } from '../../protocol/chat.ts';
import type { FieldNames } from '../../protocol/field-names.ts';
import type { Target } from './adapter.ts';

/** The messages as this provider takes them: the very same array unless something has to change. */
export function openaiMessages(chat: ChatRequest, target: Target, dropped: FieldNames): ChatMessage[] {
  let copy: ChatMessage[] | undefined;
  for (let index = 0; index < chat.messages.length; index++) {
    const message = chat.messages[index] as ChatMessage;
    const outgoing = openaiMessage(message, target, dropped);
    if (outgoing !== message) {
      copy ??= chat.messages.slice();
      copy[index] = outgoing;
    }
  }
  const messages = copy?.filter((message) => !isHollow(message)) ?? chat.messages;
  const format = chat.response_format;
  if (format?.type !== 'json_schema' || target.quirks.jsonSchema !== false) return messages;
  return [{ role: 'system', content: schemaInstruction(format.json_schema.schema) }, ...messages];
}

/** DeepSeek's JSON mode demands that the prompt says "JSON". */
export const schemaInstruction = (schema: Record<string, unknown> | undefined): string =>
  schema === undefined
    ? 'Answer with one valid JSON object and nothing else.'
    : `Answer with one valid JSON object and nothing else. It must match this JSON Schema: ${JSON.stringify(schema)}`;

function openaiMessage(message: ChatMessage, { quirks, allowParams }: Target, dropped: FieldNames): ChatMessage {
  let outgoing = message;
  if (message.role === 'developer' && !quirks.developerRole) outgoing = { ...outgoing, role: 'system' };
  if (message.reasoning_content !== undefined && !quirks.reasoningContent) {
    const { reasoning_content: _, ...rest } = outgoing;
    outgoing = rest;
  }
  if (typeof message.content === 'object' && message.content) {
    const content = withoutUnpriced(message.content, allowParams, dropped);
    if (content !== message.content) outgoing = { ...outgoing, content };
  }
  if (message.tool_calls && !quirks.customTools && message.tool_calls.some((call) => call.type === 'custom')) {
    outgoing = { ...outgoing, tool_calls: message.tool_calls.map(asFunctionCall) };
  }
  return outgoing;
}

/** Audio and files have no price yet: left out and named, unless config allows them by `input_audio` or `file`. */
function withoutUnpriced(parts: ContentPart[], allowParams: readonly string[], dropped: FieldNames): ContentPart[] {
  const passes = ({ type }: ContentPart) => (type !== 'input_audio' && type !== 'file') || allowParams.includes(type);
  if (parts.every(passes)) return parts;
  for (const part of parts) {
    if (!passes(part)) dropped.add(`messages[].content[].${part.type}`);
  }
  return parts.filter(passes);
}

/** A message of which nothing is left. */
const isHollow = ({ content, tool_calls: calls }: ChatMessage): boolean =>
  Array.isArray(content) && content.length === 0 && !calls;

export function asFunctionCall(call: ToolCall | CustomToolCall): ToolCall {
  if (call.type === 'function') return call;
  const { name, input } = call.custom;
  return { id: call.id, type: 'function', function: { name, arguments: JSON.stringify({ input }) } };
}
