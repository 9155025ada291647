/** The names of facts, in one table for all dialects. A fact without a name in a dialect is left out there. */

/**
 * `1.36` and `1.41` are versions of OpenTelemetry's semantic conventions: the last before `gen_ai.system` was renamed, and the last
 * before the conventions for GenAI moved out. `genai-0.1` is the first version of their own repository, semantic-conventions-genai.
 */
export const CONVENTIONS = ['1.36', '1.41', 'genai-0.1'] as const;

/** One of `CONVENTIONS`. */
export type Conventions = (typeof CONVENTIONS)[number];

/** How spans are written: by a version of the conventions, or with the attributes that Langfuse maps to its own fields. */
export type Dialect = Conventions | 'langfuse';

/** The names of one fact in each dialect. */
type Names = Readonly<Partial<Record<Dialect, string>>>;

const since141 = (name: string, langfuse?: string): Names => ({
  ...{ '1.41': name, 'genai-0.1': name },
  ...(langfuse && { langfuse: `langfuse.${langfuse}` }),
});
const otel = (name: string, langfuse?: string): Names => ({ ...since141(name, langfuse), '1.36': name });
const onlyIn = (dialect: Dialect, name: string): Names => ({ [dialect]: name });
const inLangfuse = (name: string): Names => onlyIn('langfuse', `langfuse.${name}`);

const operation = (name: string): Names => ({ '1.36': name, '1.41': name });
const inference = (name: string): Names => onlyIn('genai-0.1', `gen_ai.client.inference.${name}`);

/** The names, by the field of a record or by the fact that is made from its fields. */
const NAMES: Record<string, Names> = {
  operation: otel('gen_ai.operation.name'),
  provider: { ...since141('gen_ai.provider.name', 'observation.metadata.provider'), '1.36': 'gen_ai.system' },
  model: otel('gen_ai.request.model', 'observation.model.name'),
  stream: since141('gen_ai.request.stream'),
  finishReasons: otel('gen_ai.response.finish_reasons'),
  firstChunk: since141('gen_ai.response.time_to_first_chunk'),
  inputTokens: otel('gen_ai.usage.input_tokens'),
  outputTokens: otel('gen_ai.usage.output_tokens'),
  cachedTokens: since141('gen_ai.usage.cache_read.input_tokens'),
  reasoningTokens: since141('gen_ai.usage.reasoning.output_tokens'),
  code: otel('error.type', 'observation.status_message'),
  status: otel('http.response.status_code', 'observation.metadata.status'),
  userHash: otel('user.id', 'user.id'),
  promptVersion: otel('carryon.prompt_version', 'version'),
  build: inLangfuse('release'),

  // Only metrics have these.
  tokenType: operation('gen_ai.token.type'),
  tokenModality: onlyIn('genai-0.1', 'gen_ai.token.modality'),

  // Only Langfuse has these.
  kind: inLangfuse('observation.type'),
  level: inLangfuse('observation.level'),
  usageDetails: inLangfuse('observation.usage_details'),
  costDetails: inLangfuse('observation.cost_details'),
  firstContentAt: inLangfuse('observation.completion_start_time'),
  trace: inLangfuse('trace.name'),
  tags: inLangfuse('trace.tags'),

  // Metrics of calls of providers.
  callDuration: { ...operation('gen_ai.client.operation.duration'), ...inference('duration') },
  timeToFirstChunk: {
    ...onlyIn('1.41', 'gen_ai.client.operation.time_to_first_chunk'),
    ...inference('time_to_first_chunk'),
  },
  /** A histogram of input and output tokens, which `tokenType` tells apart. */
  tokens: operation('gen_ai.client.token.usage'),
  /** The counters that replaced the histogram. */
  inputUsage: inference('usage.input_tokens'),
  outputUsage: inference('usage.output_tokens'),
  cachedUsage: inference('usage.cache_read.input_tokens'),
  reasoningUsage: inference('usage.reasoning.output_tokens'),
};

/**
 * The name of a fact or a metric. Undefined if this dialect has none. A fact that is not in the table gets a name of our own: `keyId`
 * becomes `carryon.key_id`. In Langfuse it becomes metadata, which can be filtered.
 */
export function telemetryName(fact: string, dialect: Dialect): string | undefined {
  if (NAMES[fact] === undefined) {
    const name = fact.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    NAMES[fact] = otel(`carryon.${name}`, `observation.metadata.${name}`);
  }
  return NAMES[fact][dialect];
}
