import type { Usage, WireUsage } from '../../../protocol/chat.ts';
import { isObject, type Json } from '../../../protocol/json.ts';

/** Far above what is plausible (worker/core/pricing/plausible.ts), and low enough that sums are still exact. */
const MOST_COUNTED = 2 ** 43;

/**
 * A count of tokens, however it is written: a fraction is rounded up, digits in a string are a number (`"1,024"`, `"2e4"`), and a huge
 * number stays large. Undefined for anything that is not a count, such as a negative number.
 */
export function tokenCount(value: unknown): number | undefined {
  const number = typeof value === 'string' ? numberIn(value) : value;
  if (typeof number !== 'number' || !(number >= 0)) return undefined;
  return Math.min(Math.ceil(number), MOST_COUNTED);
}

function numberIn(text: string): number | undefined {
  const digits = text.trim().replaceAll(/(?<=\d)[,_](?=\d{3}(?!\d))/g, '');
  return /^\+?\d+(?:\.\d*)?(?:e\+?\d+)?$/i.test(digits) ? Number(digits) : undefined;
}

/** The largest of several counts that mean the same under different names. */
const largest = (...values: unknown[]): number =>
  values.reduce<number>((most, one) => Math.max(most, tokenCount(one) ?? 0), 0);

/** The largest count of one of these parts, in the objects under these names. */
function largestIn(value: Json, names: readonly string[], ...parts: string[]): number {
  let most = 0;
  for (const name of names) {
    const details = value[name];
    if (isObject(details)) most = Math.max(most, largest(...parts.map((part) => details[part])));
  }
  return most;
}

const INPUT_DETAILS = ['prompt_tokens_details', 'input_tokens_details'];
const OUTPUT_DETAILS = ['completion_tokens_details', 'output_tokens_details'];

/**
 * Reads OpenAI's usage object in its many dialects. In the result every whole includes its parts. If a report can be read in two
 * ways, the dearer one counts:
 * - more cached input than input: gateways in front of Claude leave the cached part out of `prompt_tokens`, so it is added;
 * - cached input beside `input_tokens`, all with Anthropic's names: the input leaves it out, so it is added;
 * - more reasoning than completion: the completion leaves it out, so it is added;
 * - a total above its parts: Gemini and Grok show their thinking only there, and bill it as output.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const { prompt_tokens, input_tokens, completion_tokens, output_tokens, total_tokens } = value;
  if (
    [prompt_tokens, input_tokens, completion_tokens, output_tokens, total_tokens].every(
      (one) => tokenCount(one) === undefined,
    )
  )
    return undefined;
  const hits = largest(value.prompt_cache_hit_tokens);
  const prompt = Math.max(largest(prompt_tokens, input_tokens), hits + largest(value.prompt_cache_miss_tokens));
  const cachedInputTokens = largest(
    hits,
    largestIn(value, INPUT_DETAILS, 'cached_tokens'),
    value.cached_tokens,
    value.cache_read_input_tokens,
  );
  const cacheWriteTokens = largest(
    largestIn(value, INPUT_DETAILS, 'cache_write_tokens', 'cache_creation_tokens', 'cached_creation_tokens'),
    value.cache_creation_input_tokens,
    cacheWriteTokensIn(value.cache_creation),
  );
  const parts = cachedInputTokens + cacheWriteTokens;
  const isAnthropics = prompt_tokens === undefined && input_tokens !== undefined && saysCacheAsAnthropic(value);
  const inputTokens = parts > prompt || isAnthropics ? prompt + parts : prompt;
  const completion = largest(completion_tokens, output_tokens);
  const reasoning = largest(
    largestIn(value, OUTPUT_DETAILS, 'reasoning_tokens', 'thinking_tokens'),
    value.reasoning_tokens,
  );
  const whole = reasoning > completion ? completion + reasoning : completion;
  const hidden = Math.max(0, largest(total_tokens) - inputTokens - whole);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens: whole + hidden,
    reasoningTokens: Math.max(reasoning, hidden),
  };
}

const saysCacheAsAnthropic = ({
  cache_read_input_tokens,
  cache_creation_input_tokens,
  cache_creation,
}: Json): boolean =>
  [cache_read_input_tokens, cache_creation_input_tokens].some((one) => tokenCount(one) !== undefined) ||
  isObject(cache_creation);

/** Anthropic reports cache writes for five minutes and for an hour separately. */
export function cacheWriteTokensIn(value: unknown): number {
  if (!isObject(value)) return 0;
  return largest(value.ephemeral_5m_input_tokens) + largest(value.ephemeral_1h_input_tokens);
}

/**
 * Finds the usage of a chunk or a whole answer. Groq has its own field, and Moonshot puts it into each choice. If it is in several
 * places, the larger value counts for each side. `ofChoices` has the usage of earlier chunks of the same answer.
 */
export function usageIn(answer: Json, ofChoices?: Map<string, Usage>): unknown {
  const { usage, x_groq: groq, error, choices } = answer;
  const inChoices = Array.isArray(choices) ? usageOfChoices(choices, ofChoices) : undefined;
  let found = inChoices;
  if (isObject(error)) found = moreOf(found, error.usage);
  if (isObject(groq)) found = moreOf(found, groq.usage);
  return moreOf(found, usage);
}

/** Joins two usage objects. Returns the provider's own object if one of the two has everything. */
function moreOf(one: unknown, other: unknown): unknown {
  const next = readUsage(other);
  if (next === undefined) return one;
  const known = readUsage(one);
  if (known === undefined) return other;
  const later = laterUsage(known, next);
  return later === next ? other : wireUsage(later);
}

/** The sum for providers that report usage for each choice, perhaps each in its own chunk. */
function usageOfChoices(choices: readonly unknown[], known?: Map<string, Usage>): unknown {
  let found: unknown;
  let ofChoices = known;
  for (const [position, choice] of choices.entries()) {
    const reported = usageOfChoice(choice);
    const usage = readUsage(reported);
    if (usage === undefined) continue;
    found = reported;
    ofChoices ??= new Map();
    const index = isObject(choice) ? String(choice.index ?? position) : '';
    ofChoices.set(index, laterUsage(ofChoices.get(index), usage));
  }
  if (found === undefined || ofChoices === undefined || ofChoices.size === 1) return found;
  return wireUsage([...ofChoices.values()].reduce(sumOf));
}

function usageOfChoice(choice: unknown): unknown {
  if (!isObject(choice)) return undefined;
  if (isObject(choice.usage)) return choice.usage;
  const message = choice.delta ?? choice.message;
  return isObject(message) && isObject(message.usage) ? message.usage : undefined;
}

const sumOf = (one: Usage, other: Usage): Usage => ({
  inputTokens: one.inputTokens + other.inputTokens,
  cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
  cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
  outputTokens: one.outputTokens + other.outputTokens,
  reasoningTokens: one.reasoningTokens + other.reasoningTokens,
});

/**
 * Joins two reports. Usage is cumulative, so the later one counts. But some providers end with zeros, or leave parts out, which must
 * not erase an earlier report. So the larger value counts for each side, and no part that may be dearer shrinks.
 */
export function laterUsage(known: Usage | undefined, next: Usage): Usage {
  if (known === undefined) return next;
  const input = next.inputTokens >= known.inputTokens ? next : known;
  const output = next.outputTokens >= known.outputTokens ? next : known;
  const cacheWriteTokens = Math.max(known.cacheWriteTokens, next.cacheWriteTokens);
  const reasoningTokens = Math.max(known.reasoningTokens, next.reasoningTokens);
  const isAllNext = cacheWriteTokens === next.cacheWriteTokens && reasoningTokens === next.reasoningTokens;
  if (input === next && output === next && isAllNext) return next;
  const { inputTokens } = input;
  const cachedInputTokens = Math.min(input.cachedInputTokens, Math.max(0, inputTokens - cacheWriteTokens));
  return { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens: output.outputTokens, reasoningTokens };
}

/** Whether SDKs can read a provider's usage as it is. Some refuse an answer over a count that is not a number. */
export const isReadableUsage = (usage: unknown): boolean =>
  isObject(usage) &&
  areCounts(usage, ['prompt_tokens', 'completion_tokens', 'total_tokens']) &&
  [usage.prompt_tokens_details ?? {}, usage.completion_tokens_details ?? {}].every(
    (details) =>
      isObject(details) &&
      areCounts(details, [
        'cached_tokens',
        'reasoning_tokens',
        'accepted_prediction_tokens',
        'rejected_prediction_tokens',
      ]),
  );

const areCounts = (object: Json, names: readonly string[]): boolean =>
  names.every((name) => typeof (object[name] ?? 0) === 'number');

/** Usage in OpenAI's form. */
export const wireUsage = (usage: Usage): WireUsage => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: usage.cacheWriteTokens },
  completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
});
