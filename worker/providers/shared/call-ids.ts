import type { ChatMessage } from '../../../protocol/chat.ts';

/** The longest id that OpenAI takes. vLLM and others make longer ones. */
const LONGEST = 40;
/** Room for `_2` and so on, for ids that would otherwise be equal. */
const LONGEST_NUMBER = 8;

/**
 * Ids of tool calls as every provider takes them: up to 40 letters, digits, `_` and `-`, each used once in a conversation. Some
 * providers make ids with other characters (`functions.search:0`), or the same ids in every turn (`call_0`), which Anthropic refuses.
 */
export class CallIds {
  readonly #sent = new Map<string, SentIds>();
  readonly #taken = new Set<string>();
  /** How often an id was requested, so that a thousand equal ids do not take a million tries. */
  readonly #wanted = new Map<string, number>();

  ofCall(id: string): string {
    const free = this.#free(mended(id));
    const sent = this.#sent.get(id);
    if (sent === undefined) this.#sent.set(id, { ids: [free], answered: 0 });
    else {
      sent.answered = Math.min(sent.answered, sent.ids.length);
      sent.ids.push(free);
    }
    return free;
  }

  /** The id of the first call with this id that has no result yet, or else of the last. */
  ofResult(id: string): string {
    const sent = this.#sent.get(id);
    return sent?.ids[Math.min(sent.answered++, sent.ids.length - 1)] ?? mended(id);
  }

  #free(wish: string): string {
    const stem = wish.slice(0, LONGEST - LONGEST_NUMBER);
    let count = this.#wanted.get(stem) ?? 1;
    let free = wish;
    for (; this.#taken.has(free); count++) free = `${stem}_${count + 1}`;
    this.#wanted.set(stem, count);
    this.#taken.add(free);
    return free;
  }
}

/** The ids that calls of one id were sent with, in order, and how many of them have their result. */
interface SentIds {
  ids: string[];
  answered: number;
}

const mended = (id: string): string => id.replace(/[^\w-]/g, '_').slice(0, LONGEST);

/** Shortens ids for OpenAI, which is strict only about the length. Returns the same messages if no id is too long. */
export function withShortIds(messages: ChatMessage[]): ChatMessage[] {
  const isLong = ({ tool_call_id: id = '', tool_calls: calls = [] }: ChatMessage): boolean =>
    id.length > LONGEST || calls.some((call) => call.id.length > LONGEST);
  if (!messages.some(isLong)) return messages;
  const ids = new CallIds();
  return messages.map((message) => {
    const { tool_call_id: id, tool_calls: calls } = message;
    if (id !== undefined) return { ...message, tool_call_id: ids.ofResult(id) };
    return calls ? { ...message, tool_calls: calls.map((call) => ({ ...call, id: ids.ofCall(call.id) })) } : message;
  });
}
