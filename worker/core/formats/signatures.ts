/**
 * Gemini 3 signs its tool calls, and refuses a history in which a message's first call is unsigned. For calls of another model
 * Google documents a word that stands in for the signature. Sources, November 2026: ai.google.dev/gemini-api/docs/thought-signatures
 * (where the signature goes in OpenAI's format, the stand-ins, and that Gemini 2.5 needs no signature), and Vertex's page of the
 * same name, which has only this stand-in. AI Studio and Vertex refuse each other's signatures
 * (github.com/BerriAI/litellm/issues/32140).
 */
import type { ChatMessage, ChatRequest } from '../../../protocol/chat.ts';
import { isAtHost } from '../config/hosts.ts';
import type { Failure } from '../routing/failure.ts';

type Call = NonNullable<ChatMessage['tool_calls']>[number];

/** Stands in for the signature of a call that Gemini did not make, or whose signature is gone. */
export const STAND_IN = 'skip_thought_signature_validator';

/** Models that sign their calls. A name without a version, such as `gemini-flash-latest`, means the newest model. */
const SIGNS_CALLS = /gemini-(?![12](?!\d)|pro(?:-vision)?$|ultra)/i;

/** True if a call's signature goes back to this host. Other providers refuse the field. */
export const takesSignatures = (apiBase: string): boolean => isAtHost(apiBase, 'googleapis.com');

/** True if this model refuses unsigned calls. */
export const needsSignatures = ({ apiBase, model }: { apiBase: string; model: string }): boolean =>
  takesSignatures(apiBase) && SIGNS_CALLS.test(model);

/** True for "Corrupted thought signature", "Thought signature is not valid", "is missing a thought_signature". */
export const isAboutSignatures = (message: string): boolean => /\bthought[ _]signature\b/i.test(message);

/** True if this host takes signatures and has refused these. Other hosts may only quote what the caller wrote about them. */
export const refusesSignatures = ({ apiBase }: { apiBase: string }, { kind, message }: Failure): boolean =>
  kind === 'unsupported' && takesSignatures(apiBase) && isAboutSignatures(message);

/** True if a call has a signature. */
export const isSigned = (call: Call): boolean => call.type === 'function' && call.extra_content !== undefined;

/** The calls without their signatures. */
export const unsignedCalls = (calls: readonly Call[]): Call[] =>
  calls.map((call) => (call.type === 'function' ? { id: call.id, type: 'function', function: call.function } : call));

/** The request without signatures. Undefined if it has none. */
export function withoutSignatures(chat: ChatRequest): ChatRequest | undefined {
  if (!chat.messages.some(({ tool_calls }) => tool_calls?.some(isSigned))) return undefined;
  const messages = chat.messages.map((message) =>
    message.tool_calls?.some(isSigned) ? { ...message, tool_calls: unsignedCalls(message.tool_calls) } : message,
  );
  return { ...chat, messages };
}
