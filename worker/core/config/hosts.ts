import { hostOf } from './urls.ts';

/** What a provider bills beyond what a request shows. A deployment's settings override it (docs/holds.md). */
export interface BillingHabits {
  /** Tokens that the provider adds to each request: its chat template and its own instructions. */
  overheadTokens: number;
  /** Thinking tokens that the provider bills on top of the output cap, which does not bound them. */
  thinkingBeyondCap: number;
  /** The fastest that the provider writes one choice of an answer. */
  tokensPerSecond: number;
  /** True if the provider finishes and bills an answer after we hang up. */
  goesOnWhenLeft: boolean;
}

const ANY_HOST: BillingHabits = {
  overheadTokens: 256,
  thinkingBeyondCap: 0,
  tokensPerSecond: 2_000,
  goesOnWhenLeft: false,
};

const FAST = { tokensPerSecond: 10_000 };
const GOES_ON = { goesOnWhenLeft: true };
const THINKS_ON = { thinkingBeyondCap: 32_768 };

/**
 * Habits by the end of a host's name. Sources, November 2026: docs.siliconflow.com (`max_tokens` excludes the chain of thought, up
 * to 32,768); Alibaba Model Studio's list of models (the same figure, separate from the response's); openrouter.ai (stream
 * cancellation: which providers go on and bill, also for requests routed to them).
 */
const KNOWN_HOSTS: readonly (readonly [string, Partial<BillingHabits>])[] = [
  ['api.openai.com', { overheadTokens: 128 }],
  ['openai.azure.com', { overheadTokens: 128 }],
  ['api.anthropic.com', { overheadTokens: 128 }],
  ['siliconflow.com', THINKS_ON],
  ['siliconflow.cn', THINKS_ON],
  ['aliyuncs.com', { ...THINKS_ON, ...GOES_ON }],
  ['groq.com', { ...FAST, ...GOES_ON }],
  ['cerebras.ai', FAST],
  ['sambanova.ai', { ...FAST, ...GOES_ON }],
  ['openrouter.ai', GOES_ON],
  ['googleapis.com', GOES_ON],
  ['amazonaws.com', GOES_ON],
  ['mistral.ai', GOES_ON],
  ['perplexity.ai', GOES_ON],
  ['minimax.io', GOES_ON],
  ['minimaxi.com', GOES_ON],
  ['huggingface.co', GOES_ON],
  ['replicate.com', GOES_ON],
  ['ai21.com', GOES_ON],
];

/** The habits of the host of a base URL. */
export function habitsOf(apiBase: string): BillingHabits {
  const known = KNOWN_HOSTS.find(([name]) => isAtHost(apiBase, name));
  return { ...ANY_HOST, ...known?.[1] };
}

/** Whether a base URL is at this host, or at one of its subdomains. */
export function isAtHost(apiBase: string, name: string): boolean {
  const host = hostOf(apiBase);
  return host === name || host.endsWith(`.${name}`);
}
