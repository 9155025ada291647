import type { Usage, WireUsage } from '../../protocol/chat.ts';

type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A model's name, or undefined where there is none. */
export const named = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Far above what is believed (worker/core/pricing/plausible.ts); the sum of all parts of all choices is still exact. */
const MOST_COUNTED = 2 ** 43;

/**
 * A count of tokens, however it is written: a fraction is rounded up, digits in a string are a number, and one that is too large
 * to be added up is still large. Undefined for what is no count, such as a negative number.
 */
export function count(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 0)) return undefined;
  return Math.min(Math.ceil(number), MOST_COUNTED);
}

/** The largest of several counts that say the same thing under different names. */
const largest = (...values: unknown[]): number =>
  values.reduce<number>((most, one) => Math.max(most, count(one) ?? 0), 0);

const detailsOf = (value: Json, ...names: string[]): Json =>
  Object.assign({}, ...names.map((name) => (isObject(value[name]) ? value[name] : {})));

/**
 * OpenAI's usage object, as its many dialects write it, in Carryon's one meaning: every part is part of its whole. What can be
 * read in two ways is read in the dearer one:
 * - more cached input than input: gateways in front of Claude leave the cached part out of `prompt_tokens`, so it is added;
 * - more reasoning than completion: then the completion leaves it out, so it is added;
 * - a total above its parts: Gemini and Grok show their thinking only there, and bill it as output.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const { prompt_tokens, input_tokens, completion_tokens, output_tokens, total_tokens } = value;
  if (
    [prompt_tokens, input_tokens, completion_tokens, output_tokens, total_tokens].every(
      (one) => count(one) === undefined,
    )
  )
    return undefined;
  const input = detailsOf(value, 'input_tokens_details', 'prompt_tokens_details');
  const output = detailsOf(value, 'output_tokens_details', 'completion_tokens_details');
  const hits = largest(value.prompt_cache_hit_tokens);
  const prompt = Math.max(largest(prompt_tokens, input_tokens), hits + largest(value.prompt_cache_miss_tokens));
  const cachedInputTokens = largest(hits, input.cached_tokens, value.cached_tokens, value.cache_read_input_tokens);
  const cacheWriteTokens = largest(
    input.cache_write_tokens,
    input.cache_creation_tokens,
    input.cached_creation_tokens,
    value.cache_creation_input_tokens,
    writtenInParts(value.cache_creation),
  );
  const parts = cachedInputTokens + cacheWriteTokens;
  const inputTokens = parts > prompt ? prompt + parts : prompt;
  const completion = largest(completion_tokens, output_tokens);
  const reasoning = largest(output.reasoning_tokens, output.thinking_tokens, value.reasoning_tokens);
  const whole = reasoning > completion ? completion + reasoning : completion;
  const hidden = Math.max(0, largest(total_tokens) - inputTokens - whole);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens: whole + hidden,
    reasoningTokens: reasoning || hidden,
  };
}

/** Anthropic tells writes for five minutes and for an hour apart. */
export function writtenInParts(value: unknown): number {
  if (!isObject(value)) return 0;
  return largest(value.ephemeral_5m_input_tokens) + largest(value.ephemeral_1h_input_tokens);
}

/** The usage of a chunk or a whole answer, wherever it stands: Groq has a field of its own, Moonshot puts it into each choice. */
export function usageIn(answer: Json): unknown {
  if (isObject(answer.usage)) return answer.usage;
  if (isObject(answer.x_groq) && isObject(answer.x_groq.usage)) return answer.x_groq.usage;
  if (!Array.isArray(answer.choices)) return undefined;
  let found: unknown;
  for (const choice of answer.choices) {
    const told = usageOfChoice(choice);
    if (told === undefined) continue;
    const [one, other] = [readUsage(found), readUsage(told)];
    // Each of several choices tells its own.
    found = one && other ? wireUsage(sumOf(one, other)) : (found ?? told);
  }
  return found;
}

function usageOfChoice(choice: unknown): unknown {
  if (!isObject(choice)) return undefined;
  if (isObject(choice.usage)) return choice.usage;
  const said = choice.delta ?? choice.message;
  return isObject(said) && isObject(said.usage) ? said.usage : undefined;
}

const sumOf = (one: Usage, other: Usage): Usage => ({
  inputTokens: one.inputTokens + other.inputTokens,
  cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
  cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
  outputTokens: one.outputTokens + other.outputTokens,
  reasoningTokens: one.reasoningTokens + other.reasoningTokens,
});

/**
 * Usage is cumulative, so of two the later counts; but some end with zeros, which must not wipe what was told before. Of each
 * side the larger counts, whole: its parts belong together.
 */
export function laterUsage(known: Usage | undefined, next: Usage): Usage {
  if (known === undefined) return next;
  const input = next.inputTokens >= known.inputTokens ? next : known;
  const output = next.outputTokens >= known.outputTokens ? next : known;
  if (input === next && output === next) return next;
  const { inputTokens, cachedInputTokens, cacheWriteTokens } = input;
  const { outputTokens, reasoningTokens } = output;
  return { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens };
}

export const wireUsage = (usage: Usage): WireUsage => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: usage.cacheWriteTokens },
  completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
});
