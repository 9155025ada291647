import type { ChatRequest } from '../../../protocol/chat.ts';
import type { Deployment, PricingSettings } from '../config/config.ts';
import { FORMATS } from '../formats/formats.ts';
import { costMicroUsd } from './cost.ts';
import { dearest } from './dearest.ts';
import { type InputSize, inputSize } from './input-size.ts';
import { escapedBytes } from './json-bytes.ts';
import { learntOf } from './learnt.ts';
import { paramCostsOf } from './sent-params.ts';

/** The most that a request may be billed for, at the dearest of its alias's deployments. */
export interface WorstCase {
  inputTokens: number;
  outputTokens: number;
  microUsd: number;
}

/** The most that adapters add to a request: "Answer with one valid JSON object …" (86 bytes) or "Continue.", each in a message. */
const ADDED_PER_REQUEST = 128;
/** What adapters add to each tool: `input_schema`, and the `type` of a schema without one (worker/providers/anthropic/tools.ts). */
const ADDED_PER_TOOL = 64;

/** The ledger counts in integers that add up exactly. */
const MOST = Number.MAX_SAFE_INTEGER;
/** The most for each side, so that their sum is still exact. */
export const MOST_TOKENS = 2 ** 52;

/**
 * The worst case of a request. Text counts as one token per byte, which BPE over bytes cannot exceed unless a tokenizer's
 * normalisation lengthens the text. What providers add counts as an overhead, which is known from the host, from config and from
 * their bills.
 */
export const worstCase = (chat: ChatRequest, deployments: readonly Deployment[], pricing: PricingSettings): WorstCase =>
  worstOfSize(inputSize(chat, deployments), chat, deployments, pricing);

/** The same for an input that was measured already. */
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

/** The operator's own fee for an answer, rounded up as costs are, without floating-point dust. */
export const feeMicroUsd = ({ feePerRequestUsd }: PricingSettings): number =>
  Math.ceil(feePerRequestUsd * 1e6 * (1 - 2e-15));

/** The most input tokens of one choice. */
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

/** The number of choices that a deployment is asked for: `n`, if its adapter sends it. */
export const choicesOf = ({ n = 1 }: ChatRequest, { format, quirks }: Deployment): number =>
  FORMATS[format].sendsChoices && !quirks.unsupported?.includes('n') ? n : 1;

/** The request's output cap. Admission sets it before anything is counted, because without it there is no bound. */
function outputCap({ maxOutputTokens }: ChatRequest): number {
  if (maxOutputTokens === undefined) throw new Error('maxOutputTokens is not set: the output has no bound');
  return maxOutputTokens;
}

/** The most output tokens of all choices, with what the deployment may think beyond the cap. */
export const mostOutput = (chat: ChatRequest, deployment: Deployment, pricing: PricingSettings): number =>
  Math.min((outputCap(chat) + thinkingBeyondCap(deployment, pricing)) * choicesOf(chat, deployment), MOST_TOKENS);

/** Reasoning tokens of each choice that may come on top of the output cap. */
export const thinkingBeyondCap = (deployment: Deployment, pricing: PricingSettings): number =>
  Math.max(deployment.thinkingBeyondCap, learntOf(deployment, pricing).thinkingBeyondCap);

/** The most tokens per second that a deployment generates for one choice. */
export const tokensPerSecond = (deployment: Deployment, pricing: PricingSettings): number =>
  Math.max(deployment.tokensPerSecond, learntOf(deployment, pricing).tokensPerSecond);

/** The most that this deployment bills for this many tokens, whether cached, written to a cache, or used for reasoning. */
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
