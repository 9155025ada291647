/** Who may run, attach, read or stop under an idempotency key (docs/contract.md "Idempotency"). */
import { KEEP_MS } from './limits.ts';
import type { AttachMessage, KeyedOpen, StopMessage } from './messages.ts';
import { isSameOwner } from './owner.ts';
import { type AnswerRecord, stampOf } from './record.ts';

/** Errors of kept answers; the pipeline puts them into `RouterError`'s words. */
export type StreamError =
  | { code: 'idempotency_mismatch' }
  | { code: 'idempotency_expired' }
  /** Never seen, or of another owner: the answer is the same for both. */
  | { code: 'stream_not_found' }
  | { code: 'stopped' }
  | { code: 'stream_interrupted'; detail: string };

/** An answer that is running or kept. `lastId` is the id of its last event so far. */
export interface Known {
  record: AnswerRecord;
  lastId: number;
  /** Its run died with the object, so a reader may have seen more than was stored. */
  died: boolean;
  ended: boolean;
}

/** What an object does about a request. */
export type Decision =
  | { do: 'run' }
  /** The key is not known, and the caller only wanted to know that. */
  | { do: 'nothing' }
  /** Give the events after `afterId`; all of them after 0. */
  | { do: 'attach'; afterId: number }
  | { do: 'refuse'; error: StreamError };

const refuse = (code: 'idempotency_mismatch' | 'idempotency_expired' | 'stream_not_found'): Decision => ({
  do: 'refuse',
  error: { code },
});

type Opening = Pick<KeyedOpen, 'owner' | 'key' | 'bodyHash' | 'lastEventId' | 'onlyKnown'>;

/** What follows for a request under an idempotency key. */
export function decideOpen(known: Known | undefined, opening: Opening, now: number): Decision {
  const { owner, key, bodyHash, lastEventId, onlyKnown } = opening;
  if (known === undefined) {
    if (onlyKnown) return { do: 'nothing' };
    if (lastEventId !== null) return refuse('stream_not_found');
    // A key that is too old to be remembered tells so by its own time stamp. It never causes a silent second run.
    const stamp = stampOf(key);
    return stamp !== undefined && now - stamp >= KEEP_MS ? refuse('idempotency_expired') : { do: 'run' };
  }
  if (!isSameOwner(known.record.owner, owner)) return refuse('stream_not_found');
  if (known.record.bodyHash !== bodyHash) return refuse('idempotency_mismatch');
  return attachAfter(known, lastEventId);
}

/** What follows for a reader that knows the answer's id, which tells nothing and starts nothing. */
export function decideAttach(known: Known | undefined, { owner, lastEventId }: Omit<AttachMessage, 'wish'>): Decision {
  if (known === undefined || !isSameOwner(known.record.owner, owner)) return refuse('stream_not_found');
  return attachAfter(known, lastEventId);
}

/** What `DELETE` does: it stops a run. Of a run that is over it changes nothing, and succeeds all the same. */
export function decideStop(known: Known | undefined, { owner }: StopMessage): 'stop' | 'nothing' | 'stream_not_found' {
  if (known === undefined || !isSameOwner(known.record.owner, owner)) return 'stream_not_found';
  return known.ended ? 'nothing' : 'stop';
}

function attachAfter({ lastId, died, ended }: Known, lastEventId: string | null): Decision {
  if (lastEventId === null) return { do: 'attach', afterId: 0 };
  if (!/^\d{1,15}$/.test(lastEventId)) return refuse('stream_not_found');
  const afterId = Number(lastEventId);
  // An id that was never sent. After the object died nobody knows which were.
  if (!died && afterId > lastId + (ended ? 1 : 0)) return refuse('stream_not_found');
  return { do: 'attach', afterId };
}
