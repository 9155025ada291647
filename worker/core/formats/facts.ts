import type { ContentPart } from '../../../protocol/chat.ts';
import type { SentAs } from '../attachments.ts';

/**
 * What a wire format's adapter and its providers do to a request, as far as prices and bounds depend on it. No field is optional,
 * because a format that left one out would be counted as if it added nothing.
 */
export interface FormatFacts {
  /** How the adapter sends a content part. `allowParams` has the fields that config allows at a price. */
  sentAs(part: ContentPart, allowParams: readonly string[]): SentAs;
  /** True if the adapter sends `n`. Otherwise every request gets one choice. */
  sendsChoices: boolean;
  /** The most tokens of instructions that a provider adds when a request has tools. */
  toolsPromptTokens: number;
  /** True if the adapter defines the tools that the history calls when the request does not offer them. */
  definesToolsOfHistory: boolean;
  /** The most UTF-8 bytes that the adapter may add to the answer's JSON schema. `json` is the schema's text. */
  schemaGrowth(json: string): number;
  /** The shortest request that any provider of the format calls long, and how many times as much its tokens then cost. */
  longRequest: { fromInputTokens: number; input: number; output: number };
  /**
   * True if `reasoning_effort: "none"` is sure to stop this model from thinking. `model` is in lower case, with dashes in place of
   * dots.
   */
  turnsThinkingOff(model: string): boolean;
  /** True if providers cache a prompt only when told to. A feature's `promptCache` then makes its requests write to the cache. */
  cachesWhenTold: boolean;
}
