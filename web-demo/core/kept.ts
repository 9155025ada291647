/** Conversations as this browser keeps them. Each has one note, and a second, small note for the list and the outbox. */
import type { Conversation, ConversationHead, Turn } from './conversation.ts';
import { askingTurn, headOf, queueIdOf } from './conversation-events.ts';

export const CHAT = 'chat:';
export const HEAD = 'head:';
export const DRAFT = 'draft:';

/** A note holds 256 KB. The rest is room for a turn that is still growing. */
const MOST_BYTES = 240 * 1_024;

export interface KeptHead extends ConversationHead {
  /** The conversation's questions in the outbox. */
  queued: readonly { queueId: string; question: string }[];
  askingTurnId: string | null;
}

/** The outbox's list shows a question as one line. */
const LONGEST_SHOWN_CHARS = 300;

export const keptHeadOf = (conversation: Conversation): KeptHead => ({
  ...headOf(conversation),
  queued: conversation.turns.flatMap((turn) => {
    const queueId = queueIdOf(turn);
    return queueId === undefined ? [] : [{ queueId, question: turn.question.slice(0, LONGEST_SHOWN_CHARS) }];
  }),
  askingTurnId: askingTurn(conversation)?.id ?? null,
});

/** Drops the oldest turns of a conversation that is too large to be kept. The last turn stays, however large it is. */
export function fitted(conversation: Conversation): Conversation {
  let bytes = 0;
  const tooOld = conversation.turns.findLastIndex((turn) => {
    bytes += bytesOf(JSON.stringify(turn));
    return bytes > MOST_BYTES;
  });
  if (tooOld < 0) return conversation;
  const from = Math.min(tooOld + 1, conversation.turns.length - 1);
  return from === 0 ? conversation : { ...conversation, turns: conversation.turns.slice(from), isCut: true };
}

function bytesOf(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // Each half of a surrogate pair counts two bytes, so that a pair counts four.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

export const conversationText = (conversation: Conversation): string => JSON.stringify({ v: 1, ...conversation });
export const headText = (head: KeptHead): string => JSON.stringify({ v: 1, ...head });

/** Reads a note. Undefined if another version of this page wrote it, or if it is no conversation. */
export function readConversation(text: string | undefined): Conversation | undefined {
  const value = objectOf(text);
  if (value?.v !== 1 || typeof value.id !== 'string' || !Array.isArray(value.turns)) return undefined;
  const { id, title, changedAt, turns, isCut } = value as unknown as Conversation;
  return { id, title, changedAt, isCut, turns: turns.filter(isTurn) };
}

export function readHead(text: string | undefined): KeptHead | undefined {
  const value = objectOf(text);
  if (value?.v !== 1 || typeof value.id !== 'string' || !Array.isArray(value.queued)) return undefined;
  const { v: _, ...head } = value;
  return head as unknown as KeptHead;
}

const isTurn = (value: Turn | null): boolean =>
  typeof value?.id === 'string' && typeof value.question === 'string' && typeof value.outcome?.state === 'string';

function objectOf(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
