import type { ChatRequest, FinishReason } from '../../../protocol/chat.ts';
import { isObject, type Json } from '../../../protocol/json.ts';

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

/** True for a reason of any kind. Until the end, some servers write `""` (Ollama, SGLang, SenseNova) or `"null"` (KoboldCpp). */
export const isReason = (reason: unknown): reason is string =>
  typeof reason === 'string' && reason !== '' && reason.toLowerCase() !== 'null';

/** What a choice calls, as the reason that ends such a choice. */
export type CallKind = 'tool_calls' | 'function_call' | undefined;

/** What a message or a delta calls by name. The provider runs calls of other kinds itself, and some have an empty call beside a text. */
export function callKindIn({ tool_calls: calls, function_call: called }: Json): CallKind {
  if (Array.isArray(calls) && calls.some((call) => isObject(call) && (isNamed(call.function) || isNamed(call.custom))))
    return 'tool_calls';
  return isNamed(called) ? 'function_call' : undefined;
}

const isNamed = (called: unknown): boolean => isObject(called) && Boolean(called.name);

/** True if the request names the function to call. OpenAI ends such a call with `stop`, so no reason is rewritten there. */
export const namesCall = ({ tool_choice: choice }: ChatRequest): boolean =>
  typeof choice === 'object' && choice.type !== 'allowed_tools';

/**
 * OpenAI's finish reason for a provider's. Undefined if that does not mean a complete answer. Gemini and LiteLLM say `stop` after
 * calls too, and some clients run tools only for `tool_calls`.
 */
export function finishReason(reason: string, called?: CallKind): FinishReason | undefined {
  const complete = COMPLETE.get(reason) ?? COMPLETE.get(reason.toLowerCase());
  return complete === 'stop' ? (called ?? complete) : complete;
}
