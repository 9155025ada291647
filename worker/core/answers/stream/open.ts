/** Decides who may run, attach, read or stop under an idempotency key (docs/contract.md "Idempotency"). */
import { KEEP_MS } from './limits.ts';
import type { AttachMessage, KeyedOpen, StopMessage } from './messages.ts';
import { isSameOwner } from './owner.ts';
import { type AnswerRecord, timeInKey } from './record.ts';

/** Errors of kept answers. The pipeline makes a `RouterError` of each. */
export type StreamError =
  | { code: 'idempotency_mismatch' }
  | { code: 'idempotency_expired' }
  /** The answer was never seen, or has another owner. The client cannot tell which. */
  | { code: 'stream_not_found' }
  | { code: 'stopped' }
  | { code: 'stream_interrupted'; detail: string };

/** An answer that is running or kept. `lastId` is the id of its last event so far. */
export interface KnownAnswer {
  record: AnswerRecord;
  lastId: number;
  /** True if the run died with the object. A reader may then have seen more than was stored. */
  died: boolean;
  ended: boolean;
}

/** What an object does about a request. */
export type OpenDecision =
  | { do: 'run' }
  /** The key is unknown, and the message was `onlyKnown`. */
  | { do: 'nothing' }
  /** Give the events after `afterId`. All of them if it is 0. */
  | { do: 'attach'; afterId: number }
  | { do: 'refuse'; error: StreamError };

const refuse = (code: 'idempotency_mismatch' | 'idempotency_expired' | 'stream_not_found'): OpenDecision => ({
  do: 'refuse',
  error: { code },
});

type Opening = Pick<KeyedOpen, 'owner' | 'key' | 'bodyHash' | 'lastEventId' | 'onlyKnown'>;

/** Decides what a request under an idempotency key gets. */
export function decideOpen(known: KnownAnswer | undefined, opening: Opening, now: number): OpenDecision {
  const { owner, key, bodyHash, lastEventId, onlyKnown } = opening;
  if (known === undefined) {
    if (onlyKnown) return { do: 'nothing' };
    if (lastEventId !== null) return refuse('stream_not_found');
    // A key's own time stamp shows that it is too old to be remembered, so it never causes a silent second run.
    const stamp = timeInKey(key);
    return stamp !== undefined && now - stamp >= KEEP_MS ? refuse('idempotency_expired') : { do: 'run' };
  }
  if (!isSameOwner(known.record.owner, owner)) return refuse('stream_not_found');
  if (known.record.bodyHash !== bodyHash) return refuse('idempotency_mismatch');
  return attachAfter(known, lastEventId);
}

/** Decides what a reader gets that knows the answer's id. The id alone gives no right to the answer and never starts a run. */
export function decideAttach(
  known: KnownAnswer | undefined,
  { owner, lastEventId }: Omit<AttachMessage, 'wish'>,
): OpenDecision {
  if (known === undefined || !isSameOwner(known.record.owner, owner)) return refuse('stream_not_found');
  return attachAfter(known, lastEventId);
}

/** What `DELETE` does. It stops a run. If the run is already over, it changes nothing and still succeeds. */
export function decideStop(
  known: KnownAnswer | undefined,
  { owner }: StopMessage,
): 'stop' | 'nothing' | 'stream_not_found' {
  if (known === undefined || !isSameOwner(known.record.owner, owner)) return 'stream_not_found';
  return known.ended ? 'nothing' : 'stop';
}

function attachAfter({ lastId, died, ended }: KnownAnswer, lastEventId: string | null): OpenDecision {
  if (lastEventId === null) return { do: 'attach', afterId: 0 };
  if (!/^\d{1,15}$/.test(lastEventId)) return refuse('stream_not_found');
  const afterId = Number(lastEventId);
  // This id was never sent. If the run died with the object, it is not known which ids were sent.
  if (!died && afterId > lastId + (ended ? 1 : 0)) return refuse('stream_not_found');
  return { do: 'attach', afterId };
}
