import type { ChatMessage, ContentPart } from '../../../protocol/chat.ts';

/** The text for a tool's result that was only a picture. */
const FOLLOWS = 'The result is in the next message.';

const isAttached = ({ type }: ContentPart): boolean => type !== 'text';

/** True if a tool's result has anything but text. */
export const hasAttachments = ({ role, content }: ChatMessage): boolean =>
  role === 'tool' && Array.isArray(content) && content.some(isAttached);

/**
 * OpenAI takes only text in a tool's result, so pictures and files move into a user message after the results of the same turn.
 * `worker/core/pricing/input-size.ts` counts the added words.
 */
export function withoutToolAttachments(messages: readonly ChatMessage[]): ChatMessage[] {
  const moved: ChatMessage[] = [];
  let waiting: ContentPart[] = [];
  for (const message of messages) {
    if (message.role !== 'tool' && waiting.length > 0) {
      moved.push({ role: 'user', content: waiting });
      waiting = [];
    }
    if (!hasAttachments(message)) {
      moved.push(message);
      continue;
    }
    const parts = message.content as ContentPart[];
    const texts = parts.filter((part) => !isAttached(part));
    moved.push({ ...message, content: texts.length > 0 ? texts : FOLLOWS });
    waiting.push({ type: 'text', text: `From tool call ${message.tool_call_id}:` });
    for (const part of parts) if (isAttached(part)) waiting.push(part);
  }
  if (waiting.length > 0) moved.push({ role: 'user', content: waiting });
  return moved;
}
