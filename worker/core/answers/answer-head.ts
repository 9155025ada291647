/**
 * What is known about an answer besides its body. The response's headers and the log line are made from it. It is plain JSON, so a
 * keyed answer can store it. A field that is left out has its usual value: one attempt, no hop, normal mode, no cache.
 */
import type { RouterError } from '../../../protocol/errors.ts';
import type { Left } from '../ledger/messages.ts';
import type { EdgeMode } from '../routing/route.ts';

/** What headers and the log say about an answer. */
export interface AnswerHead {
  /** How the answer was made. Left out for `normal`. */
  mode?: EdgeMode | undefined;
  /** Number of provider calls. Left out for 1, and if the headers go out before the first call. */
  attempts?: number | undefined;
  /** Moves to another `order` group. */
  hops?: number | undefined;
  /** Fields of the request that this provider does not take. */
  dropped?: readonly string[] | undefined;
  /** The deployment that answered, or was asked last. This, the provider and the model are only for callers that may see the provider. */
  deployment?: string | undefined;
  provider?: string | undefined;
  /** The model that answered, by its provider's name for it. */
  model?: string | undefined;
  /** For callers that may see the provider. Left out if the cost is not known before the answer ends. */
  costMicroUsd?: number | undefined;
  /** What remains under each limit, if the ledger was asked. */
  left?: readonly Left[] | undefined;
  /** True if the ledger could not be asked. */
  isUnmetered?: boolean | undefined;
  /** Left out if no cache was asked. */
  cache?: 'hit' | 'miss' | 'stale' | undefined;
  /** When the answer was made (epoch milliseconds), if it comes from the cache or is given to a further caller. */
  storedAt?: number | undefined;
  /** The error that a stale answer replaces. */
  staleCause?: RouterError['code'] | undefined;
  /** The id of a resumable stream. */
  streamId?: string | undefined;
  /** Why the stream is not resumable although the client asked for that. */
  notResumable?: string | undefined;
  /** True if this is a replay of the answer kept under the idempotency key. */
  isReplayed?: boolean | undefined;
}

/** The head without the fields that only callers that may see the provider get. */
export const hiddenHead = (head: AnswerHead): AnswerHead => ({
  ...{ ...head, deployment: undefined, provider: undefined },
  ...{ model: undefined, costMicroUsd: undefined },
});
