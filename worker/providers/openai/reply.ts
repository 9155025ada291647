import type { ChatRequest } from '../../../protocol/chat.ts';
import { isObject, type Json, nonEmpty } from '../../../protocol/json.ts';
import { keepShape, LONGEST_KEPT } from '../../../protocol/kept-shapes.ts';
import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';
import { malformedFailure } from '../../core/routing/failure.ts';
import type { Reply } from '../adapter.ts';
import { ensureCallIdentity, madeCallId } from '../shared/call-identity.ts';
import { readParts } from '../shared/content-parts.ts';
import { failureInside, reportsError } from '../shared/error-inside.ts';
import { callKindIn, finishReason, isReason, namesCall } from '../shared/finish-reasons.ts';
import { generatedBytes } from '../shared/generated-bytes.ts';
import { jsonText } from '../shared/json-text.ts';
import { brokeOffFailure } from '../shared/provider-error.ts';
import { refusalInside } from '../shared/refusal-inside.ts';
import { dropRouterFields } from '../shared/router-fields.ts';
import { isReadableUsage, readUsage, usageIn, wireUsage } from '../shared/usage.ts';
import { writeText } from '../shared/written-text.ts';

/** Checks a whole answer. It is in OpenAI's form already, so its own text is passed on, unless a client could not read it. */
export function openaiReply(text: string, chat: ChatRequest, nowMs?: number): Reply {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return { ok: false, failure: malformedFailure('The answer is not JSON.') };
  }
  if (!isObject(answer)) return { ok: false, failure: malformedFailure('The answer is not a JSON object.') };
  if (text.length <= LONGEST_KEPT) keepShape('reply', answer);
  if (reportsError(answer)) return { ok: false, failure: failureInside(answer.error, false, nowMs) };
  const refusal = Array.isArray(answer.choices) ? undefined : refusalInside(answer);
  if (refusal) return { ok: false, failure: failureInside(refusal, false, nowMs) };
  const usage = readUsage(usageIn(answer));
  const { choices } = answer;
  if (!Array.isArray(choices) || choices.length === 0) {
    return { ok: false, failure: malformedFailure('The answer has no choices.'), usage };
  }
  let isRewritten = writeText(choices, text, 'message');
  if (isRewritten === undefined)
    return { ok: false, failure: malformedFailure('The arguments are nested too deeply.'), usage };
  const isCallNamed = namesCall(chat);
  for (const [index, choice] of choices.entries()) {
    const read = readChoice(choice, isCallNamed, (call) => madeCallId(answer.id, index, call));
    if (typeof read === 'object') return { ok: false, failure: read, usage };
    isRewritten ||= read;
  }
  isRewritten = dropRouterFields(answer) || isRewritten;
  if ((answer.usage ?? null) !== null && !isReadableUsage(answer.usage)) {
    answer.usage = usage && wireUsage(usage);
    isRewritten = true;
  }
  const body = isRewritten ? jsonText(answer) : text;
  if (body === undefined) return { ok: false, failure: malformedFailure('The answer is nested too deeply.'), usage };
  const textBytes = bytesIn(choices) ?? utf8Bytes(text);
  return { ok: true, body, model: nonEmpty(answer.model), usage, textBytes, finishReason: choices[0].finish_reason };
}

/** Returns true if the choice was repaired in place, or a failure if it cannot be used. `madeId` makes the id of a call without one. */
function readChoice(choice: unknown, isCallNamed: boolean, madeId: (call: number) => string) {
  if (!isObject(choice) || !isObject(choice.message)) return malformedFailure('A choice of the answer has no message.');
  const { message, finish_reason: word } = choice;
  const { content, tool_calls: calls } = message;
  if (calls !== undefined && calls !== null && !Array.isArray(calls))
    return malformedFailure('The tool calls are not a list.');
  let isRewritten = message.role !== 'assistant';
  message.role = 'assistant';
  for (const [index, call] of (calls ?? []).entries()) {
    if (isObject(call) && isOfAnotherKind(call)) continue;
    if (!isObject(call) || !isNamed(call)) return malformedFailure('A tool call of the answer has no name.');
    if (ensureCallIdentity(call, () => madeId(index))) isRewritten = true;
    if (isObject(call.function) && (call.function.arguments ?? undefined) === undefined) {
      call.function.arguments = '{}';
      isRewritten = true;
    }
  }
  if (Array.isArray(content)) {
    if (!joinParts(message, content)) return malformedFailure('A part of the content cannot be read.');
    isRewritten = true;
  } else if (content !== undefined && content !== null && typeof content !== 'string') {
    return malformedFailure('The content is not text.');
  }
  if (!isReason(word)) return malformedFailure('A choice of the answer has no finish_reason.');
  const reason = finishReason(word, isCallNamed ? undefined : callKindIn(message));
  if (reason === undefined) return brokeOffFailure(word);
  if (reason === word) return isRewritten;
  choice.finish_reason = reason;
  return true;
}

/** A call of a kind that we do not know may be complete in its own way, so it is passed on as it came. */
const isOfAnotherKind = ({ type, function: called, custom }: Json): boolean =>
  nonEmpty(type) !== undefined && type !== 'function' && type !== 'custom' && !isObject(called) && !isObject(custom);

const isNamed = ({ function: called, custom }: Json): boolean =>
  [called, custom].some((one) => isObject(one) && typeof one.name === 'string');

function joinParts(message: Json, parts: unknown[]): boolean {
  const joined = readParts(parts);
  if (joined.isLost) return false;
  message.content = joined.content;
  if (joined.reasoning !== '') message.reasoning_content = joined.reasoning;
  if (joined.refusal !== '') message.refusal = joined.refusal;
  return true;
}

/** UTF-8 bytes that were generated for all choices. */
function bytesIn(choices: unknown): number | undefined {
  let bytes = 0;
  for (const choice of Array.isArray(choices) ? choices : []) {
    const inside = generatedBytes(choice.message);
    if (inside === undefined) return undefined;
    bytes += inside;
  }
  return bytes;
}
