import type { ChatRequest, Usage } from '../../../protocol/chat.ts';
import type { Deployment, PricingSettings } from '../config/config.ts';
import { costMicroUsd } from './cost.ts';
import { mayHideTokens } from './hidden-tokens.ts';
import { inputSize } from './input-size.ts';
import { leastTokens } from './plausible.ts';
import { paramCostsOf } from './sent-params.ts';
import { choicesOf, dearestCost, inputBound, MOST_TOKENS, mostOutput, tokensPerSecond } from './worst-case.ts';

export interface Billed {
  microUsd: number;
  tokens: number;
}

/** What came of an answer, as far as it was seen. */
export interface Passed {
  /** Of all that was generated, passed on or not. */
  textBytes: number;
  chunks: number;
  /** Of an event whose end has not come: maybe text. */
  unreadBytes?: number;
  /** More may have been made than was seen: an answer in one piece, a reader too slow, an event that could not be read. */
  isPartial?: boolean;
  /** It came to its own end: nothing more is made after it. */
  isWhole?: boolean;
}

/** What a provider may have made of each choice when it is let go, and nobody read; and tokens without a text. */
export const AHEAD_TOKENS = 128;

const NOTHING_SEEN: Passed = { textBytes: 0, chunks: 0, isPartial: true };

/**
 * What an attempt may have been billed of which no usage came. Where all of it was seen, by what was seen: a byte is a token at
 * most. Where more may have been made, by time as well: no provider makes more than so many tokens a second, from the request
 * out to the connection closed (`forMs`). Never above `worstCase` less the fee, but for what must be behind what passed.
 */
export function billedWithoutUsage(
  chat: ChatRequest,
  deployment: Deployment,
  pricing: PricingSettings,
  passed: Passed | 'unknown',
  forMs: number,
): Billed {
  const deployments = [deployment];
  const choices = choicesOf(chat, deployment);
  const inputTokens = Math.min(
    inputBound(inputSize(chat, deployments), chat, deployments, pricing) * choices,
    MOST_TOKENS,
  );
  const made = passed === 'unknown' ? NOTHING_SEEN : passed;
  const bound = outputBound(chat, deployment, pricing, made, forMs);
  const outputTokens = Math.min(Math.max(bound, leastTokens(made.textBytes)), MOST_TOKENS);
  return {
    microUsd: dearestCost(chat, deployment, inputTokens, outputTokens),
    tokens: inputTokens + outputTokens,
  };
}

function outputBound(
  chat: ChatRequest,
  deployment: Deployment,
  pricing: PricingSettings,
  made: Passed,
  forMs: number,
): number {
  const most = mostOutput(chat, deployment, pricing);
  if (deployment.goesOnWhenLeft && !made.isWhole) return most;
  const choices = choicesOf(chat, deployment);
  const ahead = AHEAD_TOKENS * choices;
  const seen = made.textBytes + made.chunks + (made.unreadBytes ?? 0) + ahead;
  if (!made.isPartial && !hidesTokens(chat, deployment)) return Math.min(most, seen);
  const timed = Math.ceil((tokensPerSecond(deployment, pricing) * choices * Math.max(0, forMs)) / 1_000) + ahead;
  return Math.min(most, Math.max(seen, timed));
}

/** Whether this deployment may generate output that its stream does not show. */
export const hidesTokens = (
  chat: ChatRequest,
  { hidesTokens, model, format }: Pick<Deployment, 'hidesTokens' | 'model' | 'format'>,
): boolean => hidesTokens ?? mayHideTokens(model, format, chat);

/** What a provider bills for the usage that it told; a part that is said to be more than its whole is the whole. */
export function billedByUsage(chat: ChatRequest, told: Usage, deployment: Deployment): Billed {
  const inputTokens = Math.max(told.inputTokens, told.cachedInputTokens + told.cacheWriteTokens);
  const outputTokens = Math.max(told.outputTokens, told.reasoningTokens);
  const usage = { ...told, inputTokens, outputTokens };
  return {
    microUsd: costMicroUsd(usage, deployment.price, paramCostsOf(chat, deployment)),
    tokens: inputTokens + outputTokens,
  };
}
