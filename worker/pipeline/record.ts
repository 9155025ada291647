/** The record of a request. Each step adds its part. The record is closed once, behind the response, however the request ended. */
import type { RouterError } from '../../protocol/errors.ts';
import type { DoorName } from '../../protocol/question.ts';
import { tenantOf } from '../core/admission/scopes.ts';
import { ageSeconds } from '../core/answers/freshness.ts';
import type { RecordOpening } from '../core/answers/stream/messages.ts';
import type { Feature } from '../core/config/config.ts';
import type { Identity } from '../core/identity/identity.ts';
import { edgeMode } from '../core/routing/route.ts';
import type { ClosedRecord, FinishReason, RecordEnding, RecordedAttempt } from '../core/slo/record.ts';
import type { Objective } from '../core/slo/slo.ts';
import { isSampled, keptSchema } from '../core/slo/valid/valid.ts';
import type { Deps } from '../ports.ts';
import { logFailure } from './failure-log.ts';
import type { Ending } from './meter.ts';
import {
  type BegunOutcome,
  errorIn,
  type KeptOutcome,
  type Outcome,
  refusedOutcome,
  type StoredOutcome,
} from './outcome.ts';
import type { CacheRead } from './read-cache.ts';
import { NO_TOKENS_USED, type RequestContext, type RoutedRequest, type Trail } from './request.ts';

type Links = Pick<Deps, 'clock' | 'config' | 'records' | 'events' | 'build'>;

/** What is known of a request so far. A field that no step has reached is undefined. */
export class OpenRecord {
  identity: Identity | undefined;
  feature: Feature | undefined;
  stream = false;
  /** The name of an alias that exists; any other name may be anything that a client wrote. */
  alias: string | undefined;
  request: RoutedRequest | undefined;
  cached: CacheRead | undefined;
  readonly #door: DoorName;
  readonly #links: Links;
  readonly #context: RequestContext;
  #isClosed = false;

  constructor(door: DoorName, links: Links, context: RequestContext) {
    this.#door = door;
    this.#links = links;
    this.#context = context;
  }

  /**
   * Called when the request is over. Only the first call counts. `ending` says how the response ended, which for a stream is known long
   * after it began. A fault in here is only logged, because it must not break an answer that was paid for.
   */
  close(outcome: Outcome, ending: Ending, status: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { records, events } = this.#links;
    const { requestId, background } = this.#context;
    try {
      const record = this.closed(outcome, ending, status);
      // This comes after `closed`, so that a request whose record cannot be made counts as lost.
      records.ended(this);
      records.close(record, background);
      if (this.request !== undefined) logFailure(this.request, outcome, this.#links, this.#context);
    } catch (error) {
      logRecordFault(error, requestId, events);
    }
  }

  /** Called before an object is asked, which closes the record if this request ends first. So the request does not count as lost here. */
  lend(): void {
    this.#links.records.ended(this);
  }

  /** Called when the object has replied or died. The request counts as lost again if it ends without a record. */
  takeBack(): void {
    if (!this.#isClosed) this.#links.records.opened(this);
  }

  /** Called if the object of the answer closes the record, or if the request continues an earlier one and has no record of its own. */
  handOver(): void {
    this.#isClosed = true;
    this.#links.records.ended(this);
  }

  /** Called if the object that should close the record has died, so that its stream broke off. */
  lost(outcome: KeptOutcome): void {
    this.#isClosed = false;
    this.close(outcome, 'cut', outcome.status);
  }

  /** What an object needs in order to close the record (core/answers/stream/messages.ts). */
  opening(): RecordOpening {
    const { class: serviceClass, cache, colo, build, ...more } = this.closed(NOTHING_YET, 'complete', 0);
    const { promptVersion, traceparent, drill, experiment } = more;
    const ttlMs = this.feature?.cache?.ttlMs;
    const cacheTtlS = ttlMs === undefined ? null : ttlMs / 1_000;
    const opening = { class: serviceClass, cache, cacheTtlS, colo, build, promptVersion, traceparent, drill };
    return Object.fromEntries(Object.entries({ ...opening, experiment }).filter(([, value]) => value !== null));
  }

  /** Closes the record of a request that a bug of ours has ended. */
  fail(): void {
    this.close(refusedOutcome({ code: 'internal_error' }), 'complete', 500);
  }

  /** The whole record, as it would be if it were closed now. */
  closed(outcome: Outcome, ending: Ending, status: number): ClosedRecord {
    const { identity, request, feature, cached } = this;
    const { clock, config, build } = this.#links;
    const { requestId, arrivedAt, traceparent, colo } = this.#context;
    const now = clock.now();
    const stored = outcome.kind === 'stored' ? outcome : undefined;
    const begun = outcome.kind === 'begun' ? outcome : undefined;
    const kept = outcome.kind === 'kept' ? outcome : undefined;
    const tried = stored === undefined ? outcome : stored.instead;
    const trail = tried === undefined || tried.kind === 'kept' || tried.kind === 'stored' ? undefined : tried.trail;
    const ran = tried?.kind === 'kept' ? tried.note.ran : undefined;
    const { inputTokens, cachedTokens, outputTokens, reasoningTokens, estimated } =
      trail?.used ?? ran ?? NO_TOKENS_USED;
    const error = tried && errorIn(tried);
    const isLeft = ending === 'left' || (stored === undefined && error === 'client_gone');
    const isCut = (begun ?? kept) !== undefined && ending !== 'complete' && ending !== 'left';
    const served = kept?.note.ran;
    const answered = stored === undefined ? trail?.deployment : undefined;
    const by = answered ?? configuredDeployment(stored?.stored.deployment ?? served?.deployment, request);
    const storedAt = stored?.stored.storedAt ?? (kept?.note.head.cache === 'hit' ? kept.note.head.storedAt : undefined);
    const policy = feature?.cache;
    return {
      requestId,
      arrivedAt,
      traceparent,
      tenant: identity?.tenant ?? null,
      user: request?.user ?? identity?.user ?? null,
      userHash: null,
      feature: feature?.name ?? (status >= 500 ? this.#meantFeature() : null),
      alias: this.alias ?? null,
      keyId: identity?.keyId ?? null,
      class: (identity && tenantOf(config, identity.tenant).serviceClass) ?? null,
      door: this.#door,
      stream: this.stream,
      mode: trail?.mode ?? ran?.mode ?? (request === undefined ? 'normal' : edgeMode(request.route, 'normal')),
      cache: policy === undefined || cached === undefined ? null : cacheResult(cached, stored, storedAt),
      cacheAgeS: storedAt === undefined ? null : ageSeconds(storedAt, now),
      cacheTtlS: storedAt === undefined || policy === undefined ? null : policy.ttlMs / 1_000,
      role: kept === undefined ? 'own' : roleOf(kept.note.role),
      deployment: served?.deployment ?? by?.id ?? null,
      provider: served?.provider ?? by?.provider ?? null,
      model: served?.model ?? by?.model ?? null,
      colo,
      build,
      promptVersion: request?.promptVersion ?? null,
      attempts:
        trail === undefined
          ? (ran?.attempts ?? NO_ATTEMPTS)
          : recordedAttempts(trail, arrivedAt, now, isLeft ? 'left' : ending),
      hops: trail?.hops ?? ran?.hops ?? 0,
      ttftMs: kept !== undefined && isCut ? null : ttftMs(outcome, arrivedAt, now),
      totalMs: now - arrivedAt,
      inputTokens,
      cachedTokens,
      outputTokens,
      reasoningTokens,
      costMicroUsd: chargedFor(outcome),
      failedMicroUsd: failedFor(outcome),
      estimated,
      finishReason: begun === undefined ? (served?.finishReason ?? null) : finishReasonOf(begun),
      status,
      code: stored !== undefined ? null : isCut ? 'stream_interrupted' : (error ?? null),
      staleCause: stored === undefined ? null : (error ?? null),
      ending: isLeft ? 'left' : endingOf(stored === undefined ? error : undefined, isCut),
      drill: identity?.drill ?? (request?.route.drill ? 'unnamed' : null),
      experiment: null,
      valid: begun === undefined ? null : sampledValid(begun, requestId, config.slo.objectives),
    };
  }

  /**
   * The feature whose promises are broken by a request that failed before its feature was read: the one that its header names, or the
   * default.
   */
  #meantFeature(): string {
    const { features, defaultFeature } = this.#links.config;
    const named = this.#context.namedFeature;
    return named !== null && features.has(named) ? named : defaultFeature;
  }
}

/** The outcome that stands for a request before anything is known about its answer. */
const NOTHING_YET = refusedOutcome({ code: 'internal_error' });

/** Logs a bug of ours in a record. It must not break an answer. */
export function logRecordFault(error: unknown, requestId: string, events: Deps['events']): void {
  const reason = error instanceof Error ? error.name : typeof error;
  events({ event: 'internal_error', requestId, reason, cause: null, where: 'record' });
}

const NO_ATTEMPTS: readonly RecordedAttempt[] = [];

const endingOf = (error: RouterError['code'] | undefined, isCut: boolean): RecordEnding => {
  if (isCut) return 'cut';
  return error === undefined ? 'complete' : 'refused';
};

/**
 * How the cache was used. `storedAt` is that of a cached copy, or of a shared answer given again. A fresh copy that was not given is not
 * a hit; that happens if an idempotency key has an answer of its own.
 */
const cacheResult = (
  { state }: CacheRead,
  stored: StoredOutcome | undefined,
  storedAt: number | undefined,
): ClosedRecord['cache'] => {
  if (stored?.instead !== undefined) return 'stale';
  if (storedAt !== undefined) return 'hit';
  return state === 'fresh' ? null : state;
};

const roleOf = (role: string): ClosedRecord['role'] =>
  role === 'started' || role === 'attached' || role === 'replayed' ? role : 'own';

/** The deployment in config. A kept answer has the provider's own name for the model, of any length, so config's name is used. */
const configuredDeployment = (deployment: string | null | undefined, request: RoutedRequest | undefined) =>
  request?.alias.deployments.find(({ id }) => id === deployment);

/** The time from arrival to the first content. An answer in one piece is sent when it is recorded, so its time ends now. */
function ttftMs(outcome: Outcome, arrivedAt: number, now: number): number | null {
  if (outcome.kind === 'refused' || errorIn(outcome) !== undefined) return null;
  const at = outcome.kind === 'begun' ? outcome.trail.attempts.at(-1)?.contentAt : now;
  return at === undefined ? null : at - arrivedAt;
}

/** The charge to this request. A cached answer costs nothing, but failed attempts before it may be billed. An object reports its run's. */
function chargedFor(outcome: Outcome): number {
  if (outcome.kind === 'begun') return outcome.admission.lease.spentMicroUsd;
  const tried = outcome.kind === 'stored' ? outcome.instead : outcome;
  return tried?.kind === 'refused'
    ? tried.chargedMicroUsd
    : (tried?.kind === 'kept' && tried.note.ran?.costMicroUsd) || 0;
}

/** Checks a sample of answers against their schema. Only answers in one piece can be checked, because a stream is never held as a whole. */
function sampledValid(
  { answer, request }: BegunOutcome,
  requestId: string,
  objectives: readonly Objective[],
): boolean | null {
  const { chat, feature, identity } = request;
  if (answer.kind !== 'reply' || chat.response_format === undefined) return null;
  const isChecked = isSampled({ requestId, tenant: identity.tenant, feature: feature.name }, objectives);
  return isChecked ? keptSchema(chat, answer.reply.body) : null;
}

/** The charge for failed attempts. These are all attempts of a refused request, and all that a stale answer replaces. */
function failedFor(outcome: Outcome): number {
  if (outcome.kind === 'begun') return outcome.admission.lease.failedMicroUsd;
  // Objects of an earlier build do not report this.
  if (outcome.kind === 'kept' && outcome.error === undefined) return outcome.note.ran?.failedMicroUsd ?? 0;
  return chargedFor(outcome);
}

function finishReasonOf({ answer }: BegunOutcome): FinishReason | null {
  const { finishReason = null } = answer.kind === 'reply' ? answer.reply : answer.stream.translator;
  return finishReason === 'function_call' ? 'tool_calls' : finishReason;
}

/** The attempts as they are recorded. `ending` is the result of the attempt that began to answer, if there is one. */
const recordedAttempts = ({ attempts }: Trail, arrivedAt: number, now: number, ending: Ending): RecordedAttempt[] =>
  attempts.map(({ deployment, hop, startedAt, contentAt, endedAt = now, failure }) => ({
    deployment: deployment.id,
    provider: deployment.provider,
    model: deployment.model,
    startedMs: startedAt - arrivedAt,
    ttftMs: contentAt === undefined ? null : contentAt - startedAt,
    ms: endedAt - startedAt,
    result: failure?.kind ?? (ending === 'complete' ? 'success' : ending),
    status: failure?.status ?? null,
    hop,
  }));
