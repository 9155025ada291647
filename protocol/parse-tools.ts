import type { ChatMessage, ResponseFormat, Tool, ToolChoice } from './chat.ts';
import type { FieldNames } from './field-names.ts';
import { isObject, type Json } from './json.ts';
import { expectedProblem, isGiven, isTooDeep, keepFields, onlyFields, Problem, tooDeep } from './parse-problem.ts';

const TOOL_KEYS = { function: new Set(['type', 'function']), custom: new Set(['type', 'custom']) };
const CALL_KEYS = { function: new Set(['id', 'type', 'function']), custom: new Set(['id', 'type', 'custom']) };
const SIGNED_CALL_KEYS = new Set(['id', 'type', 'function', 'extra_content']);
const EXTRA_KEYS = new Set(['google']);
const SIGNATURE_KEYS = new Set(['thought_signature']);
const CALLED_FUNCTION_KEYS = new Set(['name', 'arguments']);
const CALLED_CUSTOM_KEYS = new Set(['name', 'input']);
const FUNCTION_KEYS = new Set(['name', 'description', 'parameters', 'strict']);
const CUSTOM_KEYS = new Set(['name', 'description', 'format']);
const GRAMMAR_KEYS = new Set(['syntax', 'definition']);
const NAME_KEYS = new Set(['name']);
const CHOICE_KEYS = new Set(['type', 'allowed_tools']);
const ALLOWED_KEYS = new Set(['mode', 'tools']);
const TYPE_KEYS = new Set(['type']);
const FORMAT_KEYS = new Set(['type', 'json_schema']);
const SCHEMA_KEYS = new Set(['name', 'description', 'schema', 'strict']);
/** Fields that SDKs leave on a streamed or parsed tool call. */
const ECHOED = new Set(['index', 'parsed_arguments']);

/** Checks an assistant message's calls. `type` may be missing, because some SDKs leave it out of the history. */
export function parseToolCalls(calls: readonly unknown[], stripped: FieldNames): ChatMessage['tool_calls'] | Problem {
  let copy: unknown[] | undefined;
  for (let index = 0; index < calls.length; index++) {
    const call = parseToolCall(calls[index], stripped);
    if (call instanceof Problem) return call.under(`tool_calls[${index}]`);
    if (call !== calls[index]) {
      copy ??= calls.slice();
      copy[index] = call;
    }
  }
  return (copy ?? calls) as NonNullable<ChatMessage['tool_calls']>;
}

function parseToolCall(call: unknown, stripped: FieldNames): Json | Problem {
  if (!isObject(call)) return expectedProblem('', 'an object with "id", "type" and "function"', call);
  if (typeof call.id !== 'string' || call.id === '') return expectedProblem('id', 'a string', call.id);
  const type = call.type ?? 'function';
  if (type !== 'function' && type !== 'custom') return expectedProblem('type', '"function" or "custom"', call.type);
  const called = call[type];
  const text = type === 'function' ? 'arguments' : 'input';
  if (!isObject(called)) return expectedProblem(type, `an object with "name" and "${text}"`, called);
  if (typeof called.name !== 'string' || called.name === '')
    return expectedProblem(`${type}.name`, 'a string', called.name);
  if (typeof called[text] !== 'string') {
    return expectedProblem(`${type}.${text}`, type === 'function' ? 'a string of JSON' : 'a string', called[text]);
  }
  const calledKeys = type === 'function' ? CALLED_FUNCTION_KEYS : CALLED_CUSTOM_KEYS;
  const inner = onlyFields(called, calledKeys, `messages[].tool_calls[].${type}`, stripped, ECHOED);
  const extra_content = type === 'function' ? signatureOf(call, stripped) : undefined;
  const keys = extra_content === undefined ? CALL_KEYS[type] : SIGNED_CALL_KEYS;
  const outer = onlyFields(call, keys, 'messages[].tool_calls[]', stripped, ECHOED);
  if (extra_content !== undefined) return { ...outer, type, [type]: inner, extra_content };
  return inner === called && call.type === type ? outer : { ...outer, type, [type]: inner };
}

/** The signature that Gemini sent with the call. Anything else under this name is an unknown field. */
function signatureOf({ extra_content: extra }: Json, stripped: FieldNames): Json | undefined {
  const google = isObject(extra) ? extra.google : undefined;
  if (!isObject(extra) || !isObject(google) || typeof google.thought_signature !== 'string') return undefined;
  const where = 'messages[].tool_calls[].extra_content';
  const signature = onlyFields(google, SIGNATURE_KEYS, `${where}.google`, stripped);
  return { ...onlyFields(extra, EXTRA_KEYS, where, stripped), google: signature };
}

/** Checks `tools`; unknown fields are taken out. */
export function parseTools(tools: unknown, stripped: FieldNames): Tool[] | Problem {
  if (!Array.isArray(tools)) return expectedProblem('tools', 'an array', tools);
  let copy: unknown[] | undefined;
  for (let index = 0; index < tools.length; index++) {
    const tool = parseTool(tools[index], stripped);
    if (tool instanceof Problem) return tool.under(`tools[${index}]`);
    if (tool !== tools[index]) {
      copy ??= tools.slice();
      copy[index] = tool;
    }
  }
  return (copy ?? tools) as Tool[];
}

function parseTool(tool: unknown, stripped: FieldNames): Json | Problem {
  if (!isObject(tool)) return expectedProblem('', 'an object such as {"type": "function", "function": {…}}', tool);
  const type = tool.type;
  if (type !== 'function' && type !== 'custom') return expectedProblem('type', '"function" or "custom"', type);
  const definition = tool[type];
  if (!isObject(definition)) return expectedProblem(type, 'an object with a "name"', definition);
  if (typeof definition.name !== 'string' || definition.name === '') {
    return expectedProblem(`${type}.name`, 'a string', definition.name);
  }
  const problem = checkDefinition(definition, type);
  if (problem) return problem.under(type);
  const inner = onlyFields(definition, type === 'function' ? FUNCTION_KEYS : CUSTOM_KEYS, `tools[].${type}`, stripped);
  if (type === 'custom' && isObject(inner.format)) {
    const format = closedFormat(inner.format, stripped);
    return { type, custom: { ...inner, format } };
  }
  const outer = onlyFields(tool, TOOL_KEYS[type], 'tools[]', stripped);
  return inner === definition ? outer : { ...outer, [type]: inner };
}

function checkDefinition(definition: Json, type: 'function' | 'custom'): Problem | undefined {
  const { description, parameters, strict, format } = definition;
  if (isGiven(description) && typeof description !== 'string')
    return expectedProblem('description', 'a string', description);
  if (type === 'custom') {
    return isGiven(format) ? checkFormat(format) : undefined;
  }
  if (isGiven(parameters) && !isObject(parameters))
    return expectedProblem('parameters', 'a JSON Schema object', parameters);
  if (isTooDeep(parameters)) return tooDeep('parameters');
  return isGiven(strict) && typeof strict !== 'boolean' ? expectedProblem('strict', 'a boolean', strict) : undefined;
}

/** A custom tool's `format`: text, or a grammar. */
function checkFormat(format: unknown): Problem | undefined {
  if (!isObject(format)) return expectedProblem('format', 'an object', format);
  if (format.type === 'text') return undefined;
  const right = '{"type": "text"} or {"type": "grammar", "grammar": {"syntax": "…", "definition": "…"}}';
  if (format.type !== 'grammar' || !isObject(format.grammar)) return new Problem('format', `must be ${right}`);
  const { syntax, definition } = format.grammar;
  return typeof syntax === 'string' && typeof definition === 'string'
    ? undefined
    : new Problem('format', `must be ${right}`);
}

/** A new object with only the published fields. */
function closedFormat({ type, grammar }: Json, stripped: FieldNames): Json {
  if (type === 'text') return { type };
  return { type, grammar: keepFields(grammar as Json, GRAMMAR_KEYS, 'tools[].custom.format.grammar', stripped) };
}

const CHOICES = '"none", "auto", "required", or an object that names a tool';

/** Checks `tool_choice`; unknown fields are taken out. */
export function parseToolChoice(choice: unknown, stripped: FieldNames): ToolChoice | Problem {
  if (choice === 'none' || choice === 'auto' || choice === 'required') return choice;
  if (typeof choice === 'string') return new Problem('tool_choice', `must be ${CHOICES}`);
  if (!isObject(choice)) return expectedProblem('tool_choice', CHOICES, choice);
  const type = choice.type;
  if (type === 'function' || type === 'custom') {
    const named = choice[type];
    const name = isObject(named) ? named.name : undefined;
    if (typeof name !== 'string' || name === '') return expectedProblem(`tool_choice.${type}.name`, 'a string', name);
    return closedNamed(choice, type, 'tool_choice', stripped) as ToolChoice;
  }
  if (type !== 'allowed_tools') {
    return expectedProblem('tool_choice.type', '"function", "custom" or "allowed_tools"', type);
  }
  const allowed = choice.allowed_tools;
  const mode = isObject(allowed) ? allowed.mode : undefined;
  if (mode !== 'auto' && mode !== 'required') {
    return expectedProblem('tool_choice.allowed_tools.mode', '"auto" or "required"', mode);
  }
  const { tools } = onlyFields(allowed as Json, ALLOWED_KEYS, ALLOWED, stripped);
  if (!Array.isArray(tools) || !tools.every(isObject)) {
    return expectedProblem(`${ALLOWED}.tools`, 'an array of objects that name tools', tools);
  }
  const named = tools.map((tool) => allowedTool(tool, stripped)).filter((tool) => tool !== undefined);
  if (named.length === 0 && tools.length > 0) {
    return new Problem(
      `${ALLOWED}.tools`,
      'must name functions or custom tools, such as {"type": "function", "function": {"name": "…"}}',
    );
  }
  const outer = onlyFields(choice, CHOICE_KEYS, 'tool_choice', stripped);
  return { ...outer, allowed_tools: { mode, tools: named } } as ToolChoice;
}

const ALLOWED = 'tool_choice.allowed_tools';

/** A function or custom tool. Tools of other kinds are removed, because they carry addresses and credentials, which only config may set. */
function allowedTool(tool: Json, stripped: FieldNames): Json | undefined {
  const { type } = tool;
  const called = type === 'function' || type === 'custom' ? tool[type] : undefined;
  const name = isObject(called) ? called.name : undefined;
  if ((type !== 'function' && type !== 'custom') || typeof name !== 'string' || name === '') {
    stripped.add(`${ALLOWED}.tools[]`);
    return undefined;
  }
  return closedNamed(tool, type, `${ALLOWED}.tools[]`, stripped);
}

/** Keeps only what names a tool: its type, and the name under that. */
function closedNamed(tool: Json, type: 'function' | 'custom', where: string, stripped: FieldNames): Json {
  const named = onlyFields(tool[type] as Json, NAME_KEYS, `${where}.${type}`, stripped);
  return { ...onlyFields(tool, TOOL_KEYS[type], where, stripped), [type]: named };
}

const FORMATS = '"text", "json_object" or "json_schema"';

/** Checks `response_format`; unknown fields are taken out. */
export function parseResponseFormat(format: unknown, stripped: FieldNames): ResponseFormat | Problem {
  if (!isObject(format)) return expectedProblem('response_format', `an object whose "type" is ${FORMATS}`, format);
  const type = format.type;
  if (type === 'text' || type === 'json_object') {
    return onlyFields(format, TYPE_KEYS, 'response_format', stripped) as ResponseFormat;
  }
  if (type !== 'json_schema') {
    return typeof type === 'string'
      ? new Problem('response_format.type', `must be ${FORMATS}`)
      : expectedProblem('response_format.type', FORMATS, type);
  }
  const where = 'response_format.json_schema';
  const schema = format.json_schema;
  if (!isObject(schema)) return expectedProblem(where, 'an object with "name" and "schema"', schema);
  if (typeof schema.name !== 'string' || schema.name === '')
    return expectedProblem(`${where}.name`, 'a string', schema.name);
  if (isGiven(schema.schema) && !isObject(schema.schema)) {
    return expectedProblem(`${where}.schema`, 'a JSON Schema object', schema.schema);
  }
  if (isTooDeep(schema.schema)) return tooDeep(`${where}.schema`);
  if (isGiven(schema.description) && typeof schema.description !== 'string') {
    return expectedProblem(`${where}.description`, 'a string', schema.description);
  }
  if (isGiven(schema.strict) && typeof schema.strict !== 'boolean') {
    return expectedProblem(`${where}.strict`, 'a boolean', schema.strict);
  }
  const inner = onlyFields(schema, SCHEMA_KEYS, where, stripped);
  return { ...onlyFields(format, FORMAT_KEYS, 'response_format', stripped), json_schema: inner } as ResponseFormat;
}
