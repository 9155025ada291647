import type { Usage } from '../../../protocol/chat.ts';
import { isObject, type Json } from '../../../protocol/json.ts';
import { cacheWriteTokensIn, laterUsage, readUsage, tokenCount } from './usage.ts';

/** Reads Anthropic's usage object, also with OpenAI's names, which some gateways use. */
export function readAnthropicUsage(value: Json): Usage | undefined {
  const usage = readOwnNames(value);
  const hasOpenAiNames =
    tokenCount(value.prompt_tokens) !== undefined || tokenCount(value.completion_tokens) !== undefined;
  const other = hasOpenAiNames ? readUsage(value) : undefined;
  return other === undefined ? usage : laterUsage(usage, other);
}

/** The whole input is input + cache_creation + cache_read. Undefined if nothing was reported. */
function readOwnNames(value: Json): Usage | undefined {
  const fresh = tokenCount(value.input_tokens);
  const output = tokenCount(value.output_tokens);
  const cachedInputTokens = tokenCount(value.cache_read_input_tokens) ?? 0;
  const cacheWriteTokens = Math.max(
    tokenCount(value.cache_creation_input_tokens) ?? 0,
    cacheWriteTokensIn(value.cache_creation),
  );
  if (fresh === undefined && output === undefined && cachedInputTokens + cacheWriteTokens === 0) return undefined;
  const details = isObject(value.output_tokens_details) ? value.output_tokens_details : {};
  const reasoningTokens = Math.max(tokenCount(details.thinking_tokens) ?? 0, tokenCount(details.reasoning_tokens) ?? 0);
  const outputTokens = output ?? 0;
  return {
    inputTokens: (fresh ?? 0) + cacheWriteTokens + cachedInputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens: reasoningTokens > outputTokens ? outputTokens + reasoningTokens : outputTokens,
    reasoningTokens,
  };
}
