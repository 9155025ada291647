import type { Usage } from '../../../protocol/chat.ts';
import { isObject } from '../../../protocol/json.ts';
import { laterUsage } from '../shared/usage.ts';
import { readAnthropicUsage } from '../shared/usage-of-anthropic.ts';

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
