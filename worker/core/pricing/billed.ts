import type { ChatRequest, Usage } from '../../../protocol/chat.ts';
import type { Deployment, PricingSettings } from '../config/config.ts';
import { costMicroUsd } from './cost.ts';
import { mayHideTokens } from './hidden-tokens.ts';
import { inputSize } from './input-size.ts';
import { leastTokens, NO_TOKENS } from './plausible.ts';
import { paramCostsOf } from './sent-params.ts';
import { choicesOf, dearestCost, inputBound, MOST_TOKENS, mostOutput, tokensPerSecond } from './worst-case.ts';

/** Tokens and money, as they are booked. */
export interface Billed {
  microUsd: number;
  tokens: number;
  /** The same tokens, by kind. */
  usage: Usage;
}

/** How much of an answer was seen. */
export interface SeenAnswer {
  /** UTF-8 bytes of everything that was generated, passed on or not. */
  textBytes: number;
  chunks: number;
  /** Bytes of an event whose end has not come. They may be text. */
  unreadBytes?: number;
  /**
   * True if more may have been generated than was seen: the answer came in one piece, the reader was too slow, or an event could
   * not be read.
   */
  isPartial?: boolean;
  /** True if the answer came to its own end, so that nothing more is generated. */
  isWhole?: boolean;
}

/**
 * Tokens of each choice that a provider may have generated, unread, before its connection closes, together with tokens that have
 * no text.
 */
export const UNREAD_TOKENS = 128;

const NOTHING_SEEN: SeenAnswer = { textBytes: 0, chunks: 0, isPartial: true };

/**
 * The most that an attempt without usage may have been billed. If everything was seen, its bytes are the bound, because a token
 * is a byte or more. If more may have been generated, time is a bound too: no provider generates more than `tokensPerSecond`,
 * from sending the request to closing the connection (`forMs`). The result is never above `worstCase` without the fee, unless
 * what passed needs more.
 */
export function billedWithoutUsage(
  chat: ChatRequest,
  deployment: Deployment,
  pricing: PricingSettings,
  passed: SeenAnswer | 'unknown',
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
    usage: { ...NO_TOKENS, inputTokens, outputTokens },
  };
}

function outputBound(
  chat: ChatRequest,
  deployment: Deployment,
  pricing: PricingSettings,
  made: SeenAnswer,
  forMs: number,
): number {
  const most = mostOutput(chat, deployment, pricing);
  if (deployment.goesOnWhenLeft && !made.isWhole) return most;
  const choices = choicesOf(chat, deployment);
  const ahead = UNREAD_TOKENS * choices;
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

/** What a provider bills for the usage that it reported. A part that is larger than its whole counts as the whole. */
export function billedByUsage(chat: ChatRequest, told: Usage, deployment: Deployment): Billed {
  const inputTokens = Math.max(told.inputTokens, told.cachedInputTokens + told.cacheWriteTokens);
  const outputTokens = Math.max(told.outputTokens, told.reasoningTokens);
  const usage = { ...told, inputTokens, outputTokens };
  return {
    microUsd: costMicroUsd(usage, deployment.price, paramCostsOf(chat, deployment)),
    tokens: inputTokens + outputTokens,
    usage,
  };
}
