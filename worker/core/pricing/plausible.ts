/** Whether a provider's usage can be true, judged by what was sent and what was seen, never by a number that the client sets. */
import type { ChatRequest, Usage } from '../../../protocol/chat.ts';

/** No tokenizer has longer tokens on average. */
const LONGEST_TOKEN_BYTES = 64;

/** More than any model's context window. A larger count is a mistake of the provider. */
export const MOST_BELIEVED_TOKENS = 10_000_000;

/** Why a usage is implausible. `absurd` is not a count at all. Any other usage is the least that may have been billed. */
export type UsageProblem = 'absurd' | 'too_little_input' | 'too_little_output' | 'parts_exceed_whole';

/** The fewest tokens that a text of this length can have. */
export const leastTokens = (bytes: number): number => Math.ceil(bytes / LONGEST_TOKEN_BYTES);

/** Whether a count is larger than any model can have. */
export const isAbsurd = ({ inputTokens, outputTokens }: Usage): boolean =>
  Math.max(inputTokens, outputTokens) > MOST_BELIEVED_TOKENS;

/** Keeps the side of an absurd usage that can be true. */
export function withoutSlips(usage: Usage): Usage {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  const input = inputTokens > MOST_BELIEVED_TOKENS ? NO_TOKENS : { inputTokens, cachedInputTokens, cacheWriteTokens };
  const output = outputTokens > MOST_BELIEVED_TOKENS ? {} : { outputTokens, reasoningTokens };
  return { ...NO_TOKENS, ...input, ...output };
}

/** A usage of nothing. */
export const NO_TOKENS: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/**
 * What makes a usage implausible, or undefined if nothing does. `textBytes` is what was seen of the answer (the sum of
 * `StreamStep.textBytes`).
 */
export function usageProblem(usage: Usage, chat: ChatRequest, textBytes: number): UsageProblem | undefined {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = usage;
  if (isAbsurd(usage)) return 'absurd';
  if (cachedInputTokens + cacheWriteTokens > inputTokens || reasoningTokens > outputTokens) return 'parts_exceed_whole';
  if (inputTokens < leastInput(chat)) return 'too_little_input';
  if (outputTokens < leastTokens(textBytes)) return 'too_little_output';
  return undefined;
}

/** Whether a usage may be booked as it is. */
export const isPlausible = (usage: Usage, chat: ChatRequest, textBytes: number): boolean =>
  usageProblem(usage, chat, textBytes) === undefined;

/**
 * The fewest input tokens that the messages' text can have. Schemas and pictures do not count, because each provider counts them
 * in its own way. The text is measured in UTF-16 units, which are never more than bytes and are free to count. Every prompt has
 * at least one token.
 */
function leastInput({ messages }: ChatRequest): number {
  let units = 1;
  for (const { content } of messages) {
    if (typeof content === 'string') units += content.length;
    else if (content) for (const part of content) if (part.type === 'text') units += part.text.length;
  }
  return leastTokens(units);
}
