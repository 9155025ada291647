/** The body of a question. The same turn always gives the same body, so that travel mode recognises the question. */
import type { Conversation, Turn } from './conversation.ts';

/**
 * The most tokens of one answer. The ledger holds a request's worst case: about half a cent at the sandbox's prices. With one cent to
 * spend, a few answers pass before one is refused, even after a person has asked the examples of the welcome page.
 */
const MOST_OUTPUT_TOKENS = 1_280;
/** The limit for the text of earlier turns. The newest turns that fit are sent along. */
const MOST_CONTEXT_CHARS = 60_000;

type Message = { role: 'user' | 'assistant'; content: string };

/** The body of the turn's question; undefined if the conversation has no turn with this id. */
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
