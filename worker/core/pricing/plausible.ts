/** Whether a provider's usage can be true, judged against what was sent and what was seen. Nothing the client sets is a measure. */
import type { ChatRequest, Usage } from '../../../protocol/chat.ts';

/** No tokenizer's tokens are longer than this on average. */
const LONGEST_TOKEN_BYTES = 64;

/** Above any model's window: a larger count is the provider's slip. */
export const MOST_BELIEVED_TOKENS = 10_000_000;

/** Why a usage is odd. `absurd` is no count at all; any other is the least that may have been billed. */
export type Oddity = 'absurd' | 'too_little_input' | 'too_little_output' | 'parts_exceed_whole';

/** The fewest tokens that can be behind a text of so many bytes. */
export const leastTokens = (bytes: number): number => Math.ceil(bytes / LONGEST_TOKEN_BYTES);

export const isAbsurd = ({ inputTokens, outputTokens }: Usage): boolean =>
  Math.max(inputTokens, outputTokens) > MOST_BELIEVED_TOKENS;

/** What is left of an absurd usage to be believed: the side that can be true. */
export function withoutSlips(usage: Usage): Usage {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  const input = inputTokens > MOST_BELIEVED_TOKENS ? NO_TOKENS : { inputTokens, cachedInputTokens, cacheWriteTokens };
  const output = outputTokens > MOST_BELIEVED_TOKENS ? {} : { outputTokens, reasoningTokens };
  return { ...NO_TOKENS, ...input, ...output };
}

const NO_TOKENS: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** `textBytes`: what was generated, as far as it was seen (`StreamStep.textBytes`, summed). */
export function oddityOf(usage: Usage, chat: ChatRequest, textBytes: number): Oddity | undefined {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = usage;
  if (isAbsurd(usage)) return 'absurd';
  if (cachedInputTokens + cacheWriteTokens > inputTokens || reasoningTokens > outputTokens) return 'parts_exceed_whole';
  if (inputTokens < leastInput(chat)) return 'too_little_input';
  if (outputTokens < leastTokens(textBytes)) return 'too_little_output';
  return undefined;
}

export const isPlausible = (usage: Usage, chat: ChatRequest, textBytes: number): boolean =>
  oddityOf(usage, chat, textBytes) === undefined;

/**
 * The words of the messages alone: schemas and pictures are counted in ways of their own. UTF-16 units, which are no more than
 * bytes and cost nothing to count. No prompt has no tokens.
 */
function leastInput({ messages }: ChatRequest): number {
  let units = 1;
  for (const { content } of messages) {
    if (typeof content === 'string') units += content.length;
    else if (content) for (const part of content) if (part.type === 'text') units += part.text.length;
  }
  return leastTokens(units);
}
