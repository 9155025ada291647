/** Decides if a 429 is the request's own fault. A request that is larger than the whole limit of a minute never fits, but others may. */
import type { RequestFacts } from '../adapter.ts';
import type { ReadHeader } from './retry-hints.ts';

/** Limits on input or on all tokens: Anthropic, then OpenAI, Azure and Groq, then Mistral. */
const LIMIT_HEADERS = [
  'anthropic-ratelimit-input-tokens-limit',
  'anthropic-ratelimit-tokens-limit',
  'x-ratelimit-limit-input-tokens',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-limit-tokens-minute',
  'x-ratelimitbysize-limit-minute',
  'ratelimitbysize-limit',
];

/** OpenAI and Groq say themselves that the request is too large. */
const SAYS_SO = /request too large|tokens must be reduced in order to run/i;
/** "Limit 30000, Used 0, Requested 45000". */
const LIMIT_AND_REQUESTED = /\blimit:? ?([\d,_]{1,15})\b.{0,60}\brequested:? ?([\d,_]{1,15})/i;
/** "rate limit of 30,000 input tokens per minute"; "tokens per minute (TPM): Limit 30000". */
const TOKENS_A_MINUTE =
  /(\d[\d,_]{0,14}) (?:(input|prompt|output|completion|total) )?tokens?(?: per |\/| a )(?:min|hour|day)/i;
const MINUTE_OF_TOKENS = /tokens?(?: per |\/)min\w{0,8}[^\d]{0,40}?limit[^\d]{0,12}(\d[\d,_]{0,14})/i;
/** Gemini's metric with its value, in the message or in the details. */
const TOKEN_METRIC = /(input|output|prompt)?_?token_count[^{}]{0,120}?(?:limit: |"quotaValue":")(\d+)/i;

/** Decides by the provider's words, its details, or its limit headers. */
export function isAloneTooLarge(
  header: ReadHeader,
  message: string,
  extra: string,
  asked: RequestFacts | undefined,
): boolean {
  if (SAYS_SO.test(message)) return true;
  const [, limit, requested] = LIMIT_AND_REQUESTED.exec(message) ?? [];
  if (limit !== undefined && requested !== undefined) return count(requested) > count(limit);
  if (asked === undefined) return false;
  const exceeds = (most: string | undefined, unit: string | undefined) =>
    most !== undefined && count(most) > 0 && tokensOf(asked, unit?.toLowerCase()) > count(most);
  const [, perTime, unit] = TOKENS_A_MINUTE.exec(message) ?? [];
  const [, minuteLimit] = MINUTE_OF_TOKENS.exec(message) ?? [];
  const [, metricUnit, metric] = TOKEN_METRIC.exec(message) ?? TOKEN_METRIC.exec(extra) ?? [];
  return (
    exceeds(perTime, unit) ||
    exceeds(minuteLimit, undefined) ||
    exceeds(metric, metricUnit) ||
    LIMIT_HEADERS.some((name) => exceeds(header(name) ?? undefined, 'input'))
  );
}

const count = (text: string): number => Number(text.replace(/[,_]/g, ''));

/** A limit that names neither input nor output counts both, with the output at its cap. */
function tokensOf({ inputTokens, outputTokens }: RequestFacts, unit: string | undefined): number {
  if (unit === 'input' || unit === 'prompt') return inputTokens;
  return unit === 'output' || unit === 'completion' ? outputTokens : inputTokens + outputTokens;
}
