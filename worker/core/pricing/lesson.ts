import type { ChatRequest, Usage } from '../../../protocol/chat.ts';
import type { Deployment, PricingSettings } from '../config/config.ts';
import { UNREAD_TOKENS } from './billed.ts';
import { inputSize } from './input-size.ts';
import { joinLearnt, type Learnt, learntOf } from './learnt.ts';
import { choicesOf, thinkingBeyondCap, tokensPerSecond, type WorstCase } from './worst-case.ts';

/** An answer that took less time says little about speed. */
const LEAST_TIMED_MS = 500;

/** The attempt that a usage is compared with. */
export interface Billing {
  chat: ChatRequest;
  deployment: Deployment;
  pricing: PricingSettings;
  /** What was held for the attempt. */
  worst: WorstCase;
  /** The time from sending the request to the end of the answer. */
  forMs: number;
}

/** What a plausible usage teaches. Undefined if the hold was large enough and the speed is known. */
export function lessonOf(usage: Usage, billing: Billing): Learnt | undefined {
  const { chat, deployment, pricing, worst, forMs } = billing;
  const known = learntOf(deployment, pricing);
  const lesson = { ...known };
  const choices = choicesOf(chat, deployment);
  const inputExcess = Math.ceil((usage.inputTokens - worst.inputTokens) / choices);
  if (inputExcess > 0) {
    const { images, files } = inputSize(chat, [deployment]);
    if (files > 0) lesson.tokensPerFile = roundUp(known.tokensPerFile + inputExcess / files);
    else if (images > 0) lesson.tokensPerImage = roundUp(known.tokensPerImage + inputExcess / images);
    else lesson.overheadTokens = roundUp(known.overheadTokens + inputExcess);
  }
  const outputExcess = Math.ceil((usage.outputTokens - worst.outputTokens) / choices);
  if (outputExcess > 0) {
    lesson.thinkingBeyondCap = roundUp(thinkingBeyondCap(deployment, pricing) + outputExcess);
  }
  const perSecond = ((usage.outputTokens / choices - UNREAD_TOKENS) * 1_000) / forMs;
  if (forMs >= LEAST_TIMED_MS && 2 * perSecond > tokensPerSecond(deployment, pricing)) {
    lesson.tokensPerSecond = roundUp(2 * perSecond);
  }
  const joined = joinLearnt(known, lesson);
  return joined === known ? undefined : joined;
}

/** Rounds up to a power of two, so that a few lessons are enough. */
const roundUp = (tokens: number): number => 2 ** Math.ceil(Math.log2(tokens));
