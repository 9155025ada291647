import { ok, type Result, refused } from '../../protocol/result.ts';
import { asArray, asObject, asString, isObject, type Json } from '../json.ts';
import type { Refusal } from '../wire.ts';
import { invalid } from './errors.ts';
import { invalidType, missing } from './fields.ts';

const ROLES = ['system', 'assistant', 'user', 'function', 'tool', 'developer'];
const MESSAGE_FIELDS = ['role', 'content', 'name', 'tool_calls', 'tool_call_id', 'refusal', 'audio', 'function_call'];
const PART_TYPES = ['text', 'image_url', 'input_audio', 'file', 'refusal'];

export interface ReadMessages {
  texts: string[];
  imageCount: number;
  lastUserText: string;
  /** The text of the system and developer messages. */
  instructions: string;
  toolResult: string | undefined;
}

/** Checks the turns as OpenAI does, then extracts what is charged and what the answer is about. */
export function readMessages(messages: unknown): Result<ReadMessages, Refusal> {
  if (messages === undefined) return refused(missing('messages'));
  const turns = asArray(messages);
  if (turns.length === 0) {
    const message =
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";
    return refused(invalid(message, 'messages', 'empty_array'));
  }
  const read: ReadMessages = { texts: [], imageCount: 0, lastUserText: '', instructions: '', toolResult: undefined };
  for (const [index, turn] of turns.entries()) {
    const at = `messages[${index}]`;
    if (!isObject(turn)) return refused(invalidType(at, 'an object', turn));
    const refusal = checkTurn(turn, at) ?? checkToolOrder(turns, index, turn);
    if (refusal !== undefined) return refused(refusal);
    const content = readContent(turn.content);
    read.texts.push(
      content.text,
      ...asArray(turn.tool_calls).map((call) => JSON.stringify(asObject(call).function ?? asObject(call).custom ?? '')),
    );
    read.imageCount += content.imageCount;
    if (turn.role === 'user') read.lastUserText = content.text;
    if (turn.role === 'system' || turn.role === 'developer') read.instructions += `${content.text}\n`;
    read.toolResult = turn.role === 'tool' || turn.role === 'function' ? content.text : undefined;
  }
  return ok(read);
}

function checkTurn(turn: Json, at: string): Refusal | undefined {
  const unknown = Object.keys(turn).find((field) => !MESSAGE_FIELDS.includes(field));
  if (unknown !== undefined)
    return invalid(`Unknown parameter: '${at}.${unknown}'.`, `${at}.${unknown}`, 'unknown_parameter');
  if (turn.role === undefined) return missing(`${at}.role`);
  if (!ROLES.some((role) => role === turn.role)) {
    const supported = ROLES.map((role) => `'${role}'`).join(', ');
    return invalid(
      `Invalid value: '${String(turn.role)}'. Supported values are: ${supported}.`,
      `${at}.role`,
      'invalid_value',
    );
  }
  if (turn.content == null) {
    const mayBeEmpty =
      turn.role === 'assistant' && (turn.tool_calls != null || turn.function_call != null || turn.refusal != null);
    return mayBeEmpty
      ? undefined
      : invalidType(`${at}.content`, 'one of a string or array of objects', turn.content ?? null);
  }
  if (typeof turn.content !== 'string' && !Array.isArray(turn.content)) {
    return invalidType(`${at}.content`, 'one of a string or array of objects', turn.content);
  }
  for (const [index, part] of asArray(turn.content).entries()) {
    const refusal = checkPart(part, `${at}.content[${index}]`);
    if (refusal !== undefined) return refusal;
  }
  if (turn.role === 'tool' && typeof turn.tool_call_id !== 'string') return missing(`${at}.tool_call_id`);
  return undefined;
}

function checkPart(part: unknown, at: string): Refusal | undefined {
  if (!isObject(part)) return invalidType(at, 'an object', part);
  if (!PART_TYPES.some((type) => type === part.type)) {
    const supported = PART_TYPES.map((type) => `'${type}'`).join(', ');
    return invalid(
      `Invalid value: '${String(part.type)}'. Supported values are: ${supported}.`,
      `${at}.type`,
      'invalid_value',
    );
  }
  if (part.type === 'text' && typeof part.text !== 'string')
    return invalidType(`${at}.text`, 'a string', part.text ?? null);
  if (part.type !== 'image_url') return undefined;
  const url = asObject(part.image_url).url;
  if (typeof url !== 'string') return missing(`${at}.image_url.url`);
  return /^(https?:\/\/|data:image\/)/.test(url)
    ? undefined
    : invalid(
        `Invalid '${at}.image_url.url'. Expected a valid URL, but got a value with an invalid format.`,
        `${at}.image_url.url`,
        'invalid_image_url',
      );
}

/** Checks that tool calls and their results follow each other. A router that reorders or drops turns would break exactly this. */
function checkToolOrder(turns: unknown[], index: number, turn: Json): Refusal | undefined {
  const resultsFrom = (start: number): string[] => {
    const end = turns.findIndex((other, at) => at >= start && asObject(other).role !== 'tool');
    return turns.slice(start, end < 0 ? undefined : end).map((other) => asString(asObject(other).tool_call_id));
  };
  const callIds = (other: unknown): string[] =>
    asArray(asObject(other).tool_calls).map((call) => asString(asObject(call).id));
  if (turn.role === 'assistant') {
    const unanswered = callIds(turn).filter((id) => !resultsFrom(index + 1).includes(id));
    if (unanswered.length === 0) return undefined;
    const message = `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${unanswered.join(', ')}`;
    return invalid(message, `messages[${index}].role`, null);
  }
  if (turn.role !== 'tool') return undefined;
  const caller = turns.slice(0, index).findLast((other) => asObject(other).role !== 'tool');
  return callIds(caller).includes(asString(turn.tool_call_id))
    ? undefined
    : invalid(
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        `messages.[${index}].role`,
        null,
      );
}

function readContent(content: unknown): { text: string; imageCount: number } {
  if (typeof content === 'string') return { text: content, imageCount: 0 };
  const parts = asArray(content).map(asObject);
  const text = parts.map((part) => asString(part.text ?? part.refusal)).filter((piece) => piece !== '');
  return { text: text.join('\n'), imageCount: parts.filter((part) => part.type === 'image_url').length };
}
