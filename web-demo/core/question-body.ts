/** The body of a question. It is the same whenever it is made from the same turn, so that travel mode recognises it. */
import type { Conversation, Turn } from './conversation.ts';

/**
 * The most tokens of one answer. Each request holds the most it may cost: with one cent to spend and the sandbox's prices, about half a
 * cent. So a few answers pass before one is refused, even for somebody who has already asked the welcome's examples.
 */
const MOST_OUTPUT_TOKENS = 1_280;
/** The limit for earlier turns. The newest ones that fit are sent along. */
const MOST_CONTEXT_CHARS = 60_000;

type Message = { role: 'user' | 'assistant'; content: string };

/** Undefined where there is no such turn. */
export function questionBody(conversation: Conversation, turnId: string): string | undefined {
  const turn = conversation.turns.find(({ id }) => id === turnId);
  if (turn === undefined) return undefined;
  const before = conversation.turns.filter(({ id }) => turn.context.includes(id));
  return JSON.stringify({
    messages: [...newestThatFit(before).flatMap(messagesOf), { role: 'user', content: turn.question }],
    max_tokens: MOST_OUTPUT_TOKENS,
    stream: true,
    stream_options: { include_usage: true },
  });
}

const messagesOf = ({ question, text }: Turn): Message[] => [
  { role: 'user', content: question },
  { role: 'assistant', content: text },
];

function newestThatFit(turns: readonly Turn[]): readonly Turn[] {
  let chars = 0;
  const tooOld = turns.findLastIndex(({ question, text }) => {
    chars += question.length + text.length;
    return chars > MOST_CONTEXT_CHARS;
  });
  return turns.slice(tooOld + 1);
}
