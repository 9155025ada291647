import type { Usage } from '../../../protocol/chat.ts';
import { isObject } from '../../../protocol/json.ts';
import { laterUsage } from '../shared/usage.ts';
import { readAnthropicUsage } from '../shared/usage-of-anthropic.ts';

/**
 * The usage so far. Counts are cumulative, may be null, and may repeat one side as zeros. So a missing count keeps its last value, and
 * the larger value counts for each side.
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
    // A side that did not change keeps its counts, for fields that a later event leaves out.
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
