/** The names of the table are those that each version of the conventions published. */
import { expect, it } from 'vitest';
import { ATTRIBUTES, CONVENTIONS, METRICS, type Names } from '../../../../worker/core/telemetry/names.ts';

/** Of what a router knows, as `@opentelemetry/semantic-conventions` 1.36.0 and 1.41.1 and semantic-conventions-genai 0.1.0 list it. */
const ALL = ['error.type', 'http.response.status_code', 'user.id', 'gen_ai.operation.name', 'gen_ai.request.model'];
const TOKENS = ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.response.finish_reasons'];
const SINCE_141 = [
  ...['gen_ai.provider.name', 'gen_ai.request.stream', 'gen_ai.response.time_to_first_chunk'],
  ...['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.reasoning.output_tokens'],
];
const PUBLISHED = {
  '1.36': {
    attributes: [...ALL, ...TOKENS, 'gen_ai.system', 'gen_ai.token.type'],
    metrics: ['gen_ai.client.operation.duration', 'gen_ai.client.token.usage'],
  },
  '1.41': {
    attributes: [...ALL, ...TOKENS, ...SINCE_141, 'gen_ai.token.type'],
    metrics: [
      ...['gen_ai.client.operation.duration', 'gen_ai.client.token.usage'],
      'gen_ai.client.operation.time_to_first_chunk',
    ],
  },
  'genai-0.1': {
    attributes: [...ALL, ...TOKENS, ...SINCE_141, 'gen_ai.token.modality'],
    metrics: [
      ...['duration', 'time_to_first_chunk', 'usage.input_tokens', 'usage.output_tokens'],
      ...['usage.cache_read.input_tokens', 'usage.reasoning.output_tokens'],
    ].map((name) => `gen_ai.client.inference.${name}`),
  },
};

const foreign = (table: Readonly<Record<string, Names>>, version: (typeof CONVENTIONS)[number]) =>
  Object.values(table).flatMap((names) => {
    const name = names[version];
    return name === undefined || name.startsWith('carryon.') ? [] : [name];
  });

it.each(CONVENTIONS)('of %s', (version) => {
  expect(foreign(ATTRIBUTES, version).toSorted()).toEqual(PUBLISHED[version].attributes.toSorted());
  expect(foreign(METRICS, version).toSorted()).toEqual(PUBLISHED[version].metrics.toSorted());
});

/** langfuse.com/integrations/native/opentelemetry, "Attribute Mapping". */
const LANGFUSE =
  /^langfuse\.(?:trace\.(?:name|tags)|user\.id|release|version|observation\.(?:type|level|status_message|model\.name|usage_details|cost_details|completion_start_time|metadata\.[a-z_]+))$/;

it('of Langfuse', () => {
  const names = Object.values<Names>(ATTRIBUTES).flatMap(({ langfuse }) => langfuse ?? []);
  expect(names.filter((name) => !LANGFUSE.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});
