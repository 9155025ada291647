import { hostOf } from './urls.ts';

/** What a provider bills beyond what a request shows; config may say otherwise for a deployment (docs/holds.md). */
export interface BillingHabits {
  /** What it adds to each request: chat template, instructions of its own. */
  overheadTokens: number;
  /** Thought and billed on top of the output cap, which does not bound it. */
  thinkingBeyondCap: number;
  /** No choice of an answer is made faster. */
  tokensPerSecond: number;
  /** It makes and bills the rest of an answer after we hang up. */
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
 * Hosts by the end of their names. Sources, November 2026: docs.siliconflow.com (`max_tokens` excludes the chain of thought, up to
 * 32,768) and Alibaba Model Studio's list of models (the same figure, apart from the response's); openrouter.ai (stream
 * cancellation: the list of providers that go on and bill, and that requests routed to them do).
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

export function habitsOf(apiBase: string): BillingHabits {
  const host = hostOf(apiBase);
  const known = KNOWN_HOSTS.find(([name]) => host === name || host.endsWith(`.${name}`));
  return { ...ANY_HOST, ...known?.[1] };
}
