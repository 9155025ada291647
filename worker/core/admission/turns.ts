import type { ChatMessage, ChatRequest } from '../../../protocol/chat.ts';
import type { Deployment, PricingSettings } from '../config/config.ts';
import { addMessage, inputSize, ownTokens, sizeOfRest } from '../pricing/input-size.ts';

/**
 * Leaves out the oldest whole turns of a request until its input is within `maxInputTokens`. Returns the request itself if it
 * already is, and undefined if its last turn, with what stays anyway, is too long. A turn is a user's message and everything up
 * to the next one. What comes before the first is a turn of its own. Instructions stay wherever they are. Input is what the
 * client wrote (each byte of text is a token, tools and schemas count as JSON, images and files at their constants), without the
 * overheads of config.
 */
export function trimmedToCap(
  chat: ChatRequest,
  maxInputTokens: number,
  deployments: readonly Deployment[],
  pricing: PricingSettings,
): ChatRequest | undefined {
  const { messages } = chat;
  if (ownTokens(inputSize(chat, deployments), pricing) <= maxInputTokens) return chat;
  const { fixedTokens, tokens } = tokensByMessage(chat, deployments, pricing);
  const isStart = turnStarts(messages);
  let room = maxInputTokens - fixedTokens;
  let firstKept: number | undefined;
  for (let index = messages.length - 1; index >= 0; index--) {
    room -= tokens[index] ?? 0;
    if (room < 0) break;
    if (isStart[index]) firstKept = index;
  }
  if (firstKept === undefined) return undefined;
  const from = firstKept;
  return { ...chat, messages: messages.filter((message, index) => index >= from || isInstruction(message)) };
}

/** The tokens that are left if all turns but the last are dropped. */
export function lastTurnTokens(
  chat: ChatRequest,
  deployments: readonly Deployment[],
  pricing: PricingSettings,
): number {
  const { fixedTokens, tokens } = tokensByMessage(chat, deployments, pricing);
  const last = Math.max(0, turnStarts(chat.messages).lastIndexOf(true));
  return tokens.slice(last).reduce((sum, own) => sum + own, fixedTokens);
}

const isInstruction = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';

/**
 * The tokens of each message. `fixedTokens` are those of instructions and of everything outside messages. Instructions count as
 * nothing in `tokens`.
 */
function tokensByMessage(chat: ChatRequest, deployments: readonly Deployment[], pricing: PricingSettings) {
  const size = sizeOfRest(chat, deployments);
  let counted = ownTokens(size, pricing);
  let fixedTokens = counted;
  const tokens = chat.messages.map((message) => {
    addMessage(size, message, deployments);
    const own = ownTokens(size, pricing) - counted;
    counted += own;
    if (!isInstruction(message)) return own;
    fixedTokens += own;
    return 0;
  });
  return { fixedTokens, tokens };
}

/** Where turns begin. A user's message between a tool call and its result begins no turn, because the two are never parted. */
function turnStarts(messages: readonly ChatMessage[]): boolean[] {
  /** By how much the number of calls waiting for a result changes at a message, for calls that get one. */
  const waiting = new Int32Array(messages.length + 1);
  const callAt = new Map<string, number>();
  for (const [index, { tool_calls: calls, tool_call_id: answered }] of messages.entries()) {
    for (const { id } of calls ?? []) callAt.set(id, index);
    const asked = answered === undefined ? undefined : callAt.get(answered);
    if (asked === undefined) continue;
    waiting[asked + 1] = (waiting[asked + 1] ?? 0) + 1;
    waiting[index + 1] = (waiting[index + 1] ?? 0) - 1;
  }
  let open = 0;
  return messages.map(({ role }, index) => {
    open += waiting[index] ?? 0;
    return role === 'user' && open === 0;
  });
}
