import type { ChatRequest } from '../../protocol/chat.ts';
import type { Reply } from './adapter.ts';
import { failureInside } from './openai-failure.ts';
import { isObject, named, readUsage, usageIn } from './openai-usage.ts';
import { malformed } from './provider-error.ts';
import { refusalInside } from './refusal-inside.ts';

/** Finish reasons that say the provider broke off (DeepSeek, OpenRouter). */
export const BROKEN_OFF = new Set(['error', 'insufficient_system_resource']);

/** A whole answer: already in the shape we speak, so its own text goes on untouched. */
export function openaiReply(text: string, _chat: ChatRequest, nowMs?: number): Reply {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return { ok: false, failure: malformed('The answer is not JSON.') };
  }
  if (!isObject(answer)) return { ok: false, failure: malformed('The answer is not a JSON object.') };
  if (answer.error) return { ok: false, failure: failureInside(answer.error, false, nowMs) };
  const refusal = Array.isArray(answer.choices) ? undefined : refusalInside(answer);
  if (refusal) return { ok: false, failure: failureInside(refusal, false, nowMs) };
  const problem = checkChoices(answer.choices);
  if (problem) return { ok: false, failure: malformed(problem) };
  return { ok: true, body: text, model: named(answer.model), usage: readUsage(usageIn(answer)) };
}

function checkChoices(choices: unknown): string | undefined {
  if (!Array.isArray(choices) || choices.length === 0) return 'The answer has no choices.';
  for (const choice of choices) {
    if (!isObject(choice) || !isObject(choice.message)) return 'A choice of the answer has no message.';
    const { content, tool_calls: calls } = choice.message;
    if (content !== undefined && content !== null && typeof content !== 'string') return 'The content is not text.';
    if (calls !== undefined && calls !== null && !Array.isArray(calls)) return 'The tool calls are not a list.';
    if (typeof choice.finish_reason !== 'string' || choice.finish_reason === '')
      return 'A choice of the answer has no finish_reason.';
    if (BROKEN_OFF.has(choice.finish_reason)) return `The provider broke off (${choice.finish_reason}).`;
  }
  return undefined;
}
