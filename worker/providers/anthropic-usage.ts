import type { FinishReason, Usage, WireUsage } from '../../protocol/chat.ts';
import { count, isObject } from './openai-usage.ts';

/** Anthropic's counts are cumulative and may be null in a later event: what is not given keeps its last value. */
export function mergeUsage(known: Record<string, unknown>, value: unknown): Record<string, unknown> {
  if (!isObject(value)) return known;
  const merged = { ...known };
  for (const key of Object.keys(value)) if (value[key] !== null && value[key] !== undefined) merged[key] = value[key];
  return merged;
}

/** The total input is input + cache_creation + cache_read (PLATFORM.md §3.1). */
export function readAnthropicUsage(value: Record<string, unknown>): Usage | undefined {
  const fresh = count(value.input_tokens);
  const outputTokens = count(value.output_tokens);
  if (fresh === undefined || outputTokens === undefined) return undefined;
  const cacheWriteTokens = count(value.cache_creation_input_tokens) ?? 0;
  const cachedInputTokens = count(value.cache_read_input_tokens) ?? 0;
  const details = isObject(value.output_tokens_details) ? value.output_tokens_details : {};
  return {
    inputTokens: fresh + cacheWriteTokens + cachedInputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens,
    reasoningTokens: Math.min(count(details.thinking_tokens) ?? 0, outputTokens),
  };
}

export const wireUsage = (usage: Usage): WireUsage => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: usage.cacheWriteTokens },
  completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
});

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  // Only server tools pause, and none are sent: what came is all there is.
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

/** A reason that Anthropic adds later is still an end. */
export const finishReason = (reason: string): FinishReason =>
  Object.hasOwn(FINISH_REASONS, reason) ? (FINISH_REASONS[reason] ?? 'stop') : 'stop';
