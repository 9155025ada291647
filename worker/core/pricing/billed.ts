import type { ChatRequest, Usage } from '../../../protocol/chat.ts';
import type { Deployment, PricingSettings } from '../config/config.ts';
import { costMicroUsd } from './cost.ts';
import { mayHideTokens } from './hidden-tokens.ts';
import { inputSize } from './input-size.ts';
import { paramCostsOf } from './sent-params.ts';
import { choicesOf, dearestCost, inputBound, MOST_TOKENS, outputCap } from './worst-case.ts';

export interface Billed {
  microUsd: number;
  tokens: number;
}

/** What came of an answer before it broke off. */
export interface Passed {
  /** Of all that was generated, passed on or not. */
  textBytes: number;
  chunks: number;
}

/** What a provider may have made of each choice when it is let go, and nobody read; and tokens without a text. */
export const AHEAD_TOKENS = 128;

/**
 * What an attempt may have been billed of which no usage came. `unknown`: nobody saw the answer grow, so it may have reached
 * its cap, as it may where tokens are hidden. Never above `worstCase` less the fee: the same counting, of one deployment.
 */
export function billedWithoutUsage(
  chat: ChatRequest,
  deployment: Deployment,
  pricing: PricingSettings,
  passed: Passed | 'unknown',
): Billed {
  const deployments = [deployment];
  const choices = choicesOf(chat, deployment);
  const tokens = inputBound(inputSize(chat, deployments), chat, deployments, pricing);
  const inputTokens = Math.min(tokens * choices, MOST_TOKENS);
  const most = Math.min(outputCap(chat) * choices, MOST_TOKENS);
  const isSeen = passed !== 'unknown' && !hidesTokens(chat, deployment);
  const outputTokens = isSeen ? Math.min(most, passed.textBytes + passed.chunks + AHEAD_TOKENS * choices) : most;
  return {
    microUsd: dearestCost(chat, deployment, inputTokens, outputTokens),
    tokens: inputTokens + outputTokens,
  };
}

/** Whether this deployment may generate output that its stream does not show. */
export const hidesTokens = (
  chat: ChatRequest,
  { hidesTokens, model, format }: Pick<Deployment, 'hidesTokens' | 'model' | 'format'>,
): boolean => hidesTokens ?? mayHideTokens(model, format, chat);

/** What a provider bills for the usage that it told. */
export const billedByUsage = (chat: ChatRequest, usage: Usage, deployment: Deployment): Billed => ({
  microUsd: costMicroUsd(usage, deployment.price, paramCostsOf(chat, deployment)),
  tokens: usage.inputTokens + usage.outputTokens,
});
