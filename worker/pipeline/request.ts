/** What is known of one request on its way down the line. Types, and what they can tell by themselves. */
import type { ChatRequest } from '../../protocol/chat.ts';
import type { DoorName } from '../../protocol/question.ts';
import type { CacheWish } from '../core/answers/cache-wish.ts';
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

/** What belongs to one HTTP request, known before it is read. */
export interface RequestContext {
  requestId: string;
  arrivedAt: number;
  background: Background;
  /** Cloudflare's data centre; null where nobody knows it. */
  readonly colo: string | null;
  /** The caller's place in a trace, checked. */
  readonly traceparent: string | null;
  /** As the header says, unchecked. */
  readonly namedFeature: string | null;
  /** Aborts when the client leaves. */
  readonly gone: AbortSignal | undefined;
  timing: Timing;
  /** The answer is for others too, who asked the same. */
  isShared?: boolean;
  /** Notes each lease of this request before it is asked for and before it is used. */
  leaseHooks?: LeaseHooks;
  /** Called as soon as the ledger has granted, for headers that go out before an answer begins. */
  admitted?: (limited: Limited, mode: EdgeMode) => void;
}

/** A question: read, checked, and joined with the caller, its feature and what operators have set. */
export interface RoutedRequest {
  /** The inbound format it came in. */
  door: DoorName;
  identity: Identity;
  feature: Feature;
  user: string | null;
  /** With the deployments now in force. */
  alias: Alias;
  /** Where its feature's safeguard serves instead, with the deployments now in force; undefined: the same alias, or no safeguard. */
  safeguardAlias: Alias | undefined;
  /** What operators have set for it. */
  route: Route;
  /** The alias lists that it was read under; undefined where config's own deployments serve. */
  lists: AliasLists | undefined;
  chat: ChatRequest;
  cache: CacheWish;
  /** Undefined: no `idempotency-key`. */
  keyed: Keyed | undefined;
  /** `x-carryon-resume` as it was sent; null without one. */
  resume: string | null;
  /** The client's own name of its prompt; null: none, or one that is no slug. */
  promptVersion: string | null;
}

/** A request with an idempotency key: its answer goes on without its reader (docs/contract.md "Idempotency"). */
export interface Keyed {
  key: string;
  /** As a stream with ids, heartbeats and headers at once; false where the feature does not resume. */
  resume: boolean;
  /** As it was sent; with it nothing is ever started. */
  lastEventId: string | null;
  /** `x-carryon-visitor`, checked; null without one. */
  visitor: string | null;
}

/** Tells people apart, for slow answers; a tenant's unnamed users count as one. */
export const personOf = ({ identity, user }: RoutedRequest): string => `${identity.tenant}/${user ?? ''}`;

/** What the ledger said, for the response's headers. */
export interface Limited {
  left: readonly Left[];
  /** `asked`: by this request, or before it for a slice. */
  ledger: 'asked' | 'not asked' | 'unreachable';
}

/** The calls of providers that a request has led to: for headers, the log, and the answer's own `carryon` field. */
export interface Trail {
  /** As it was admitted; before that, as it was asked. */
  mode: EdgeMode;
  attempts: Tracked[];
  /** Moves to the next `order` group. */
  hops: number;
  /** The deployment asked last. */
  deployment: Deployment | undefined;
  dropped: readonly string[];
  /** As they stood when the answer began, or when no deployment was left to ask. */
  cooldowns: readonly CooldownField[];
  used: Used;
}

/** The tokens of all attempts that were billed so far. */
export interface Used {
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  /** At least one of the bills is a bound. */
  estimated: boolean;
}

/** Before the first bill. */
export const NOTHING_USED: Readonly<Used> = {
  ...{ inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, estimated: false },
};

/** Counts what one attempt was billed for. */
export function addBill({ used }: Trail, { usage, estimated }: Bill): void {
  used.inputTokens += usage.inputTokens;
  used.cachedTokens += usage.cachedInputTokens;
  used.outputTokens += usage.outputTokens;
  used.reasoningTokens += usage.reasoningTokens;
  used.estimated ||= estimated;
}

/** One call of a provider. */
export interface Tracked {
  deployment: Deployment;
  hop: number;
  startedAt: number;
  /** When its first content came. */
  contentAt: number | undefined;
  /** Undefined while it goes on. */
  endedAt: number | undefined;
  failure: Pick<Failure, 'kind' | 'status'> | undefined;
}

/** Before the first call. */
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
export const newTracked = (deployment: Deployment, hop: number, startedAt: number): Tracked => ({
  deployment,
  hop,
  startedAt,
  contentAt: undefined,
  endedAt: undefined,
  failure: undefined,
});
