/** What became of one request: counts, ids and times, never text of a prompt or an answer. */
import type { RouterError } from '../../../protocol/errors.ts';
import type { DoorName } from '../../../protocol/question.ts';
import type { FailureKind } from '../routing/failure.ts';
import type { EdgeMode } from '../routing/route.ts';

/**
 * One question, from its arrival to its end. A field is null where nothing is known: a request whose key is bad has no tenant.
 * Times ending in `At` are epoch milliseconds of the router's clock.
 */
export interface RequestRecord {
  /** A UUIDv7 that holds `arrivedAt`, so that a record is found by its time. */
  requestId: string;
  arrivedAt: number;
  /** The caller's place in a trace, checked by `checkedTraceparent`; null where the request starts one. */
  traceparent: string | null;
  tenant: string | null;
  /** HMAC of tenant and user under a key derived from `KEY_SECRET`: 16 hex digits. */
  userHash: string | null;
  feature: string | null;
  /** As it was asked for. */
  alias: string | null;
  keyId: string | null;
  /** The tenant's service class in config. */
  class: string | null;
  door: DoorName;
  stream: boolean;
  mode: EdgeMode;
  /** Null: no cache was asked, or what it had was not given. */
  cache: 'hit' | 'miss' | 'stale' | 'bypass' | null;
  cacheAgeS: number | null;
  cacheTtlS: number | null;
  role: RecordRole;
  /** Who answered, or was asked last. */
  deployment: string | null;
  provider: string | null;
  model: string | null;
  /** Cloudflare's data centre. */
  colo: string | null;
  /** The deployed version. */
  build: string | null;
  /** The client's own name of its prompt: a slug of at most 64 characters. */
  promptVersion: string | null;
  /** Of the run that this request started; none for one that joined or replayed it. */
  attempts: readonly RecordedAttempt[];
  hops: number;
  /** From arrival to the first content out; null where none came. An answer in one piece counts when it is sent. */
  ttftMs: number | null;
  /** From arrival to the end. */
  totalMs: number;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  /** All that this request was charged. */
  costMicroUsd: number;
  /** The part of it that attempts which failed may be billed for. */
  failedMicroUsd: number;
  /** Cost and tokens are a bound, because no usage came or none that can be true. */
  estimated: boolean;
  finishReason: FinishReason | null;
  status: number;
  /** Null for an answer; a stale one has its cause in `staleCause`. */
  code: RouterError['code'] | null;
  staleCause: RouterError['code'] | null;
  ending: RecordEnding;
  /** The id of the drill that the request belongs to; `unnamed`: a fault's traffic chose it without one. */
  drill: string | null;
  experiment: string | null;
  /** Whether the answer kept the JSON schema that was asked for; null: it was not checked. */
  valid: boolean | null;
}

/**
 * `own`: answered for this request alone. Of a keyed or shared answer: `started` the run, `attached` to it while it ran, or
 * `replayed` what it left.
 */
export type RecordRole = 'own' | 'started' | 'attached' | 'replayed';

/** `left`: the reader went away; `cut`: the stream broke off; `refused`: an error in the place of an answer. */
export type RecordEnding = 'complete' | 'left' | 'cut' | 'refused';

/** Why a model stopped, in OpenAI's words. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** One call of a provider. */
export interface RecordedAttempt {
  deployment: string;
  provider: string;
  model: string;
  /** From the request's arrival. */
  startedMs: number;
  /** From its start to its first content; null where none came. */
  ttftMs: number | null;
  ms: number;
  result: 'success' | 'left' | FailureKind;
  /** The provider's HTTP status, where a failure has one. */
  status: number | null;
  hop: number;
}

/** A record as it is closed: its user is hashed behind the response, and the name never leaves the isolate. */
export type ClosedRecord = RequestRecord & { user: string | null };
