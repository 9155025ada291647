/** What a request may become under its feature's caps, before the ledger is asked: itself, or its feature's safeguard. */
import type { ChatRequest } from '../../../protocol/chat.ts';
import type { RouterError } from '../../../protocol/errors.ts';
import { ok, type Refused, type Result, refused } from '../../../protocol/result.ts';
import type { Alias, Config, Feature, Safeguard } from '../config/config.ts';
import type { Mode } from '../ledger/types.ts';
import { inputSize, ownTokens } from '../pricing/input-size.ts';
import { type WorstCase, worstOfSize } from '../pricing/worst-case.ts';
import { costRefusal, inputRefusal, lastTurnRefusal, outputRefusal } from './cap-refusal.ts';
import { lastTurnTokens, trimmedToCap } from './turns.ts';

/** A request in the form in which it would be served. */
export interface Version {
  mode: Mode;
  alias: Alias;
  /** The request, with its `maxOutputTokens` filled in. */
  chat: ChatRequest;
  worst: WorstCase;
}

/** The ways in which a request may be served, best first, or why there is none. */
export type Versions =
  /** `withoutSafeguard` is why this request has no safeguard, although its feature has one. */
  { ok: true; versions: readonly [Version, ...Version[]]; withoutSafeguard?: RouterError } | Refused<RouterError>;

/** What a request's versions depend on. */
export interface VersionInput {
  chat: ChatRequest;
  /** The alias that the client named. */
  alias: Alias;
  feature: Feature;
  /** The alias that serves its safeguard (`safeguardAliasOf`). Undefined if it is the same one. */
  safeguardAlias: Alias | undefined;
  /** True if a page is calling. Its visitors are bound by the feature's output cap, or by its default. */
  isPage?: boolean;
  /** True if the safeguard should serve, provided that the feature has one that takes the request. */
  prefersSafeguard?: boolean | undefined;
}

type Settings = Pick<Config, 'pricing'>;

/** The alias of a feature's safeguard. Undefined if the feature has no safeguard, or one that serves with the alias of the request. */
export function safeguardAliasOf(
  { name, safeguard }: Feature,
  { aliases }: Pick<Config, 'aliases'>,
): Alias | undefined {
  if (safeguard?.alias === undefined) return undefined;
  const alias = aliases.get(safeguard.alias);
  if (alias === undefined) throw new Error(`the safeguard of "${name}" names an alias that is not in the config`);
  return alias;
}

/** No model writes more. A larger number in one request must not hold a whole budget. */
const MOST_OUTPUT_TOKENS = 1_000_000;

/** The versions of a request, best first. There is at least one, or the reason why there is none. */
export function versionsOf(asked: VersionInput, config: Settings): Versions {
  try {
    const normal = normalVersion(asked, config);
    const { safeguard } = asked.feature;
    if (safeguard === undefined) return normal.ok ? { ok: true, versions: [normal.value] } : normal;
    const smaller = safeguardVersion(asked, safeguard, config);
    if (!normal.ok) {
      return smaller.ok
        ? { ok: true, versions: [smaller.value] }
        : refused(sayingMore(asked, normal.error, smaller.error, config));
    }
    if (asked.prefersSafeguard && smaller.ok) return { ok: true, versions: [smaller.value] };
    if (!smaller.ok) return { ok: true, versions: [normal.value], withoutSafeguard: smaller.error };
    const isOther = isLess(smaller.value.worst, normal.value.worst);
    return { ok: true, versions: isOther ? [normal.value, smaller.value] : [normal.value] };
  } catch (error) {
    // `parseChat` refuses chats that are nested this deeply. This is for chats that came another way.
    if (error instanceof RangeError)
      return refused({ code: 'invalid_body', param: '', detail: 'is nested too deeply' });
    throw error;
  }
}

/**
 * Why there is no version: usually why there is no safeguard, which accepts more than the request as it is. If both are refused
 * for their input and the safeguard takes a shorter one, its limit is not the one that the client must keep.
 */
function sayingMore(
  { chat, alias, feature }: VersionInput,
  normal: RouterError,
  smaller: RouterError,
  { pricing }: Settings,
): RouterError {
  const most = feature.caps.maxInputTokens;
  const ofSafeguard = feature.safeguard?.maxInputTokens;
  if (most === undefined || ofSafeguard === undefined || ofSafeguard >= most) return smaller;
  if (!isOfInput(normal) || !isOfInput(smaller)) return smaller;
  const least = lastTurnTokens(chat, alias.deployments, pricing);
  return least > most ? lastTurnRefusal(feature, least, most) : normal;
}

const isOfInput = (error: RouterError): boolean => error.code === 'feature_cap_exceeded' && error.param === 'messages';

/** The ledger takes the last want to be the smallest. A version that is smaller in nothing could never be granted instead. */
const isLess = (one: WorstCase, other: WorstCase): boolean =>
  one.microUsd < other.microUsd || one.inputTokens + one.outputTokens < other.inputTokens + other.outputTokens;

function normalVersion(
  { chat: sent, alias, feature, isPage }: VersionInput,
  { pricing }: Settings,
): Result<Version, RouterError> {
  const { caps } = feature;
  const output = sent.maxOutputTokens ?? caps.defaultMaxOutputTokens;
  const mostOutput = caps.maxOutputTokens ?? (isPage ? caps.defaultMaxOutputTokens : MOST_OUTPUT_TOKENS);
  if (output > mostOutput) return refused(outputRefusal(feature, output, mostOutput));
  const chat = sent.maxOutputTokens === undefined ? withOutput(sent, output) : sent;
  const size = inputSize(chat, alias.deployments);
  const mostInput = caps.maxInputTokens;
  if (mostInput !== undefined) {
    const input = ownTokens(size, pricing);
    if (input > mostInput) return refused(inputRefusal(feature, input, mostInput));
  }
  const worst = worstOfSize(size, chat, alias.deployments, pricing);
  return withinCost({ mode: 'normal', alias, chat, worst }, feature);
}

function safeguardVersion(
  { chat: sent, alias: named, feature, safeguardAlias }: VersionInput,
  safeguard: Safeguard,
  { pricing }: Settings,
): Result<Version, RouterError> {
  const { caps } = feature;
  const alias = safeguardAlias ?? named;
  const { deployments } = alias;
  const most = safeguard.maxInputTokens ?? caps.maxInputTokens;
  let chat = sent;
  let size = inputSize(sent, deployments);
  if (most !== undefined && ownTokens(size, pricing) > most) {
    const trimmed = trimmedToCap(sent, most, deployments, pricing);
    if (trimmed === undefined)
      return refused(lastTurnRefusal(feature, lastTurnTokens(sent, deployments, pricing), most));
    chat = trimmed;
    size = inputSize(trimmed, deployments);
  }
  const output = Math.min(
    sent.maxOutputTokens ?? caps.defaultMaxOutputTokens,
    safeguard.maxOutputTokens ?? MOST_OUTPUT_TOKENS,
    caps.maxOutputTokens ?? MOST_OUTPUT_TOKENS,
  );
  if (chat.maxOutputTokens !== output) chat = withOutput(chat, output);
  const worst = worstOfSize(size, chat, deployments, pricing);
  return withinCost({ mode: 'safeguard', alias, chat, worst }, feature);
}

const withOutput = (chat: ChatRequest, maxOutputTokens: number): ChatRequest => ({ ...chat, maxOutputTokens });

function withinCost(version: Version, feature: Feature): Result<Version, RouterError> {
  const cap = feature.caps.maxCostMicroUsd;
  const { microUsd } = version.worst;
  return cap !== undefined && microUsd > cap ? refused(costRefusal(feature, microUsd, cap)) : ok(version);
}
