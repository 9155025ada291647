/** Which questions count as one beyond their canonical text. Only what people write is touched: calls, results and schemas are data. */
import type { ChatMessage, ChatRequest, ContentPart } from '../../../protocol/chat.ts';
import { MOST_SEARCHED_UNITS } from './bounded-pattern.ts';
import type { Normalize } from './cache-schema.ts';

/** Not an assistant's turn, whose last white space steers what is written next. */
const WRITTEN_BY_PEOPLE = new Set(['system', 'developer', 'user']);

/** Stands where something was ignored, so that a text with an id is not one without. */
const IGNORED = '\ufffc';

/** For the key alone: the provider is sent what was asked. */
export const normalizedChat = (chat: ChatRequest, normalize: Normalize): ChatRequest => ({
  ...chat,
  messages: chat.messages.map((message) =>
    WRITTEN_BY_PEOPLE.has(message.role) ? normalizedMessage(message, normalize) : message,
  ),
});

/** Patterns from config take their time over what people wrote, so a question is searched only up to here (bounded-pattern.ts). */
export function isTooLongToNormalize({ messages }: ChatRequest, { ignore }: Normalize): boolean {
  if (ignore.length === 0) return false;
  let units = 0;
  for (const { role, content } of messages) {
    if (!WRITTEN_BY_PEOPLE.has(role)) continue;
    if (typeof content === 'string') units += content.length;
    else for (const part of content ?? []) if (part.type === 'text') units += part.text.length;
  }
  return units > MOST_SEARCHED_UNITS;
}

function normalizedMessage(message: ChatMessage, normalize: Normalize): ChatMessage {
  const { content } = message;
  if (typeof content === 'string') return { ...message, content: withoutMargin(normalizedText(content, normalize)) };
  if (!Array.isArray(content)) return message;
  return { ...message, content: content.map((part) => normalizedPart(part, content.length === 1, normalize)) };
}

/** Between two parts white space is not outside. */
function normalizedPart(part: ContentPart, alone: boolean, normalize: Normalize): ContentPart {
  if (part.type !== 'text') return part;
  const text = normalizedText(part.text, normalize);
  return { ...part, text: alone ? withoutMargin(text) : text };
}

/** NFC sorts the marks behind a letter in quadratic time. Unicode's stream-safe form (UAX 15) has at most 30; no writing has more. */
const TOO_MANY_MARKS = /\p{M}{31}/u;
const composed = (text: string): string => (TOO_MANY_MARKS.test(text) ? text : text.normalize('NFC'));

function normalizedText(text: string, { collapseWhiteSpace, foldCase, ignore }: Normalize): string {
  // As written first: patterns are about what people see, and NFC is what they would write them in.
  let result = composed(text);
  for (const pattern of ignore) result = result.replace(pattern, IGNORED);
  if (collapseWhiteSpace) result = result.replace(/\s+/gu, ' ');
  return foldCase ? result.toLowerCase() : result;
}

/** Without outer white space; but the first of several lines keeps its indentation, which says how it stands to the others. */
function withoutMargin(text: string): string {
  const lines = text.trimEnd().replace(/^(?:[^\S\n]*\n)+/u, '');
  return lines.includes('\n') ? lines : lines.trimStart();
}
