import type { ChatRequest } from '../../../protocol/chat.ts';
import type { Deployment, PricingSettings } from '../config/config.ts';
import { FORMATS } from '../formats/formats.ts';
import { costMicroUsd } from './cost.ts';
import { dearest } from './dearest.ts';
import { type InputSize, inputSize } from './input-size.ts';
import { escapedBytes } from './json-bytes.ts';
import { learntOf } from './learnt.ts';
import { paramCostsOf } from './sent-params.ts';

/** The most that a request may be billed for, at whichever of its alias's deployments. */
export interface WorstCase {
  inputTokens: number;
  outputTokens: number;
  microUsd: number;
}

/** What adapters add at most: "Answer with one valid JSON object …" (86 bytes) or "Continue.", each in a message. */
const ADDED_PER_REQUEST = 128;
/** `input_schema`, and the `type` of a schema that has none (worker/providers/anthropic/tools.ts). */
const ADDED_PER_TOOL = 64;

/** The ledger counts in whole numbers that add up exactly. */
const MOST = Number.MAX_SAFE_INTEGER;
/** Of each side, so that the sum is still exact. */
export const MOST_TOKENS = 2 ** 52;

/**
 * Text counts a token a byte, which BPE over bytes cannot exceed as long as a tokenizer's normalisation does not lengthen the
 * text. What providers add on their side is an overhead: by host, config and what their bills have taught.
 */
export const worstCase = (chat: ChatRequest, deployments: readonly Deployment[], pricing: PricingSettings): WorstCase =>
  worstOfSize(inputSize(chat, deployments), chat, deployments, pricing);

/** The same, for who has measured the input already. */
export function worstOfSize(
  size: InputSize,
  chat: ChatRequest,
  deployments: readonly Deployment[],
  pricing: PricingSettings,
): WorstCase {
  const worst: WorstCase = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
  const tokens = inputBound(size, chat, deployments, pricing);
  for (const deployment of deployments) {
    const choices = choicesOf(chat, deployment);
    const inputTokens = Math.min(tokens * choices, MOST_TOKENS);
    const outputTokens = mostOutput(chat, deployment, pricing);
    worst.inputTokens = Math.max(worst.inputTokens, inputTokens);
    worst.outputTokens = Math.max(worst.outputTokens, outputTokens);
    worst.microUsd = Math.max(worst.microUsd, dearestCost(chat, deployment, inputTokens, outputTokens));
  }
  worst.microUsd = Math.min(worst.microUsd + feeMicroUsd(pricing), MOST);
  return worst;
}

/** One's own fee for an answer, rounded up as costs are; never more than what floating point adds. */
export const feeMicroUsd = ({ feePerRequestUsd }: PricingSettings): number =>
  Math.ceil(feePerRequestUsd * 1e6 * (1 - 2e-15));

/** Input tokens of one choice, at most. */
export function inputBound(
  size: InputSize,
  chat: ChatRequest,
  deployments: readonly Deployment[],
  pricing: PricingSettings,
): number {
  const { textBytes, growthBytes, framingTokens, images, files } = size;
  const perTool = ADDED_PER_TOOL + pricing.overheadTokensPerTool;
  const redefined = size.calls > 0 && redefinesTools(chat, deployments) ? toolsOfHistory(chat, perTool) : 0;
  const hasTools = redefined > 0 || (chat.tools?.length ?? 0) > 0;
  let [overhead, perImage, perFile] = [0, 0, 0];
  for (const deployment of deployments) {
    const learnt = learntOf(deployment, pricing);
    const own = pricing.overheadTokensPerRequest ?? deployment.overheadTokens;
    const tools = hasTools ? FORMATS[deployment.format].toolsPromptTokens : 0;
    overhead = Math.max(overhead, own + tools + learnt.overheadTokens);
    perImage = Math.max(perImage, learnt.tokensPerImage);
    perFile = Math.max(perFile, learnt.tokensPerFile);
  }
  return (
    textBytes +
    growthBytes +
    framingTokens +
    images * (pricing.tokensPerImage + perImage) +
    files * (pricing.tokensPerFile + perFile) +
    ADDED_PER_REQUEST +
    overhead +
    (chat.tools?.length ?? 0) * perTool +
    redefined
  );
}

/** Whether an adapter may define tools that the history calls, because the request offers none that the provider knows. */
const redefinesTools = ({ tools, tool_choice: choice }: ChatRequest, deployments: readonly Deployment[]): boolean =>
  deployments.some(({ format }) => FORMATS[format].definesToolsOfHistory) &&
  (tools === undefined ||
    tools.some(({ type }) => type === 'custom') ||
    (typeof choice === 'object' && choice.type === 'allowed_tools'));

function toolsOfHistory({ messages }: ChatRequest, perTool: number): number {
  const names = new Set<string>();
  for (const { tool_calls: calls } of messages)
    for (const call of calls ?? []) names.add(call.type === 'function' ? call.function.name : call.custom.name);
  let tokens = 0;
  for (const name of names) tokens += escapedBytes(name) + perTool;
  return tokens;
}

/** `n`, where it goes out. */
export const choicesOf = ({ n = 1 }: ChatRequest, { format, quirks }: Deployment): number =>
  FORMATS[format].sendsChoices && !quirks.unsupported?.includes('n') ? n : 1;

/** Admission fills it in before anything is counted: without it there is no bound. */
export function outputCap({ maxOutputTokens }: ChatRequest): number {
  if (maxOutputTokens === undefined) throw new Error('maxOutputTokens is not set: the output has no bound');
  return maxOutputTokens;
}

/** Of all choices, with what the deployment may think beyond the cap. */
export const mostOutput = (chat: ChatRequest, deployment: Deployment, pricing: PricingSettings): number =>
  Math.min((outputCap(chat) + thinkingBeyondCap(deployment, pricing)) * choicesOf(chat, deployment), MOST_TOKENS);

export const thinkingBeyondCap = (deployment: Deployment, pricing: PricingSettings): number =>
  Math.max(deployment.thinkingBeyondCap, learntOf(deployment, pricing).thinkingBeyondCap);

export const tokensPerSecond = (deployment: Deployment, pricing: PricingSettings): number =>
  Math.max(deployment.tokensPerSecond, learntOf(deployment, pricing).tokensPerSecond);

/** What this deployment bills for so many tokens, whatever they are: cached, written to a cache, thought. */
export function dearestCost(
  chat: ChatRequest,
  deployment: Deployment,
  inputTokens: number,
  outputTokens: number,
): number {
  const { input, output, usdPerRequest } = dearest([deployment.price], inputTokens);
  const usage = { inputTokens, outputTokens, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
  const price = { input, output, cachedInput: input, cacheWrite: input, usdPerRequest };
  return Math.min(costMicroUsd(usage, price, paramCostsOf(chat, deployment)), MOST);
}
