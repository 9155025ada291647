/** What a request came to: one of four, from which `respond` makes the response and `record` the log. */
import type { RouterError } from '../../protocol/errors.ts';
import type { AnswerHead } from '../core/answers/answer-head.ts';
import type { CarryonField } from '../core/answers/carryon-field.ts';
import { freshness } from '../core/answers/freshness.ts';
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import type { ReplyNote } from '../core/answers/stream/messages.ts';
import type { Deployment } from '../core/config/config.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Clock } from '../ports.ts';
import type { Answered } from '../upstream/attempt-input.ts';
import type { Admission } from './admit.ts';
import type { CacheRead } from './read-cache.ts';
import type { Limited, RoutedRequest, Trail } from './request.ts';

/** What a request came to. */
export type Outcome = Refused | Stored | Kept | Begun;

/** An error, before anything was sent. */
export interface Refused {
  kind: 'refused';
  error: RouterError;
  /** Undefined where it was not admitted: no provider was asked. */
  trail?: Trail | undefined;
  limited?: Limited | undefined;
  /** Upper bound of what failed attempts were billed. */
  chargedMicroUsd: number;
  /** In a shared run: this caller may be served on its own, by its feature's safeguard. */
  isAlone?: boolean | undefined;
}

/** An answer of the cache, fresh or stale. */
export interface Stored {
  kind: 'stored';
  stored: StoredAnswer;
  /** What a stale answer stands in for. */
  instead?: Refused | Kept | undefined;
}

/** The reply of an `AnswerStream` or a `SharedAnswer`. */
export interface Kept {
  kind: 'kept';
  status: number;
  body: BodyInit | null;
  isStream: boolean;
  /** Its head as it is true for this caller. */
  note: ReplyNote;
  /** The code of the object's error, where it replied with one. */
  error?: RouterError['code'] | undefined;
}

/** An answer that begins here. */
export interface Begun {
  kind: 'begun';
  /** As it was admitted, maybe as its feature's safeguard. */
  request: RoutedRequest;
  admission: Admission;
  answer: Answered;
  deployment: Deployment;
  startedAt: number;
  trail: Trail;
}

/** Refused before it was admitted. */
export const refusedWith = (error: RouterError): Refused => ({ kind: 'refused', error, chargedMicroUsd: 0 });
/** Answered by the cache. */
export const storedAs = (stored: StoredAnswer): Stored => ({ kind: 'stored', stored });

/** The code of the error that an outcome is; undefined for an answer. */
export const errorIn = (outcome: Outcome): RouterError['code'] | undefined =>
  outcome.kind === 'refused' ? outcome.error.code : outcome.kind === 'kept' ? outcome.error : undefined;

/** Errors that a stale answer is better than. A rate limit is none of them: there, asking again soon is better. */
const STALE_INSTEAD_OF: ReadonlySet<RouterError['code']> = new Set([
  'providers_unavailable',
  'deadline_exceeded',
  'overloaded',
  'rate_limited_by_provider',
  'budget_exceeded',
  'ledger_unavailable',
]);

/** Judged only now: an answer that was stale when it was read may be too old after a long wait for a provider. */
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

/** The head of what providers were asked for. `costMicroUsd`: left out where it is not known yet. */
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

/** The head of an error: what was tried, as far as anything was. */
export function refusedHead({ trail, limited = NOT_LIMITED, chargedMicroUsd }: Refused): AnswerHead {
  if (trail !== undefined) return headOf(trail, limited, undefined, chargedMicroUsd > 0 ? chargedMicroUsd : undefined);
  if (limited === NOT_LIMITED) return NO_ATTEMPT;
  return { attempts: 0, left: limited.left, isUnmetered: limited.ledger === 'unreachable' };
}

/** Who served a cached answer when it was made. No provider is called, and nothing is charged. */
export const storedHead = ({ deployment, provider, model, storedAt }: StoredAnswer): AnswerHead => ({
  ...{ deployment, provider, model, storedAt, attempts: 0, costMicroUsd: 0, cache: 'hit' },
});

/** How an error came about: told where providers were asked, or where none could be. */
export function refusedField(
  { trail, error: { code }, chargedMicroUsd }: Refused,
  arrivedAt: number,
  now: number,
): CarryonField | undefined {
  if (trail === undefined) return undefined;
  const isWorthTelling = trail.attempts.length > 0 || code === 'providers_unavailable' || code === 'deadline_exceeded';
  return isWorthTelling ? carryonField(trail, arrivedAt, now, chargedMicroUsd) : undefined;
}

/** `cut`: why the attempt that had begun to answer ended early. */
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
