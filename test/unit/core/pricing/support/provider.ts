/** A provider that reads as much out of a body as one could: the sandbox's reading of it, and the strictest there could be. */
import { writeAnswer } from '../../../../../sandbox/answer.ts';
import { parseAnthropic } from '../../../../../sandbox/anthropic/ask.ts';
import type { AnswerUsage, Ask } from '../../../../../sandbox/ask.ts';
import { parseOpenAi } from '../../../../../sandbox/openai/ask.ts';
import type { PromptCache } from '../../../../../sandbox/prompt-cache.ts';
import { countInputTokens } from '../../../../../sandbox/tokens.ts';
import { isRefusal } from '../../../../../sandbox/wire.ts';
import type { WireFormat } from '../../../../../worker/core/config/config.ts';

type Json = Record<string, unknown>;

/** Words of the wire format, references to what is counted by its own constant, and knobs that no model reads. */
const NOT_TEXT = new Set(['role', 'type', 'url', 'data', 'media_type', 'detail', 'format', 'file_data', 'filename']);
const KNOBS = new Set([
  'model',
  'stream',
  'stream_options',
  'service_tier',
  'verbosity',
  'prompt_cache_key',
  'thinking',
]);
/** Free-form JSON, of which a model may see every character. */
const FREE_FORM = new Set([
  'tools',
  'input',
  'response_format',
  'output_config',
  'prediction',
  'models',
  'web_search_options',
]);

const bytes = (text: string): number => Buffer.byteLength(text);

const jsonBytes = (text: string): number => bytes(JSON.stringify(text)) - 2;

/** UTF-8 bytes of all text in a body, JSON's own syntax only where the text is JSON. */
export function textBytesIn(body: Json): number {
  let sum = 0;
  for (const key of Object.keys(body)) if (!KNOBS.has(key)) sum += bytesIn(key, withoutMarks(body[key]), bytes);
  return sum;
}

/** No model reads `cache_control`, which stands on tools and system blocks. */
const withoutMarks = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((item) => withoutMark(item)) : value;
const withoutMark = (item: unknown): unknown => {
  if (typeof item !== 'object' || item === null) return item;
  const { cache_control: _, ...rest } = item as Json;
  return rest;
};

function bytesIn(key: string, value: unknown, bytesOf: (text: string) => number): number {
  if (NOT_TEXT.has(key)) return 0;
  if (FREE_FORM.has(key)) return bytes(JSON.stringify(value));
  if (typeof value === 'string') return bytesOf(value);
  if (typeof value !== 'object' || value === null) return 0;
  const { role, type, data } = value as Json;
  // The source of a document that is text.
  if (type === 'text' && typeof data === 'string') return bytesOf(data);
  // Some models read calls and results as texts inside JSON.
  const isJson = role === 'tool' || type === 'tool_result' || type === 'tool_use' || key === 'tool_calls';
  const inside = isJson ? jsonBytes : bytesOf;
  return Object.entries(value).reduce(
    (sum, [name, child]) => sum + bytesIn(Array.isArray(value) ? key : name, child, inside),
    0,
  );
}

export const imagesIn = (body: Json): number => countParts(body.messages, new Set(['image_url', 'image']));
export const filesIn = (body: Json): number => countParts(body.messages, new Set(['file', 'input_audio', 'document']));

function countParts(value: unknown, types: ReadonlySet<string>): number {
  if (typeof value !== 'object' || value === null) return 0;
  const { type, source } = value as { type?: unknown; source?: { type?: unknown } };
  const own = types.has(String(type)) && source?.type !== 'text' ? 1 : 0;
  return Object.entries(value).reduce(
    (sum, [key, child]) => sum + (key === 'input' ? 0 : countParts(child, types)),
    own,
  );
}

/** What the sandbox reads in a body; undefined where it refuses it. */
export function readBySandbox(format: WireFormat, body: Json): Ask | undefined {
  const ask = format === 'openai' ? parseOpenAi(body) : parseAnthropic(body);
  return isRefusal(ask) ? undefined : ask;
}

/** The sandbox's answer to it, as it would be billed; the second time round much of a long prompt comes from its cache. */
export function usageBySandbox(ask: Ask, cache: PromptCache): AnswerUsage {
  const inputTokens = countInputTokens(ask.promptText, ask.imageCount);
  const cached = cache.lookUpAndKeep(ask);
  return writeAnswer(ask, 'seed', { answer: 'a-', tool: 't-' }, { inputTokens, ...cached }, 0).usage;
}
