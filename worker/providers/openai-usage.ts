import type { Usage } from '../../protocol/chat.ts';

type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A model's name, or undefined where there is none. */
export const named = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A count of tokens, or undefined: negative, fractional and absurd figures are no counts. */
export const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/**
 * OpenAI's usage object in Carryon's one meaning (PLATFORM.md §3.1). DeepSeek names cached input `prompt_cache_hit_tokens`;
 * Gemini shows its thinking only as what the total has over prompt and completion, and that is billed as output.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const inputTokens = count(value.prompt_tokens);
  const completion = count(value.completion_tokens);
  if (inputTokens === undefined || completion === undefined) return undefined;
  const hidden = (count(value.total_tokens) ?? 0) - inputTokens - completion;
  const outputTokens = completion + Math.max(0, hidden);
  const input = isObject(value.prompt_tokens_details) ? value.prompt_tokens_details : {};
  const output = isObject(value.completion_tokens_details) ? value.completion_tokens_details : {};
  const cached = count(input.cached_tokens) ?? count(value.prompt_cache_hit_tokens) ?? 0;
  const cachedInputTokens = Math.min(cached, inputTokens);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.min(count(input.cache_write_tokens) ?? 0, inputTokens - cachedInputTokens),
    outputTokens,
    reasoningTokens: Math.min((count(output.reasoning_tokens) ?? 0) || Math.max(0, hidden), outputTokens),
  };
}
