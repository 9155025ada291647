import { checkFields, type FieldRule } from '../field-check.ts';
import { type Json, typeName } from '../json.ts';
import type { Refusal } from '../wire.ts';
import { invalid } from './errors.ts';

/** Every body field that OpenAI documents for chat completions (SDK 7, November 2026), and its allowed values. */
const FIELDS: Readonly<Record<string, FieldRule>> = {
  model: { type: 'string' },
  messages: { type: 'array' },
  audio: { type: 'object', nullable: true },
  frequency_penalty: { type: 'number', nullable: true, least: -2, most: 2 },
  function_call: { type: 'string or object' },
  functions: { type: 'array' },
  logit_bias: { type: 'object', nullable: true },
  logprobs: { type: 'boolean', nullable: true },
  max_completion_tokens: { type: 'integer', nullable: true, least: 1 },
  max_tokens: { type: 'integer', nullable: true, least: 1 },
  metadata: { type: 'object', nullable: true },
  modalities: { type: 'array', nullable: true },
  moderation: { type: 'object', nullable: true },
  n: { type: 'integer', nullable: true, least: 1, most: 128 },
  parallel_tool_calls: { type: 'boolean' },
  prediction: { type: 'object', nullable: true },
  presence_penalty: { type: 'number', nullable: true, least: -2, most: 2 },
  prompt_cache_key: { type: 'string', nullable: true },
  prompt_cache_options: { type: 'object' },
  prompt_cache_retention: { type: 'string', nullable: true },
  reasoning_effort: { type: 'string', nullable: true },
  response_format: { type: 'object' },
  safety_identifier: { type: 'string', nullable: true },
  seed: { type: 'integer', nullable: true },
  service_tier: { type: 'string', nullable: true },
  stop: { type: 'string or array', nullable: true },
  store: { type: 'boolean', nullable: true },
  stream: { type: 'boolean', nullable: true },
  stream_options: { type: 'object', nullable: true },
  temperature: { type: 'number', nullable: true, least: 0, most: 2 },
  tool_choice: { type: 'string or object' },
  tools: { type: 'array' },
  top_logprobs: { type: 'integer', nullable: true, least: 0, most: 20 },
  top_p: { type: 'number', nullable: true, least: 0, most: 1 },
  user: { type: 'string' },
  verbosity: { type: 'string', nullable: true },
  web_search_options: { type: 'object' },
};

export function checkBodyFields(body: Json): Refusal | undefined {
  if (body.model === undefined) return invalid('you must provide a model parameter', null, null);
  const fault = checkFields(body, FIELDS);
  if (fault === undefined) return checkTogether(body);
  if (fault.kind === 'unknown') {
    const noun = fault.fields.length > 1 ? 'arguments' : 'argument';
    return invalid(`Unrecognized request ${noun} supplied: ${fault.fields.join(', ')}`, null, null);
  }
  if (fault.kind === 'type') {
    return invalidType(fault.field, article(fault.expected), fault.value);
  }
  const number = fault.type === 'integer' ? 'integer' : 'decimal';
  const side = fault.kind === 'low' ? 'below minimum' : 'above maximum';
  const sign = fault.kind === 'low' ? '>=' : '<=';
  const code = `${number}_${side.replace(' ', '_').replace('minimum', 'min').replace('maximum', 'max')}_value`;
  const message = `Invalid '${fault.field}': ${number} ${side} value. Expected a value ${sign} ${fault.limit}, but got ${fault.value} instead.`;
  return invalid(message, fault.field, code);
}

export function invalidType(param: string, expected: string, value: unknown): Refusal {
  return invalid(
    `Invalid type for '${param}': expected ${expected}, but got ${typeName(value)} instead.`,
    param,
    'invalid_type',
  );
}

export function missing(param: string): Refusal {
  return invalid(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
}

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** Rules about two fields together. OpenAI itself enforces each of them. */
function checkTogether(body: Json): Refusal | undefined {
  if (body.stream_options != null && body.stream !== true) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    return invalid(message, 'stream_options', null);
  }
  if (body.top_logprobs != null && body.logprobs !== true) {
    return invalid("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", 'top_logprobs', null);
  }
  if (body.max_tokens != null && body.max_completion_tokens != null) {
    const message = 'Setting max_tokens and max_completion_tokens at the same time is not supported.';
    return invalid(message, 'max_tokens', 'invalid_parameter_combination');
  }
  if (body.tools === undefined && body.tool_choice !== undefined && body.tool_choice !== 'none') {
    return invalid(
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
      'tool_choice',
      null,
    );
  }
  if (body.tools === undefined && body.parallel_tool_calls !== undefined) {
    const message =
      "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified.";
    return invalid(message, 'parallel_tool_calls', null);
  }
  if (typeof body.reasoning_effort === 'string' && !EFFORTS.includes(body.reasoning_effort)) {
    const message = `Invalid value: '${body.reasoning_effort}'. Supported values are: ${EFFORTS.map((e) => `'${e}'`).join(', ')}.`;
    return invalid(message, 'reasoning_effort', 'invalid_value');
  }
  if (Array.isArray(body.stop) && body.stop.length > 4) {
    const message = `Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${body.stop.length} instead.`;
    return invalid(message, 'stop', 'array_above_max_length');
  }
  return undefined;
}

function article(expected: string): string {
  const one = expected.replace('array', 'array of strings').replace('number', 'decimal');
  return `${/^[aio]/.test(one) ? 'an' : 'a'} ${one}`;
}
