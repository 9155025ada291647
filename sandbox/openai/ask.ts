import { ok, type Result, refused } from '../../protocol/result.ts';
import type { Ask, OfferedTool } from '../ask.ts';
import { asArray, asObject, asString, isObject, type Json } from '../json.ts';
import { jsonAskedInWords } from '../json-in-words.ts';
import type { Refusal } from '../wire.ts';
import { invalid } from './errors.ts';
import { checkBodyFields, missing } from './fields.ts';
import { readMessages } from './messages.ts';

export function parseOpenAi(body: Json): Result<Ask, Refusal> {
  const refusal = checkBodyFields(body);
  if (refusal !== undefined) return refused(refusal);
  const read = readMessages(body.messages);
  if (!read.ok) return read;
  const messages = read.value;
  const tools = readTools(body.tools);
  if (!tools.ok) return tools;
  const choice = readToolChoice(body.tool_choice, tools.value);
  if (!choice.ok) return choice;
  const json = readFormat(body.response_format, messages.texts);
  if (!json.ok) return json;
  const limit = body.max_completion_tokens ?? body.max_tokens;
  const charged = [body.tools, body.response_format]
    .filter((part) => part !== undefined)
    .map((part) => JSON.stringify(part));
  return ok({
    model: asString(body.model),
    stream: body.stream === true,
    lastUserText: messages.lastUserText,
    promptText: [...charged, ...messages.texts].join('\n'),
    imageCount: messages.imageCount,
    toolResult: messages.toolResult,
    maxTokens: typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY,
    stop: typeof body.stop === 'string' ? [body.stop] : asArray(body.stop).map(asString),
    choiceCount: typeof body.n === 'number' ? body.n : 1,
    ...choice.value,
    parallelTools: body.parallel_tool_calls !== false,
    json: json.value ?? jsonAskedInWords(messages.instructions),
    reasoning: body.reasoning_effort == null || body.reasoning_effort === 'none' ? 'none' : 'shown',
    cacheable: 'in steps',
    body,
  });
}

function readTools(tools: unknown): Result<OfferedTool[], Refusal> {
  const read: OfferedTool[] = [];
  if (Array.isArray(tools) && tools.length === 0) {
    const message =
      "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.";
    return refused(invalid(message, 'tools', 'empty_array'));
  }
  for (const [index, tool] of asArray(tools).map(asObject).entries()) {
    if (tool.type !== 'function' && tool.type !== 'custom') {
      const at = `tools[${index}].type`;
      return refused(
        invalid(
          `Invalid value: '${String(tool.type)}'. Supported values are: 'function' and 'custom'.`,
          at,
          'invalid_value',
        ),
      );
    }
    const at = `tools[${index}].${tool.type}.name`;
    const { name, parameters } = asObject(tool[tool.type]);
    if (name === undefined) return refused(missing(at));
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(asString(name))) {
      const message = `Invalid '${at}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`;
      return refused(invalid(message, at, 'invalid_value'));
    }
    read.push({ name: asString(name), schema: asObject(parameters), custom: tool.type === 'custom' });
  }
  return ok(read);
}

/** Reads the tool choice, and the tools that it leaves. */
function readToolChoice(choice: unknown, tools: OfferedTool[]): Result<Pick<Ask, 'tools' | 'toolChoice'>, Refusal> {
  if (choice === undefined || choice === 'auto') return ok({ tools, toolChoice: 'auto' });
  if (choice === 'none' || choice === 'required') return ok({ tools, toolChoice: choice });
  if (!isObject(choice)) {
    const message = `Invalid value: '${String(choice)}'. Supported values are: 'none', 'auto', and 'required'.`;
    return refused(invalid(message, 'tool_choice', 'invalid_value'));
  }
  if (choice.type === 'allowed_tools') {
    const { mode, tools: allowed } = asObject(choice.allowed_tools);
    const names = asArray(allowed).map(nameOf);
    return ok({
      tools: tools.filter((tool) => names.includes(tool.name)),
      toolChoice: mode === 'required' ? mode : 'auto',
    });
  }
  const name = nameOf(choice);
  return tools.some((tool) => tool.name === name)
    ? ok({ tools, toolChoice: { name } })
    : refused(invalid(`Tool choice '${name}' not found in 'tools' parameter.`, 'tool_choice', null));
}

function nameOf(tool: unknown): string {
  const { function: described, custom } = asObject(tool);
  return asString(asObject(described ?? custom).name);
}

function readFormat(format: unknown, texts: string[]): Result<{ schema: Json | undefined } | undefined, Refusal> {
  const { type, json_schema } = asObject(format);
  if (format === undefined || type === 'text') return ok(undefined);
  if (type === 'json_object') {
    if (texts.some((text) => /json/i.test(text)))
      return ok(jsonAskedInWords(texts.join('\n')) ?? { schema: undefined });
    const message =
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.";
    return refused(invalid(message, 'messages', null));
  }
  if (type !== 'json_schema') {
    const message = `Invalid value: '${String(type)}'. Supported values are: 'json_object', 'json_schema', and 'text'.`;
    return refused(invalid(message, 'response_format.type', 'invalid_value'));
  }
  if (asObject(json_schema).name === undefined) return refused(missing('response_format.json_schema.name'));
  return ok({ schema: asObject(asObject(json_schema).schema) });
}
