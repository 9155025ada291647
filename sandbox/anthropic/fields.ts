import { checkFields, type FieldRule, type FieldType } from '../field-check.ts';
import { asObject, type Json } from '../json.ts';
import type { Refusal } from '../wire.ts';
import { invalid } from './errors.ts';

/** Every body field that Anthropic documents for messages (without beta headers, November 2026), and its allowed values. */
const FIELDS: Readonly<Record<string, FieldRule>> = {
  model: { type: 'string' },
  messages: { type: 'array' },
  max_tokens: { type: 'integer', least: 0 },
  cache_control: { type: 'object', nullable: true },
  container: { type: 'string or object', nullable: true },
  inference_geo: { type: 'string', nullable: true },
  metadata: { type: 'object' },
  output_config: { type: 'object' },
  service_tier: { type: 'string' },
  stop_sequences: { type: 'array' },
  stream: { type: 'boolean' },
  system: { type: 'string or array' },
  temperature: { type: 'number', least: 0, most: 1 },
  thinking: { type: 'object' },
  tool_choice: { type: 'object' },
  tools: { type: 'array' },
  top_k: { type: 'integer', least: 0 },
  top_p: { type: 'number', least: 0, most: 1 },
};

const EXPECTED: Readonly<Record<FieldType, string>> = {
  string: 'a valid string',
  integer: 'a valid integer',
  number: 'a valid number',
  boolean: 'a valid boolean',
  array: 'a valid list',
  object: 'an object',
  'string or array': 'a valid string',
  'string or object': 'a valid string',
};

export function checkBodyFields(body: Json): Refusal | undefined {
  const missing = ['model', 'messages', 'max_tokens'].find((field) => body[field] === undefined);
  if (missing !== undefined) return invalid(`${missing}: Field required`);
  const fault = checkFields(body, FIELDS);
  if (fault === undefined) return checkTogether(body);
  if (fault.kind === 'unknown') return invalid(`${fault.fields[0]}: Extra inputs are not permitted`);
  if (fault.kind === 'type') return invalid(`${fault.field}: Input should be ${EXPECTED[fault.expected]}`);
  const side = fault.kind === 'low' ? 'greater' : 'less';
  return invalid(`${fault.field}: Input should be ${side} than or equal to ${fault.limit}`);
}

const THINKING_TYPES = ['enabled', 'adaptive', 'disabled'];
const LEAST_THINKING_TOKENS = 1024;

function checkTogether(body: Json): Refusal | undefined {
  const blank =
    Array.isArray(body.stop_sequences) &&
    body.stop_sequences.some((stop) => typeof stop !== 'string' || stop.trim() === '');
  if (blank) return invalid('stop_sequences: each stop sequence must contain non-whitespace');
  if (body.thinking === undefined) return undefined;
  const { type, budget_tokens: budget } = asObject(body.thinking);
  if (!THINKING_TYPES.some((known) => known === type)) {
    return invalid(
      `thinking: Input tag '${String(type)}' found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'`,
    );
  }
  if (type === 'disabled') return undefined;
  if (type === 'enabled') {
    if (typeof budget !== 'number') return invalid('thinking.enabled.budget_tokens: Field required');
    if (budget < LEAST_THINKING_TOKENS) {
      return invalid(
        `thinking.enabled.budget_tokens: Input should be greater than or equal to ${LEAST_THINKING_TOKENS}`,
      );
    }
    if (budget >= Number(body.max_tokens))
      return invalid('`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  if (body.temperature !== undefined && body.temperature !== 1)
    return invalid('`temperature` may only be set to 1 when thinking is enabled.');
  const choice = asObject(body.tool_choice).type;
  return choice === 'any' || choice === 'tool'
    ? invalid('Thinking may not be enabled when tool_choice forces tool use.')
    : undefined;
}
