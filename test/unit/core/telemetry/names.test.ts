/** The names of the table are those that each version of the conventions published. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CONVENTIONS, telemetryName } from '../../../../worker/core/telemetry/names.ts';

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

/** All rows of the table, as the file has them. */
const table = readFileSync(`${import.meta.dirname}/../../../../worker/core/telemetry/names.ts`, 'utf8');
const FACTS = [...table.matchAll(/^ {2}(\w+): (?:otel|since141|onlyIn|inLangfuse|operation|inference|\{)/gm)].map(
  ([, fact = '']) => fact,
);
const namesIn = (dialect: Parameters<typeof telemetryName>[1]) =>
  FACTS.flatMap((fact) => telemetryName(fact, dialect) ?? []);

it.each(CONVENTIONS)('of %s', (version) => {
  const { attributes, metrics } = PUBLISHED[version];
  const foreign = namesIn(version).filter((name) => !name.startsWith('carryon.'));
  expect(foreign.toSorted()).toEqual([...attributes, ...metrics].toSorted());
});

/** langfuse.com/integrations/native/opentelemetry, "Attribute Mapping". */
const LANGFUSE =
  /^langfuse\.(?:trace\.(?:name|tags)|user\.id|release|version|observation\.(?:type|level|status_message|model\.name|usage_details|cost_details|completion_start_time|metadata\.[a-z_]+))$/;

it('of Langfuse', () => {
  const names = namesIn('langfuse');
  expect(names.length).toBeGreaterThan(12);
  expect(names.filter((name) => !LANGFUSE.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

it('what the table does not have is ours', () => {
  expect(CONVENTIONS.map((version) => telemetryName('keyId', version))).toEqual(Array(3).fill('carryon.key_id'));
  expect(telemetryName('keyId', 'langfuse')).toBe('langfuse.observation.metadata.key_id');
  expect(telemetryName('request.timeToFirstContent', '1.41')).toBe('carryon.request.time_to_first_content');
});
