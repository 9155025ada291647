import type { ChatMessage, ChatRequest, ContentPart } from '../../../protocol/chat.ts';
import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';
import { attachmentOf, type SentAs } from '../attachments.ts';
import type { Deployment, PricingSettings } from '../config/config.ts';
import { FORMATS } from '../formats/formats.ts';
import { needsSignatures, STAND_IN, takesSignatures } from '../formats/signatures.ts';
import { argumentBytes, escapedBytes, jsonBytes } from './json-bytes.ts';

/** Tokens that a provider adds around a message (role and markers, for which OpenAI says 4), around a content part, and around a call. */
const TOKENS_PER_MESSAGE = 8;
const TOKENS_PER_PART = 4;
/** Includes the `{"arguments":""}` around arguments that are not an object. */
const TOKENS_PER_CALL = 32;
/** Tokens for the message that carries a tool's picture, and for its words (worker/providers/shared/tool-pictures.ts). */
const TOKENS_PER_MOVED_ATTACHMENT = 96;

/** The size of a request's input, before what config and the adapters add. */
export interface InputSize {
  /** UTF-8 bytes of everything that the client wrote. No tokenizer makes more tokens than bytes (BPE over bytes). */
  textBytes: number;
  images: number;
  /** Files that at least one deployment sends. The others leave them out. */
  files: number;
  calls: number;
  framingTokens: number;
  /** Bytes by which an adapter may lengthen what the client wrote. */
  growthBytes: number;
}

/** Measures a request in one pass, for the deployment that sends the most of it. */
export function inputSize(chat: ChatRequest, deployments: readonly Deployment[]): InputSize {
  const size = sizeOfRest(chat, deployments);
  for (const message of chat.messages) addMessage(size, message, deployments);
  return size;
}

/** The client's own input, before anything is added to it. `maxInputTokens` limits this. */
export const ownTokens = ({ textBytes, images, files }: InputSize, pricing: PricingSettings): number =>
  textBytes + images * pricing.tokensPerImage + files * pricing.tokensPerFile;

/** The size of everything but the messages. */
export function sizeOfRest(chat: ChatRequest, deployments: readonly Deployment[]): InputSize {
  const size: InputSize = { textBytes: 0, images: 0, files: 0, calls: 0, framingTokens: 0, growthBytes: 0 };
  if (chat.tools !== undefined) size.textBytes += jsonBytes(chat.tools);
  if (chat.tool_choice !== undefined) size.textBytes += jsonBytes(chat.tool_choice);
  if (chat.response_format !== undefined) {
    const format = JSON.stringify(chat.response_format);
    size.textBytes += utf8Bytes(format);
    if (chat.response_format.type === 'json_schema') size.growthBytes += schemaGrowth(format, deployments);
  }
  if (chat.reasoning_effort !== undefined) size.textBytes += utf8Bytes(chat.reasoning_effort);
  for (const stop of chat.stop ?? []) size.textBytes += utf8Bytes(stop);
  for (const name in chat.rest) {
    if (deployments.some(({ allowParams }) => allowParams.includes(name))) size.textBytes += jsonBytes(chat.rest[name]);
  }
  return size;
}

/** Adds one message to a size. */
export function addMessage(size: InputSize, message: ChatMessage, deployments: readonly Deployment[]): void {
  const { content, tool_calls: calls } = message;
  size.framingTokens += TOKENS_PER_MESSAGE;
  // Some models are given calls and results as strings inside JSON.
  const bytesOf = message.role === 'tool' ? escapedBytes : utf8Bytes;
  if (typeof content === 'string') size.textBytes += bytesOf(content);
  else if (content) {
    for (const part of content) addPart(size, part, bytesOf, deployments);
    if (message.role === 'tool' && content.some(({ type }) => type !== 'text')) {
      size.framingTokens += TOKENS_PER_MOVED_ATTACHMENT;
      size.textBytes += utf8Bytes(message.tool_call_id ?? '');
    }
  }
  if (message.name !== undefined) size.textBytes += utf8Bytes(message.name);
  if (message.refusal) size.textBytes += utf8Bytes(message.refusal);
  if (message.reasoning_content !== undefined) size.textBytes += utf8Bytes(message.reasoning_content);
  if (message.tool_call_id !== undefined) size.textBytes += escapedBytes(message.tool_call_id);
  if (calls && deployments.some(needsSignatures)) size.framingTokens += STAND_IN.length;
  for (const call of calls ?? []) {
    // For providers that know only functions, a custom call becomes `{"input": …}`: a string inside JSON inside JSON.
    const [name, text] =
      call.type === 'function'
        ? [call.function.name, call.function.arguments]
        : [call.custom.name, JSON.stringify(call.custom.input)];
    size.calls++;
    size.framingTokens += TOKENS_PER_CALL;
    size.textBytes += escapedBytes(call.id) + escapedBytes(name) + argumentBytes(text);
    if (call.type === 'function' && call.extra_content && deployments.some(({ apiBase }) => takesSignatures(apiBase)))
      size.textBytes += escapedBytes(call.extra_content.google.thought_signature);
  }
}

function addPart(
  size: InputSize,
  part: ContentPart,
  bytesOf: (text: string) => number,
  deployments: readonly Deployment[],
): void {
  size.framingTokens += TOKENS_PER_PART;
  switch (part.type) {
    case 'text':
      size.textBytes += bytesOf(part.text);
      break;
    case 'refusal':
      size.textBytes += bytesOf(part.refusal);
      break;
    default:
      addAttachment(size, part, new Set(deployments.map((deployment) => sentTo(part, deployment))));
  }
}

/** A picture or a file counts at its constant, in the body or by address, because it is not read as text. A text file is read as text. */
function addAttachment(size: InputSize, part: ContentPart, as: ReadonlySet<SentAs>): void {
  if (as.has('image')) size.images++;
  if (as.has('file')) size.files++;
  const attachment = attachmentOf(part);
  if (attachment === undefined || attachment.kind === 'link') return;
  const isRead = as.has('text') || (as.has('file') && attachment.kind === 'text');
  if (isRead) size.textBytes += utf8Bytes(attachment.content.data);
  if (as.has('text') || as.has('file')) size.textBytes += utf8Bytes(attachment.name ?? '');
}

/** How a deployment's adapter sends a part. Adapters ask the same table. */
export const sentTo = (part: ContentPart, { format, allowParams }: Deployment): SentAs =>
  FORMATS[format].sentAs(part, allowParams);

function schemaGrowth(json: string, deployments: readonly Deployment[]): number {
  let bytes = 0;
  for (const { format } of deployments) bytes = Math.max(bytes, FORMATS[format].schemaGrowth(json));
  return bytes;
}
