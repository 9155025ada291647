/** What is known of one request on its way down the line: types, and functions that need nothing else. */
import type { ChatRequest } from '../../protocol/chat.ts';
import type { DoorName } from '../../protocol/question.ts';
import type { CacheDirective } from '../core/answers/cache-directive.ts';
import type { CooldownField } from '../core/answers/carryon-field.ts';
import type { Alias, Deployment, Feature } from '../core/config/config.ts';
import type { Identity } from '../core/identity/identity.ts';
import type { Left } from '../core/ledger/messages.ts';
import type { Bill } from '../core/pricing/bill.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { AliasLists } from '../core/routing/overrides.ts';
import type { EdgeMode, Route } from '../core/routing/route.ts';
import type { Background, LeaseHooks } from '../ports.ts';
import type { Timing } from '../response/server-timing.ts';

/** What is known of one HTTP request before its body is read. */
export interface RequestContext {
  requestId: string;
  arrivedAt: number;
  background: Background;
  /** Cloudflare's data centre; null if it is unknown. */
  readonly colo: string | null;
  /** The caller's `traceparent` header, checked. */
  readonly traceparent: string | null;
  /** The feature that the header names, unchecked. */
  readonly namedFeature: string | null;
  /** Aborts when the client leaves. */
  readonly gone: AbortSignal | undefined;
  timing: Timing;
  /** True if the answer is also for other callers, who asked the same. */
  isShared?: boolean;
  /** Called before each lease of this request is requested, and before it is used. */
  leaseHooks?: LeaseHooks;
  /** Called as soon as the request is admitted, for headers that go out before an answer begins. */
  admitted?: (limited: Limited, mode: EdgeMode) => void;
}

/** A question that was read and checked, with its caller, its feature and the overrides that concern it. */
export interface RoutedRequest {
  /** The inbound format of the question. */
  door: DoorName;
  identity: Identity;
  feature: Feature;
  user: string | null;
  /** The alias, with the deployments now in force. */
  alias: Alias;
  /** The alias of the feature's safeguard, with the deployments now in force. Undefined if there is none, or it is the same alias. */
  safeguardAlias: Alias | undefined;
  /** How the overrides affect the request. */
  route: Route;
  /** The alias lists that were in force when the request was read. Undefined if config's own deployments serve. */
  lists: AliasLists | undefined;
  chat: ChatRequest;
  cache: CacheDirective;
  /** Undefined if there is no `idempotency-key`. */
  keyed: Keyed | undefined;
  /** `x-carryon-resume` as the client sent it; null if it sent none. */
  resume: string | null;
  /** The client's own name for its prompt. Null if it sent none, or one that is not a slug. */
  promptVersion: string | null;
}

/** A request with an idempotency key. Its answer continues without its reader (docs/contract.md "Idempotency"). */
export interface Keyed {
  key: string;
  /** True if the answer is a stream with ids, heartbeats and immediate headers. False if the feature does not resume. */
  resume: boolean;
  /** The id of the last event that the client has seen, as the client sent it. A request with one never starts a run. */
  lastEventId: string | null;
  /** `x-carryon-visitor`, checked; null if the client sent none. */
  visitor: string | null;
}

/** A name that tells people apart when slow answers are counted. All unnamed users of a tenant count as one. */
export const personOf = ({ identity, user }: RoutedRequest): string => `${identity.tenant}/${user ?? ''}`;

/** What the ledger replied, for the response's headers. */
export interface Limited {
  left: readonly Left[];
  /** `asked` if this request asked the ledger, or if it was admitted from a slice. */
  ledger: 'asked' | 'not asked' | 'unreachable';
}

/** The calls to providers that a request has caused, for headers, the log and the answer's own `carryon` field. */
export interface Trail {
  /** The mode in which the request was admitted. */
  mode: EdgeMode;
  attempts: TrackedAttempt[];
  /** How often the request has moved to the next `order` group. */
  hops: number;
  /** The deployment asked last. */
  deployment: Deployment | undefined;
  /** The names of the client's fields that this deployment was not sent, or not with the client's value. */
  dropped: readonly string[];
  /** The cooldowns at the time when the answer began, or when no deployment was left to ask. */
  cooldowns: readonly CooldownField[];
  used: UsedTokens;
}

/** The tokens of all attempts that have been billed so far. */
export interface UsedTokens {
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  /** True if at least one of the bills is an upper bound. */
  estimated: boolean;
}

/** The tokens before the first bill. */
export const NO_TOKENS_USED: Readonly<UsedTokens> = {
  ...{ inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, estimated: false },
};

/** Adds the tokens of one bill. */
export function addBill({ used }: Trail, { usage, estimated }: Bill): void {
  used.inputTokens += usage.inputTokens;
  used.cachedTokens += usage.cachedInputTokens;
  used.outputTokens += usage.outputTokens;
  used.reasoningTokens += usage.reasoningTokens;
  used.estimated ||= estimated;
}

/** One call to a provider. */
export interface TrackedAttempt {
  deployment: Deployment;
  hop: number;
  startedAt: number;
  /** When its first content arrived. */
  contentAt: number | undefined;
  /** Undefined while the call runs. */
  endedAt: number | undefined;
  failure: Pick<Failure, 'kind' | 'status'> | undefined;
}

/** The trail before the first call. */
export const newTrail = (mode: EdgeMode): Trail => ({
  mode,
  attempts: [],
  hops: 0,
  deployment: undefined,
  dropped: [],
  cooldowns: [],
  used: { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, estimated: false },
});

/** An attempt that begins. */
export const newTrackedAttempt = (deployment: Deployment, hop: number, startedAt: number): TrackedAttempt => ({
  deployment,
  hop,
  startedAt,
  contentAt: undefined,
  endedAt: undefined,
  failure: undefined,
});
