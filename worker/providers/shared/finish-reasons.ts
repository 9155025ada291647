import type { FinishReason } from '../../../protocol/chat.ts';

/**
 * Every finish reason of a complete answer, in lower case. The list is closed: a provider that breaks off uses its own words (`abort`,
 * `error`, `network_error`), so a word that is missing here is never taken for the end of an answer.
 */
const COMPLETE: ReadonlyMap<string, FinishReason> = new Map([
  // OpenAI
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'function_call'],
  ['content_filter', 'content_filter'],
  // Anthropic, and gateways that pass its words on. Only server tools pause, and none are sent, so the answer is whole.
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
  // Together, Hugging Face
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  // Mistral
  ['model_length', 'length'],
  // Cohere
  ['complete', 'stop'],
  ['tool_call', 'tool_calls'],
  // Bedrock
  ['content_filtered', 'content_filter'],
  ['guardrail_intervened', 'content_filter'],
  // GLM
  ['sensitive', 'content_filter'],
  // Gemini
  ['safety', 'content_filter'],
  ['recitation', 'content_filter'],
  ['blocklist', 'content_filter'],
  ['prohibited_content', 'content_filter'],
  ['spii', 'content_filter'],
]);

/** OpenAI's finish reason for a provider's. Undefined if that does not mean a complete answer. */
export const finishReason = (reason: string): FinishReason | undefined =>
  COMPLETE.get(reason) ?? COMPLETE.get(reason.toLowerCase());
