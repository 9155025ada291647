/**
 * What is known of an answer besides its body: what its headers say, and its log line. Plain JSON, so that a keyed answer keeps it.
 * A field that is left out states the ordinary: one attempt, no hop, normal mode, no cache.
 */
import type { RouterError } from '../../../protocol/errors.ts';
import type { Left } from '../ledger/messages.ts';
import type { EdgeMode } from '../routing/route.ts';

/** What headers and log say of an answer. */
export interface AnswerHead {
  /** How it was made; left out for `normal`. */
  mode?: EdgeMode | undefined;
  /** Calls of providers; left out for 1, and where the headers go out before the first call. */
  attempts?: number | undefined;
  /** Moves to another `order` group. */
  hops?: number | undefined;
  /** Fields of the request that this provider does not take. */
  dropped?: readonly string[] | undefined;
  /** Who served, or was asked last: only for callers that may see the provider, as is the model. */
  deployment?: string | undefined;
  provider?: string | undefined;
  /** The model that answered, as its provider names it. */
  model?: string | undefined;
  /** For callers that may see the provider; left out where it is not known before the answer ends. */
  costMicroUsd?: number | undefined;
  /** What remains under each limit, where the ledger was asked. */
  left?: readonly Left[] | undefined;
  /** The ledger could not be asked. */
  isUnmetered?: boolean | undefined;
  /** Left out where no cache was asked. */
  cache?: 'hit' | 'miss' | 'stale' | undefined;
  /** When a cached answer, or one that is given to others again, was made (epoch milliseconds). */
  storedAt?: number | undefined;
  /** The error in whose place a stale answer stands. */
  staleCause?: RouterError['code'] | undefined;
  /** Of a resumable stream. */
  streamId?: string | undefined;
  /** Why a stream that was to be resumable is not. */
  notResumable?: string | undefined;
  /** The answer kept under this idempotency key, once more. */
  isReplayed?: boolean | undefined;
}

/** Without what only callers that may see the provider are told. */
export const hiddenHead = (head: AnswerHead): AnswerHead => ({
  ...{ ...head, deployment: undefined, provider: undefined },
  ...{ model: undefined, costMicroUsd: undefined },
});
