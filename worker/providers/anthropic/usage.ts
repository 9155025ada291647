import type { Usage } from '../../../protocol/chat.ts';
import { count, isObject, laterUsage, readUsage, writtenInParts } from '../openai/usage.ts';

/**
 * A later event's counts over what is known. They are cumulative, may be null, and may repeat a side as zeros: what is not given
 * keeps its last value, and of each side the larger counts.
 */
export class AnthropicUsage {
  usage: Usage | undefined;
  #counts: Record<string, unknown> = {};

  take(value: unknown): void {
    if (!isObject(value)) return;
    const counts = { ...this.#counts };
    for (const key of Object.keys(value)) if (value[key] !== null && value[key] !== undefined) counts[key] = value[key];
    const next = readAnthropicUsage(counts);
    if (next === undefined) {
      this.#counts = counts;
      return;
    }
    const merged = laterUsage(this.usage, next);
    // A side that was not taken keeps its counts for what a later event leaves out.
    const inputStays = merged.inputTokens > next.inputTokens;
    const outputStays = merged.outputTokens > next.outputTokens;
    for (const key of Object.keys(counts)) {
      const stays = key.startsWith('output') ? outputStays : inputStays;
      if (stays && key in this.#counts) counts[key] = this.#counts[key];
    }
    this.#counts = counts;
    this.usage = merged;
  }
}

/** In Anthropic's names, and in OpenAI's where a gateway uses those. */
export function readAnthropicUsage(value: Record<string, unknown>): Usage | undefined {
  const usage = readOwnNames(value);
  const hasOpenAiNames = count(value.prompt_tokens) !== undefined || count(value.completion_tokens) !== undefined;
  const other = hasOpenAiNames ? readUsage(value) : undefined;
  return other === undefined ? usage : laterUsage(usage, other);
}

/** The total input is input + cache_creation + cache_read. A side that is missing counts as nothing told. */
function readOwnNames(value: Record<string, unknown>): Usage | undefined {
  const fresh = count(value.input_tokens);
  const said = count(value.output_tokens);
  const cachedInputTokens = count(value.cache_read_input_tokens) ?? 0;
  const cacheWriteTokens = Math.max(
    count(value.cache_creation_input_tokens) ?? 0,
    writtenInParts(value.cache_creation),
  );
  if (fresh === undefined && said === undefined && cachedInputTokens + cacheWriteTokens === 0) return undefined;
  const details = isObject(value.output_tokens_details) ? value.output_tokens_details : {};
  const reasoningTokens = Math.max(count(details.thinking_tokens) ?? 0, count(details.reasoning_tokens) ?? 0);
  const outputTokens = said ?? 0;
  return {
    inputTokens: (fresh ?? 0) + cacheWriteTokens + cachedInputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens: reasoningTokens > outputTokens ? outputTokens + reasoningTokens : outputTokens,
    reasoningTokens,
  };
}
