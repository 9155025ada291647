/** A provider that finds as many tokens in a body as possible: by the sandbox's reading, and by the strictest reading there could be. */
import { writeAnswer } from '../../../../../sandbox/answer.ts';
import { parseAnthropic } from '../../../../../sandbox/anthropic/ask.ts';
import type { AnswerUsage, Ask } from '../../../../../sandbox/ask.ts';
import { parseOpenAi } from '../../../../../sandbox/openai/ask.ts';
import type { PromptCache } from '../../../../../sandbox/prompt-cache.ts';
import { countInputTokens } from '../../../../../sandbox/tokens.ts';
import type { WireFormat } from '../../../../../worker/core/config/wire-format.ts';

type Json = Record<string, unknown>;

/** Words of the wire format, references to parts counted by their own constant, and settings that no model reads. */
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

/** UTF-8 bytes of all text in a body; JSON's own syntax counts only where the text is JSON. */
export function textBytesIn(body: Json): number {
  let sum = 0;
  for (const key of Object.keys(body)) if (!KNOBS.has(key)) sum += bytesIn(key, withoutMarks(body[key]), bytes);
  return sum;
}

/** No model reads `cache_control`, which is on tools and system blocks. */
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
  // The source of a plain-text document.
  if (type === 'text' && typeof data === 'string') return bytesOf(data);
  // Some models read calls and results as strings inside JSON.
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

/** What the sandbox reads in a body; undefined if it refuses the body. */
export function readBySandbox(format: WireFormat, body: Json): Ask | undefined {
  const ask = format === 'openai' ? parseOpenAi(body) : parseAnthropic(body);
  return ask.ok ? ask.value : undefined;
}

/** The sandbox's bill for it; the second time, much of a long prompt comes from its cache. */
export function usageBySandbox(ask: Ask, cache: PromptCache): AnswerUsage {
  const inputTokens = countInputTokens(ask.promptText, ask.imageCount);
  const cached = cache.lookUpAndKeep(ask);
  return writeAnswer(ask, 'seed', { answer: 'a-', tool: 't-' }, { inputTokens, ...cached }, 0).usage;
}
