/** What became of one request: counts, ids and times, never text of a prompt or an answer. */
import type { RouterError } from '../../../protocol/errors.ts';
import type { DoorName } from '../../../protocol/question.ts';
import type { FailureKind } from '../routing/failure.ts';
import type { EdgeMode } from '../routing/route.ts';

/**
 * One question, from its arrival to its end. A field is null if nothing is known: a request whose key is bad has no tenant. Times
 * ending in `At` are epoch milliseconds of the router's clock.
 */
export interface RequestRecord {
  /** A UUIDv7 that holds `arrivedAt`, so that a record can be found by its time. */
  requestId: string;
  arrivedAt: number;
  /** The caller's place in a trace, checked by `checkedTraceparent`. Null if the request starts one. */
  traceparent: string | null;
  tenant: string | null;
  /** HMAC of tenant and user under a key derived from `KEY_SECRET`: 16 hex digits. */
  userHash: string | null;
  feature: string | null;
  /** The alias that the request asked for. */
  alias: string | null;
  keyId: string | null;
  /** The tenant's service class in config. */
  class: string | null;
  door: DoorName;
  stream: boolean;
  mode: EdgeMode;
  /** Null if no cache was asked, or if what the cache had was not given. */
  cache: 'hit' | 'miss' | 'stale' | 'bypass' | null;
  cacheAgeS: number | null;
  cacheTtlS: number | null;
  role: RecordRole;
  /** The deployment that answered, or the last one that was asked. */
  deployment: string | null;
  provider: string | null;
  model: string | null;
  /** The code of Cloudflare's data centre. */
  colo: string | null;
  /** The deployed version. */
  build: string | null;
  /** The client's own name for its prompt: a slug of at most 64 characters. */
  promptVersion: string | null;
  /** The attempts of the run that this request started. A request that joined or replayed a run has none. */
  attempts: readonly RecordedAttempt[];
  hops: number;
  /** From arrival to the first content that went out. Null if no content came. An answer in one piece counts when it is sent. */
  ttftMs: number | null;
  /** From arrival to the end. */
  totalMs: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  /** All that this request was charged. */
  costMicroUsd: number;
  /** The part of `costMicroUsd` that failed attempts may be billed for. */
  failedMicroUsd: number;
  /** True if cost and tokens are only a bound, because the provider sent no usage, or none that can be true. */
  estimated: boolean;
  finishReason: FinishReason | null;
  status: number;
  /** Null for an answer. A stale answer has its cause in `staleCause`. */
  code: RouterError['code'] | null;
  staleCause: RouterError['code'] | null;
  ending: RecordEnding;
  /** The id of the drill that the request belongs to. It is `unnamed` if a fault's traffic chose the request without one. */
  drill: string | null;
  experiment: string | null;
  /** Whether the answer kept the JSON schema that was asked for. Null if it was not checked. */
  valid: boolean | null;
}

/**
 * `own`: the answer was made for this request alone. With a keyed or shared answer, a request `started` the run, `attached` to it
 * while it ran, or `replayed` what it left.
 */
export type RecordRole = 'own' | 'started' | 'attached' | 'replayed';

/** `left`: the reader went away; `cut`: the stream broke off; `refused`: the client got an error instead of an answer. */
export type RecordEnding = 'complete' | 'left' | 'cut' | 'refused';

/** Why a model stopped, in OpenAI's words. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** One call of a provider. */
export interface RecordedAttempt {
  deployment: string;
  provider: string;
  model: string;
  /** When the attempt started, counted from the request's arrival. */
  startedMs: number;
  /** From the attempt's start to its first content. Null if no content came. */
  ttftMs: number | null;
  ms: number;
  result: 'success' | 'left' | FailureKind;
  /** The provider's HTTP status, if a failure has one. */
  status: number | null;
  hop: number;
}

/** A record when it is closed. The user is hashed behind the response, and the name never leaves the isolate. */
export type ClosedRecord = RequestRecord & { user: string | null };
