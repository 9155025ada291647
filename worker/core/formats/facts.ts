import type { ContentPart } from '../../../protocol/chat.ts';
import type { SentAs } from '../attachments.ts';

/**
 * What a wire format's adapter and its providers do to a request, as far as prices and bounds depend on it. No field is optional:
 * a format that left one out would be counted as if it added nothing.
 */
export interface FormatFacts {
  /** How the adapter sends a content part. `allowParams`: fields that config allows at a price. */
  sentAs(part: ContentPart, allowParams: readonly string[]): SentAs;
  /** The adapter sends `n`; otherwise every request gets one choice. */
  sendsChoices: boolean;
  /** Tokens of instructions that a provider writes, at most, when a request has tools. */
  toolsPromptTokens: number;
  /** The adapter defines the tools that a history calls when the request does not offer them. */
  definesToolsOfHistory: boolean;
  /** UTF-8 bytes by which the adapter may lengthen a JSON schema for the answer. `json`: the schema's text. */
  schemaGrowth(json: string): number;
  /** The shortest request that any provider of the format calls long, and how many times dearer its tokens then are. */
  longRequest: { fromInputTokens: number; input: number; output: number };
  /** Whether `reasoning_effort: "none"` surely stops this model from thinking. `model`: in lower case, dots as dashes. */
  turnsThinkingOff(model: string): boolean;
  /** Providers cache a prompt only when told to, so a feature's `promptCache` makes its requests write to the cache. */
  cachesWhenTold: boolean;
}
