import type { ChatChoice, ChatRequest } from '../../../protocol/chat.ts';
import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';
import type { CachePolicy } from './cache-policy.ts';
import { hasPersonalData } from './personal-data.ts';
import { completionOf } from './stored-answer.ts';

/** Why an answer is not written to the cache. */
export type NotStoredReason =
  /** The answer was made by the safeguard, in a drill or under a bypass, so it is not for other callers. */
  | 'mode'
  | 'too_large'
  /** Truncated, filtered, refused, empty, or with fewer choices than requested. */
  | 'incomplete'
  | 'tool_calls'
  | 'personal_data';

/** A finished answer, and the request it belongs to. */
export interface FinishedAnswer {
  /** JSON text of a completion. */
  body: string;
  /** The question as the client sent it. */
  chat: ChatRequest;
  policy: Pick<CachePolicy, 'scope' | 'maxBytes' | 'toolCalls' | 'personalData'>;
  /** `x-carryon-mode`. */
  mode: string;
}

/** Why an answer is not stored. Returns undefined if it may be stored. Errors never get here, because they are not completions. */
export function whyNotStored({ body, chat, policy, mode }: FinishedAnswer): NotStoredReason | undefined {
  if (mode !== 'normal') return 'mode';
  if (utf8Bytes(body) > policy.maxBytes) return 'too_large';
  const { choices } = completionOf({ body });
  if (choices.length !== (chat.n ?? 1)) return 'incomplete';
  for (const choice of choices) {
    const problem = whyNotChoice(choice, policy.toolCalls);
    if (problem !== undefined) return problem;
  }
  if (policy.scope === 'user') return undefined;
  const { messages, tools, tool_choice, response_format, stop, rest } = chat;
  const texts = [messages, tools, tool_choice, response_format, stop, rest, choices.map(({ message }) => message)];
  return hasPersonalData(texts, policy.personalData) ? 'personal_data' : undefined;
}

/** Some providers report `stop` when the model calls a tool, so the message is searched for calls too. */
function whyNotChoice(
  { message, finish_reason: reason }: ChatChoice,
  allowsCalls: boolean,
): NotStoredReason | undefined {
  const calls = (message.tool_calls?.length ?? 0) > 0 || Boolean(message.function_call);
  if (calls && !allowsCalls) return 'tool_calls';
  if (calls) return COMPLETE.has(reason) ? undefined : 'incomplete';
  return reason === 'stop' && message.content && !message.refusal ? undefined : 'incomplete';
}

const COMPLETE: ReadonlySet<string> = new Set(['stop', 'tool_calls', 'function_call']);
