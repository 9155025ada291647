/**
 * Decides which questions count as equal although their canonical text differs. Only what people write is changed, because calls,
 * results and schemas are data.
 */
import type { ChatMessage, ChatRequest, ContentPart } from '../../../protocol/chat.ts';
import { MOST_SEARCHED_UNITS } from './bounded-pattern.ts';
import type { Normalize } from './cache-policy.ts';

/** The assistant is not listed, because the white space at the end of its turn steers what it writes next. */
const WRITTEN_BY_PEOPLE = new Set(['system', 'developer', 'user']);

/** Stands in for an ignored part, so that a text with an id differs from one without. */
const IGNORED = '\ufffc';

/** The question as the answer key sees it. The provider gets the question as it was asked. */
export const normalizedChat = (chat: ChatRequest, normalize: Normalize): ChatRequest => ({
  ...chat,
  messages: chat.messages.map((message) =>
    WRITTEN_BY_PEOPLE.has(message.role) ? normalizedMessage(message, normalize) : message,
  ),
});

/** True if the question is too long to be searched with config's patterns, which take time (bounded-pattern.ts). */
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

/** Only a part that stands alone is trimmed. White space between two parts is not at the edge. */
function normalizedPart(part: ContentPart, alone: boolean, normalize: Normalize): ContentPart {
  if (part.type !== 'text') return part;
  const text = normalizedText(part.text, normalize);
  return { ...part, text: alone ? withoutMargin(text) : text };
}

/** NFC sorts the marks after a letter in quadratic time. Unicode's stream-safe form (UAX 15) allows 30, and no script needs more. */
const TOO_MANY_MARKS = /\p{M}{31}/u;
const composed = (text: string): string => (TOO_MANY_MARKS.test(text) ? text : text.normalize('NFC'));

function normalizedText(text: string, { collapseWhiteSpace, foldCase, ignore }: Normalize): string {
  // Patterns describe text as people see it, so they run after NFC.
  let result = composed(text);
  for (const pattern of ignore) result = result.replace(pattern, IGNORED);
  if (collapseWhiteSpace) result = result.replace(/\s+/gu, ' ');
  return foldCase ? result.toLowerCase() : result;
}

/** Trims white space at the edges. The first of several lines keeps its indentation, which relates it to the others. */
function withoutMargin(text: string): string {
  const lines = text.trimEnd().replace(/^(?:[^\S\n]*\n)+/u, '');
  return lines.includes('\n') ? lines : lines.trimStart();
}
