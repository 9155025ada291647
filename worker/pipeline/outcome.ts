/** The outcome of a request: one of four kinds, from which `respond` makes the response and `record` the request's record. */
import type { RouterError } from '../../protocol/errors.ts';
import type { AnswerHead } from '../core/answers/answer-head.ts';
import type { CarryonField } from '../core/answers/carryon-field.ts';
import { freshness } from '../core/answers/freshness.ts';
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import type { ReplyNote } from '../core/answers/stream/messages.ts';
import type { Deployment } from '../core/config/config.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Clock } from '../ports.ts';
import type { BegunAnswer } from '../upstream/attempt-input.ts';
import type { Admission } from './admit.ts';
import type { CacheRead } from './read-cache.ts';
import type { Limited, RoutedRequest, Trail } from './request.ts';

/** The outcome of a request. */
export type Outcome = RefusedOutcome | StoredOutcome | KeptOutcome | BegunOutcome;

/** An error, before anything was sent. */
export interface RefusedOutcome {
  kind: 'refused';
  error: RouterError;
  /** Undefined if the request was not admitted, so that no provider was asked. */
  trail?: Trail | undefined;
  limited?: Limited | undefined;
  /** Upper bound of what providers may bill for the failed attempts. */
  chargedMicroUsd: number;
  /** True in a shared run if this caller may be served on its own, by its feature's safeguard. */
  isAlone?: boolean | undefined;
}

/** A cached answer, fresh or stale. */
export interface StoredOutcome {
  kind: 'stored';
  stored: StoredAnswer;
  /** The error that a stale answer replaces. */
  instead?: RefusedOutcome | KeptOutcome | undefined;
}

/** The reply of an `AnswerStream` or a `SharedAnswer`. */
export interface KeptOutcome {
  kind: 'kept';
  status: number;
  body: BodyInit | null;
  isStream: boolean;
  /** The object's note; its head is adapted to this caller. */
  note: ReplyNote;
  /** The code of the object's error, if it replied with one. */
  error?: RouterError['code'] | undefined;
}

/** An answer that begins here. */
export interface BegunOutcome {
  kind: 'begun';
  /** The request as it was admitted, which may be its feature's safeguard. */
  request: RoutedRequest;
  admission: Admission;
  answer: BegunAnswer;
  deployment: Deployment;
  startedAt: number;
  trail: Trail;
}

/** The outcome of a request that was refused before it was admitted. */
export const refusedOutcome = (error: RouterError): RefusedOutcome => ({ kind: 'refused', error, chargedMicroUsd: 0 });
/** The outcome of a request that is answered from the cache. */
export const storedOutcome = (stored: StoredAnswer): StoredOutcome => ({ kind: 'stored', stored });

/** The error code of an outcome; undefined for an answer. */
export const errorIn = (outcome: Outcome): RouterError['code'] | undefined =>
  outcome.kind === 'refused' ? outcome.error.code : outcome.kind === 'kept' ? outcome.error : undefined;

/** Errors for which a stale answer is given instead. A rate limit is not among them: asking again soon is better. */
const STALE_INSTEAD_OF: ReadonlySet<RouterError['code']> = new Set([
  'providers_unavailable',
  'deadline_exceeded',
  'overloaded',
  'rate_limited_by_provider',
  'budget_exceeded',
  'ledger_unavailable',
]);

/**
 * Gives a stale answer instead of an error, if there is one. Its age is checked again here, because it may have become too old during
 * a long wait for a provider.
 */
export function staleInstead(
  outcome: Outcome,
  cached: CacheRead,
  { feature: { cache: policy } }: RoutedRequest,
  { clock }: { clock: Clock },
): Outcome {
  const stale = cached.state === 'miss' ? cached.stale : undefined;
  if (stale === undefined || policy === undefined) return outcome;
  if (outcome.kind !== 'refused' && outcome.kind !== 'kept') return outcome;
  const code = errorIn(outcome);
  if (code === undefined || !STALE_INSTEAD_OF.has(code)) return outcome;
  if (freshness({ storedAt: stale.storedAt, now: clock.now(), policy }) === 'gone') return outcome;
  return { kind: 'stored', stored: stale, instead: outcome };
}

/** The head of a response for which providers were asked. `costMicroUsd` is undefined if the cost is not known yet. */
export const headOf = (
  { mode, attempts, hops, dropped, deployment }: Trail,
  { left, ledger }: Limited,
  model: string | undefined,
  costMicroUsd: number | undefined,
  cache?: 'miss',
): AnswerHead => ({
  mode,
  attempts: attempts.length,
  hops,
  dropped,
  deployment: deployment?.id,
  provider: deployment?.provider,
  model,
  costMicroUsd,
  left,
  isUnmetered: ledger === 'unreachable',
  cache,
});

const NOT_LIMITED: Limited = { left: [], ledger: 'not asked' };
const NO_ATTEMPT: AnswerHead = { attempts: 0 };

/** The head of an error. It says what was tried, if anything was. */
export function refusedHead({ trail, limited = NOT_LIMITED, chargedMicroUsd }: RefusedOutcome): AnswerHead {
  if (trail !== undefined) return headOf(trail, limited, undefined, chargedMicroUsd > 0 ? chargedMicroUsd : undefined);
  if (limited === NOT_LIMITED) return NO_ATTEMPT;
  return { attempts: 0, left: limited.left, isUnmetered: limited.ledger === 'unreachable' };
}

/** The head of a cached answer: the deployment that made it at the time. No provider is called now, and nothing is charged. */
export const storedHead = ({ deployment, provider, model, storedAt }: StoredAnswer): AnswerHead => ({
  ...{ deployment, provider, model, storedAt, attempts: 0, costMicroUsd: 0, cache: 'hit' },
});

/** Says how an error came about. Returns undefined unless providers were asked, or none could be asked. */
export function refusedField(
  { trail, error: { code }, chargedMicroUsd }: RefusedOutcome,
  arrivedAt: number,
  now: number,
): CarryonField | undefined {
  if (trail === undefined) return undefined;
  const isWorthTelling = trail.attempts.length > 0 || code === 'providers_unavailable' || code === 'deadline_exceeded';
  return isWorthTelling ? carryonField(trail, arrivedAt, now, chargedMicroUsd) : undefined;
}

/** The `carryon` field. `cut` is the failure that ended the last attempt after it had begun to answer. */
export function carryonField(
  { attempts, cooldowns }: Trail,
  arrivedAt: number,
  now: number,
  costMicroUsd: number,
  cut?: Failure,
): CarryonField {
  const last = attempts.length - 1;
  return {
    attempts: attempts.map(({ deployment, hop, startedAt, contentAt, endedAt = now, failure: before }, index) => {
      const failure = index === last ? (cut ?? before) : before;
      return {
        ...{ deployment: deployment.id, model: deployment.model, startedMs: startedAt - arrivedAt },
        ...{ ttftMs: contentAt === undefined ? null : contentAt - startedAt, ms: endedAt - startedAt },
        result: failure?.kind ?? 'success',
        ...(failure?.status !== undefined && { status: failure.status }),
        hop,
      };
    }),
    cooldowns: [...cooldowns],
    costUsd: costMicroUsd / 1e6,
  };
}
