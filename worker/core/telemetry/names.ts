/** What facts are called, in one table for all versions of the conventions. A fact without a name there is left out. */

/**
 * `1.36` and `1.41`: OpenTelemetry's semantic conventions of these versions, the last before `gen_ai.system` was renamed and the
 * last before those for GenAI moved out. `genai-0.1`: the first version of their own repository, semantic-conventions-genai.
 */
export const CONVENTIONS = ['1.36', '1.41', 'genai-0.1'] as const;

/** One of them. */
export type Conventions = (typeof CONVENTIONS)[number];

/** How spans are written: by a version of the conventions, or with the attributes that Langfuse maps to its own fields. */
export type Dialect = Conventions | 'langfuse';

/** The names of one fact in each dialect. */
export type Names = Readonly<Partial<Record<Dialect, string>>>;

const otel = (name: string): Names => ({ '1.36': name, '1.41': name, 'genai-0.1': name });
const since141 = (name: string): Names => ({ '1.41': name, 'genai-0.1': name });
/** Ours, under a common prefix; in Langfuse metadata that can be filtered by. */
const ours = (name: string, inLangfuse = name): Names => ({
  ...otel(`carryon.${name}`),
  langfuse: `langfuse.observation.metadata.${inLangfuse}`,
});

/** Attributes of spans. */
export const ATTRIBUTES = {
  operation: otel('gen_ai.operation.name'),
  provider: {
    ...since141('gen_ai.provider.name'),
    '1.36': 'gen_ai.system',
    langfuse: 'langfuse.observation.metadata.provider',
  },
  model: { ...otel('gen_ai.request.model'), langfuse: 'langfuse.observation.model.name' },
  stream: since141('gen_ai.request.stream'),
  finishReasons: otel('gen_ai.response.finish_reasons'),
  secondsToFirstChunk: since141('gen_ai.response.time_to_first_chunk'),
  inputTokens: otel('gen_ai.usage.input_tokens'),
  outputTokens: otel('gen_ai.usage.output_tokens'),
  cachedTokens: since141('gen_ai.usage.cache_read.input_tokens'),
  reasoningTokens: since141('gen_ai.usage.reasoning.output_tokens'),
  errorType: { ...otel('error.type'), langfuse: 'langfuse.observation.status_message' },
  httpStatus: { ...otel('http.response.status_code'), langfuse: 'langfuse.observation.metadata.status' },
  userHash: { ...otel('user.id'), langfuse: 'langfuse.user.id' },

  requestId: ours('request_id'),
  tenant: ours('tenant', 'tenant_id'),
  feature: ours('feature'),
  alias: ours('alias'),
  keyId: ours('key_id'),
  serviceClass: ours('class'),
  door: ours('door'),
  mode: ours('mode'),
  cache: ours('cache'),
  role: ours('role'),
  ending: ours('ending'),
  staleCause: ours('stale_cause'),
  hops: ours('hops'),
  costUsd: ours('cost_usd'),
  secondsToFirstContent: ours('time_to_first_content'),
  promptVersion: { ...otel('carryon.prompt_version'), langfuse: 'langfuse.version' },
  colo: ours('colo'),
  drill: ours('drill'),
  experiment: ours('experiment'),
  deployment: ours('deployment'),
  hop: ours('hop'),
  estimated: ours('usage_estimated'),

  // Of metrics alone.
  outcome: otel('carryon.outcome'),
  code: otel('carryon.code'),
  tokenType: { '1.36': 'gen_ai.token.type', '1.41': 'gen_ai.token.type' },
  tokenModality: { 'genai-0.1': 'gen_ai.token.modality' },

  // Of Langfuse alone.
  kind: { langfuse: 'langfuse.observation.type' },
  level: { langfuse: 'langfuse.observation.level' },
  usageDetails: { langfuse: 'langfuse.observation.usage_details' },
  costDetails: { langfuse: 'langfuse.observation.cost_details' },
  firstContentAt: { langfuse: 'langfuse.observation.completion_start_time' },
  traceName: { langfuse: 'langfuse.trace.name' },
  tags: { langfuse: 'langfuse.trace.tags' },
  release: { langfuse: 'langfuse.release' },
} satisfies Readonly<Record<string, Names>>;

/** Metrics. The router's own, `carryon.…`, have the same name in all versions. */
export const METRICS = {
  requests: otel('carryon.requests'),
  requestSeconds: otel('carryon.request.duration'),
  secondsToFirstContent: otel('carryon.request.time_to_first_content'),
  costUsd: otel('carryon.cost'),
  hops: otel('carryon.failovers'),
  caches: otel('carryon.cache'),

  callSeconds: { ...otel('gen_ai.client.operation.duration'), 'genai-0.1': 'gen_ai.client.inference.duration' },
  secondsToFirstChunk: {
    '1.41': 'gen_ai.client.operation.time_to_first_chunk',
    'genai-0.1': 'gen_ai.client.inference.time_to_first_chunk',
  },
  /** A histogram for both kinds, which `gen_ai.token.type` tells apart … */
  tokens: { '1.36': 'gen_ai.client.token.usage', '1.41': 'gen_ai.client.token.usage' },
  /** … and the counters that replaced it. */
  inputTokens: { 'genai-0.1': 'gen_ai.client.inference.usage.input_tokens' },
  outputTokens: { 'genai-0.1': 'gen_ai.client.inference.usage.output_tokens' },
  cachedTokens: { 'genai-0.1': 'gen_ai.client.inference.usage.cache_read.input_tokens' },
  reasoningTokens: { 'genai-0.1': 'gen_ai.client.inference.usage.reasoning.output_tokens' },
} satisfies Readonly<Record<string, Names>>;
