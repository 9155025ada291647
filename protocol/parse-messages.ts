import type { ChatMessage } from './chat.ts';
import type { FieldNames } from './field-names.ts';
import { isObject, type Json } from './json.ts';
import { withoutLegacyMessages } from './parse-legacy.ts';
import { parseParts } from './parse-parts.ts';
import { expectedProblem, isGiven, keepFields, Problem } from './parse-problem.ts';
import { parseToolCalls } from './parse-tools.ts';

const ROLES = 'one of "system", "developer", "user", "assistant", "tool"';
const PLAIN_KEYS = new Set(['role', 'content', 'name']);
const TOOL_KEYS = new Set(['role', 'content', 'tool_call_id']);
const ASSISTANT_KEYS = new Set(['role', 'content', 'name', 'tool_calls', 'refusal', 'reasoning_content']);
/** Fields of an answer that clients send back with the history. The model does not need them, so they are not listed as dropped. */
const ECHOED = new Set(['annotations', 'parsed', 'reasoning', 'reasoning_details', 'function_call']);

const ONLY_TEXT = new Set(['text']);
const TEXT_AND_IMAGES = new Set(['text', 'image_url']);
const TEXT_AND_REFUSALS = new Set(['text', 'refusal']);
const EVERY_PART = new Set(['text', 'image_url', 'input_audio', 'file']);

/** Checks `messages`. The result has only known fields. A message without other fields stays the same object. */
export function parseMessages(messages: unknown, stripped: FieldNames): ChatMessage[] | Problem {
  if (!Array.isArray(messages) || messages.length === 0) {
    return expectedProblem('messages', 'an array with at least one message', messages);
  }
  let copy: unknown[] | undefined;
  for (let index = 0; index < messages.length; index++) {
    const message = parseMessage(messages[index], stripped);
    if (message instanceof Problem) return message.under(`messages[${index}]`);
    if (message !== messages[index]) {
      copy ??= messages.slice();
      copy[index] = message;
    }
  }
  return copy === undefined ? (messages as ChatMessage[]) : withoutLegacyMessages(copy as ChatMessage[]);
}

function parseMessage(message: unknown, stripped: FieldNames): Json | Problem {
  if (!isObject(message)) return expectedProblem('', 'an object such as {"role": "user", "content": "…"}', message);
  const problem = checkFields(message);
  if (problem) return problem;
  let result = message;
  if (Array.isArray(message.content)) {
    const parts = parseParts(message.content, allowedParts(message.role), stripped);
    if (parts instanceof Problem) return parts;
    if (parts !== message.content) result = { ...result, content: parts };
  }
  if (Array.isArray(message.tool_calls) && message.tool_calls.length > 0) {
    const calls = parseToolCalls(message.tool_calls, stripped);
    if (calls instanceof Problem) return calls;
    if (calls !== message.tool_calls) result = { ...result, tool_calls: calls };
  }
  const keys = message.role === 'assistant' ? ASSISTANT_KEYS : message.role === 'tool' ? TOOL_KEYS : PLAIN_KEYS;
  return hasOther(message, keys) ? closedMessage(result, keys, stripped) : result;
}

/** A copy with only known fields. It leaves out `tool_calls: []`, which some SDKs keep in the history and OpenAI refuses. */
function closedMessage(message: Json, keys: ReadonlySet<string>, stripped: FieldNames): Json {
  const closed = keepFields(message, keys, 'messages[]', stripped, ECHOED);
  if (Array.isArray(closed.tool_calls) && closed.tool_calls.length === 0) delete closed.tool_calls;
  const call = message.function_call;
  if (message.role === 'assistant' && isObject(call)) {
    closed.function_call = { name: call.name, arguments: call.arguments };
  }
  return closed;
}

/** True if the message must change: an unknown field, a null one other than `content`, an empty list of calls, an older role. */
function hasOther(message: Json, keys: ReadonlySet<string>): boolean {
  if (message.role === 'function') return true;
  for (const key in message) {
    if (!keys.has(key)) return true;
    if (message[key] === null && key !== 'content') return true;
    if (key === 'tool_calls' && (message.tool_calls as unknown[]).length === 0) return true;
  }
  return false;
}

function checkFields(message: Json): Problem | undefined {
  const { role, content } = message;
  if (isGiven(message.name) && typeof message.name !== 'string')
    return expectedProblem('name', 'a string', message.name);
  switch (role) {
    case 'user':
    case 'system':
    case 'developer':
      return checkContent(content);
    case 'tool':
      if (typeof message.tool_call_id !== 'string' || message.tool_call_id === '') {
        return expectedProblem('tool_call_id', 'the id of the tool call that this answers', message.tool_call_id);
      }
      return checkContent(content);
    case 'function':
      if (typeof message.name !== 'string') return expectedProblem('name', 'the name of the function', message.name);
      return content === null ? undefined : checkContent(content);
    case 'assistant':
      return checkAssistant(message);
    default:
      return typeof role === 'string' ? new Problem('role', `must be ${ROLES}`) : expectedProblem('role', ROLES, role);
  }
}

function checkContent(content: unknown): Problem | undefined {
  if (typeof content === 'string' || (Array.isArray(content) && content.length > 0)) return undefined;
  return expectedProblem('content', 'a string or an array of content parts', content);
}

function checkAssistant(message: Json): Problem | undefined {
  const { content, tool_calls: calls, refusal, function_call: call, audio, reasoning_content: reasoning } = message;
  if (isGiven(calls) && !Array.isArray(calls)) return expectedProblem('tool_calls', 'an array', calls);
  if (isGiven(refusal) && typeof refusal !== 'string') return expectedProblem('refusal', 'a string', refusal);
  if (isGiven(reasoning) && typeof reasoning !== 'string')
    return expectedProblem('reasoning_content', 'a string', reasoning);
  if (isGiven(call) && (!isObject(call) || typeof call.name !== 'string' || typeof call.arguments !== 'string')) {
    return expectedProblem('function_call', 'an object with "name" and "arguments", both strings', call);
  }
  if (isGiven(audio) && (!isObject(audio) || typeof audio.id !== 'string')) {
    return expectedProblem('audio', 'an object with the "id" of an earlier answer', audio);
  }
  if (typeof content === 'string' || Array.isArray(content)) return undefined;
  const saysSomething = (isGiven(calls) && (calls as unknown[]).length > 0) || isGiven(refusal) || isGiven(call);
  if (!isGiven(content) && saysSomething) return undefined;
  if (!isGiven(content) && isGiven(audio)) {
    return new Problem(
      'audio',
      'names an earlier answer by its id, which no provider reads here: send its words as "content"',
    );
  }
  return expectedProblem('content', 'a string or an array of parts, unless there are "tool_calls"', content);
}

function allowedParts(role: unknown): ReadonlySet<string> {
  if (role === 'user') return EVERY_PART;
  if (role === 'assistant') return TEXT_AND_REFUSALS;
  return role === 'tool' ? TEXT_AND_IMAGES : ONLY_TEXT;
}
