import type { ChatRequest } from './chat.ts';
import { FieldNames } from './field-names.ts';
import { isObject, type Json } from './json.ts';
import { keepShape } from './kept-shapes.ts';
import { readLegacyFunctions } from './parse-legacy.ts';
import { parseMessages } from './parse-messages.ts';
import { expectedProblem, isGiven, onlyFields, Problem } from './parse-problem.ts';
import { checkRest } from './parse-rest.ts';
import { parseResponseFormat, parseToolChoice, parseTools } from './parse-tools.ts';

/** The checked request, or the field that is wrong and what would be right. */
export type ParsedChat = { ok: true; chat: ChatRequest } | { ok: false; param: string; message: string };

/**
 * Checks the body of a chat completion against OpenAI's published request (openai-node `ChatCompletionCreateParams`). The checks are
 * written by hand and run in one pass, because every request pays for them. Content is checked in place and never copied. Never throws.
 */
export function parseChat(body: unknown): ParsedChat {
  if (!isObject(body)) return refused(expectedProblem('', 'a JSON object with "model" and "messages"', body));
  const chat: ChatRequest = { model: '', messages: [], stream: false, includeUsage: false, rest: {} };
  const stripped = new FieldNames();
  keepShape('field names', stripped);
  for (const key in body) {
    const value = body[key];
    if (value === null || value === undefined) continue;
    const problem = readField(chat, key, value, stripped);
    if (problem) return refused(problem);
  }
  const problem = readRequired(chat, body) ?? readOutputCap(chat, body) ?? readLegacyFunctions(chat, stripped);
  if (problem) return refused(problem);
  if (!stripped.isEmpty) chat.strippedFields = stripped.toList();
  return { ok: true, chat };
}

const refused = ({ param, message }: Problem): ParsedChat => ({ ok: false, param, message });

function readRequired(chat: ChatRequest, body: Json): Problem | undefined {
  if (chat.model === '') return expectedProblem('model', 'an alias such as "app/chat"', body.model);
  return chat.messages.length === 0
    ? expectedProblem('messages', 'an array with at least one message', body.messages)
    : undefined;
}

function readField(chat: ChatRequest, key: string, value: unknown, stripped: FieldNames): Problem | undefined {
  switch (key) {
    case 'model':
    case 'user':
    case 'reasoning_effort':
      if (typeof value !== 'string') return expectedProblem(key, 'a string', value);
      if (value !== '') chat[key] = value;
      return;
    case 'messages': {
      const messages = parseMessages(value, stripped);
      if (messages instanceof Problem) return messages;
      chat.messages = messages;
      return;
    }
    case 'stream':
    case 'logprobs':
    case 'parallel_tool_calls':
      if (typeof value !== 'boolean') return expectedProblem(key, 'true or false', value);
      chat[key] = value;
      return;
    case 'stream_options':
      return readStreamOptions(chat, value, stripped);
    case 'temperature':
      return readNumber(chat, key, value, 0, 2);
    case 'top_p':
      return readNumber(chat, key, value, 0, 1);
    case 'frequency_penalty':
    case 'presence_penalty':
      return readNumber(chat, key, value, -2, 2);
    case 'n':
      return readInteger(chat, key, value, 1, 128);
    case 'top_logprobs':
      return readInteger(chat, key, value, 0, 20);
    case 'seed':
      return readInteger(chat, key, value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    case 'stop':
      return readStop(chat, value);
    case 'logit_bias':
      return readLogitBias(chat, value);
    case 'metadata':
      return readMetadata(chat, value);
    case 'tools': {
      const tools = parseTools(value, stripped);
      if (tools instanceof Problem) return tools;
      if (tools.length > 0) chat.tools = tools;
      return;
    }
    case 'tool_choice': {
      const choice = parseToolChoice(value, stripped);
      if (choice instanceof Problem) return choice;
      chat.tool_choice = choice;
      return;
    }
    case 'response_format': {
      const format = parseResponseFormat(value, stripped);
      if (format instanceof Problem) return format;
      chat.response_format = format;
      return;
    }
    case 'max_tokens':
    case 'max_completion_tokens':
      return; // readOutputCap reads both together
    case '__proto__':
      stripped.add(key);
      return;
    default:
      chat.rest[key] = value;
      return checkRest(key, value);
  }
}

type NumberField = 'temperature' | 'top_p' | 'frequency_penalty' | 'presence_penalty';

function readNumber(chat: ChatRequest, key: NumberField, value: unknown, least: number, most: number) {
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    return expectedProblem(key, `a number from ${least} to ${most}`, value);
  }
  chat[key] = value;
  return undefined;
}

function readInteger(
  chat: ChatRequest,
  key: 'n' | 'top_logprobs' | 'seed',
  value: unknown,
  least: number,
  most: number,
) {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    return expectedProblem(
      key,
      key === 'seed' ? 'an integer between -2^53 and 2^53' : `an integer from ${least} to ${most}`,
      value,
    );
  }
  chat[key] = value;
  return undefined;
}

/** Reads the output cap. 0 and null count as "not given", so that the feature's own cap applies. Two different caps are refused. */
function readOutputCap(chat: ChatRequest, body: Json): Problem | undefined {
  const [newer, older] = [body.max_completion_tokens, body.max_tokens];
  for (const [name, value] of [
    ['max_completion_tokens', newer],
    ['max_tokens', older],
  ] as const) {
    if (isGiven(value) && (typeof value !== 'number' || !Number.isInteger(value) || value < 0)) {
      return expectedProblem(name, 'a positive integer', value);
    }
  }
  if (newer && older && newer !== older) {
    return new Problem(
      'max_tokens',
      `(${older}) and max_completion_tokens (${newer}) differ: send one of them; max_completion_tokens is the newer name`,
    );
  }
  const cap = (newer || older) as number | undefined;
  if (cap) chat.maxOutputTokens = cap;
  return undefined;
}

const STREAM_OPTIONS = new Set(['include_usage', 'include_obfuscation']);

function readStreamOptions(chat: ChatRequest, value: unknown, stripped: FieldNames): Problem | undefined {
  if (!isObject(value)) return expectedProblem('stream_options', 'an object such as {"include_usage": true}', value);
  for (const name of STREAM_OPTIONS) {
    const option = value[name];
    if (isGiven(option) && typeof option !== 'boolean') {
      return expectedProblem(`stream_options.${name}`, 'true or false', option);
    }
  }
  onlyFields(value, STREAM_OPTIONS, 'stream_options', stripped);
  chat.includeUsage = value.include_usage === true;
  return undefined;
}

function readStop(chat: ChatRequest, value: unknown): Problem | undefined {
  const right = 'a string or an array of up to 4 strings';
  const stop = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(stop) || stop.length > 4) return expectedProblem('stop', right, value);
  for (let index = 0; index < stop.length; index++) {
    if (typeof stop[index] !== 'string') return expectedProblem(`stop[${index}]`, 'a string', stop[index]);
  }
  if (stop.length > 0) chat.stop = stop;
  return undefined;
}

function readLogitBias(chat: ChatRequest, value: unknown): Problem | undefined {
  if (!isObject(value)) return expectedProblem('logit_bias', 'an object from token ids to numbers', value);
  for (const token in value) {
    const bias = value[token];
    if (typeof bias !== 'number' || !(bias >= -100 && bias <= 100)) {
      return expectedProblem(`logit_bias.${token.slice(0, 100)}`, 'a number from -100 to 100', bias);
    }
  }
  chat.logit_bias = value as Record<string, number>;
  return undefined;
}

function readMetadata(chat: ChatRequest, value: unknown): Problem | undefined {
  if (!isObject(value)) return expectedProblem('metadata', 'an object of strings', value);
  for (const name in value) {
    if (typeof value[name] !== 'string')
      return expectedProblem(`metadata.${name.slice(0, 100)}`, 'a string', value[name]);
  }
  chat.metadata = value as Record<string, string>;
  return undefined;
}
