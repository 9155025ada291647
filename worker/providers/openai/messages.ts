import type { ChatMessage, ChatRequest, ContentPart } from '../../../protocol/chat.ts';
import type { FieldNames } from '../../../protocol/field-names.ts';
import { OPENAI_FACTS } from '../../core/formats/openai.ts';
import { isSigned, needsSignatures, STAND_IN, takesSignatures, unsignedCalls } from '../../core/formats/signatures.ts';
import type { Target, Unsendable } from '../adapter.ts';
import { withShortIds } from '../shared/call-ids.ts';
import { emptyMessageProblem } from '../shared/empty-message.ts';
import { asFunctionCall } from '../shared/function-tools.ts';
import { schemaInstruction } from '../shared/schema-instruction.ts';
import { hasAttachments, withoutToolAttachments } from '../shared/tool-pictures.ts';

/** The messages as this provider takes them. It is the same array if nothing has to change. */
export function openaiMessages(chat: ChatRequest, target: Target, dropped: FieldNames): OpenAiMessages {
  let copy: ChatMessage[] | undefined;
  let unsendable: Unsendable | undefined;
  let areInResults = false;
  for (let index = 0; index < chat.messages.length; index++) {
    const message = chat.messages[index] as ChatMessage;
    const outgoing = openaiMessage(message, target, dropped);
    areInResults ||= hasAttachments(outgoing);
    if (outgoing === message) continue;
    if (isEmptied(message, outgoing)) unsendable ??= emptyMessageProblem(index, message.content);
    copy ??= chat.messages.slice();
    copy[index] = outgoing;
  }
  let messages = copy ?? chat.messages;
  if (target.quirks.shortCallIds) messages = withShortIds(messages);
  if (areInResults) messages = withoutToolAttachments(messages);
  const format = chat.response_format;
  if (format?.type === 'json_schema' && target.quirks.jsonSchema === false) {
    messages = [{ role: 'system', content: schemaInstruction(format.json_schema.schema) }, ...messages];
  }
  return { messages, unsendable };
}

interface OpenAiMessages {
  messages: ChatMessage[];
  unsendable: Unsendable | undefined;
}

function openaiMessage(message: ChatMessage, target: Target, dropped: FieldNames): ChatMessage {
  const { quirks, allowParams } = target;
  let outgoing = message;
  if (message.role === 'developer' && !quirks.developerRole) outgoing = { ...outgoing, role: 'system' };
  if (message.reasoning_content !== undefined && !quirks.reasoningContent) {
    const { reasoning_content: _, ...rest } = outgoing;
    outgoing = rest;
  }
  if (typeof message.content === 'object' && message.content) {
    const content = sendableParts(message.content, allowParams, dropped);
    if (content.length === 0) outgoing = { ...outgoing, content: '' };
    else if (content !== message.content) outgoing = { ...outgoing, content };
  }
  if (message.tool_calls?.some(isSigned) && !takesSignatures(target.apiBase)) {
    outgoing = { ...outgoing, tool_calls: unsignedCalls(message.tool_calls) };
  }
  if (outgoing.tool_calls && !quirks.customTools && outgoing.tool_calls.some((call) => call.type === 'custom')) {
    outgoing = { ...outgoing, tool_calls: outgoing.tool_calls.map(asFunctionCall) };
  }
  const [first, ...others] = outgoing.tool_calls ?? [];
  if (first?.type === 'function' && !isSigned(first) && needsSignatures(target)) {
    const extra_content = { google: { thought_signature: STAND_IN } };
    outgoing = { ...outgoing, tool_calls: [{ ...first, extra_content }, ...others] };
  }
  return outgoing;
}

/** `image/jpg` is not a registered type, but is often used. */
const JPG = /^data:image\/jpg(?=[;,])/i;

/**
 * The parts that may be sent (core/formats/openai.ts). The others are left out and named. A document in an image part is sent as a
 * file.
 */
function sendableParts(parts: ContentPart[], allowParams: readonly string[], dropped: FieldNames): ContentPart[] {
  let copy: ContentPart[] | undefined;
  for (const [index, part] of parts.entries()) {
    const as = OPENAI_FACTS.sentAs(part, allowParams);
    if (as === 'nothing') dropped.add(`messages[].content[].${part.type}`);
    const isFile = part.type === 'image_url' && as === 'file';
    const isJpg = part.type === 'image_url' && JPG.test(part.image_url.url);
    if (as === 'nothing' || isFile || isJpg) copy ??= parts.slice(0, index);
    if (isJpg)
      copy?.push({
        ...part,
        image_url: { ...part.image_url, url: part.image_url.url.replace(JPG, 'data:image/jpeg') },
      });
    else if (isFile) copy?.push(asFile(part.image_url.url));
    else if (as !== 'nothing') copy?.push(part);
  }
  return copy ?? parts;
}

/** Providers recognise the type by the ending of the name. */
function asFile(url: string): ContentPart {
  const filename = /^data:application\/pdf/i.test(url) ? 'document.pdf' : 'document.txt';
  return { type: 'file', file: { filename, file_data: url } };
}

/** True if the message had content, and none of it is left. */
const isEmptied = ({ content, tool_calls: calls }: ChatMessage, outgoing: ChatMessage): boolean =>
  Array.isArray(content) && content.length > 0 && outgoing.content === '' && !calls;
