/** Who may run, attach, read or stop: decided in one synchronous turn, so that two runs never start for one key (docs/contract.md "Idempotency"). */
import { KEEP_MS } from './limits.ts';
import type { AttachMessage, OpenMessage, StopMessage } from './messages.ts';
import { isSameOwner } from './owner.ts';
import { type AnswerRecord, stampOf } from './record.ts';

/** An error of this subject; the pipeline says it in `RouterError`'s words. */
export type StreamError =
  | { code: 'idempotency_mismatch' }
  | { code: 'idempotency_expired' }
  /** Never seen, or somebody else's: the same answer. */
  | { code: 'stream_not_found' }
  | { code: 'stopped' }
  | { code: 'stream_interrupted'; detail: string };

/** An answer that is running or kept: `lastId` is its last event's so far, `endId` the ending's once there is one. */
export interface Known {
  record: AnswerRecord;
  kind: 'keyed' | 'shared';
  lastId: number;
  /** Its run died with the object: a reader may have seen more than was stored. */
  died: boolean;
  ended: boolean;
}

export type Decision =
  | { do: 'run' }
  /** It is not known, and the caller asked for no more. */
  | { do: 'nothing' }
  /** Strictly what comes after the event `afterId`; from the beginning after 0. */
  | { do: 'attach'; afterId: number }
  | { do: 'refuse'; error: StreamError };

const refuse = (code: 'idempotency_mismatch' | 'idempotency_expired' | 'stream_not_found'): Decision => ({
  do: 'refuse',
  error: { code },
});

type Opening = Pick<OpenMessage<unknown>, 'kind' | 'owner' | 'key' | 'bodyHash' | 'lastEventId' | 'onlyKnown'>;

export function decideOpen(known: Known | undefined, opening: Opening, now: number): Decision {
  const { kind, owner, key, bodyHash, lastEventId, onlyKnown } = opening;
  if (known === undefined) {
    if (onlyKnown) return { do: 'nothing' };
    if (lastEventId !== null) return refuse('stream_not_found');
    // Too old to be remembered: told by its own time stamp, never a silent second run.
    const stamp = kind === 'keyed' ? stampOf(key) : undefined;
    return stamp !== undefined && now - stamp >= KEEP_MS ? refuse('idempotency_expired') : { do: 'run' };
  }
  if (known.kind !== kind || (kind === 'keyed' && !isSameOwner(known.record.owner, owner)))
    return refuse('stream_not_found');
  if (known.record.bodyHash !== bodyHash) return refuse('idempotency_mismatch');
  return attachAfter(known, lastEventId);
}

/** By its id, which tells nothing and starts nothing. What is shared has no owner, and no reader that could come back. */
export function decideAttach(known: Known | undefined, { owner, lastEventId }: Omit<AttachMessage, 'wish'>): Decision {
  if (known === undefined || known.kind === 'shared' || !isSameOwner(known.record.owner, owner))
    return refuse('stream_not_found');
  return attachAfter(known, lastEventId);
}

/** `DELETE`: of a run that is over it changes nothing, and is none the less done. */
export function decideStop(known: Known | undefined, { owner }: StopMessage): 'stop' | 'nothing' | 'stream_not_found' {
  if (known === undefined || known.kind === 'shared' || !isSameOwner(known.record.owner, owner))
    return 'stream_not_found';
  return known.ended ? 'nothing' : 'stop';
}

function attachAfter({ lastId, died, ended }: Known, lastEventId: string | null): Decision {
  if (lastEventId === null) return { do: 'attach', afterId: 0 };
  if (!/^\d{1,15}$/.test(lastEventId)) return refuse('stream_not_found');
  const afterId = Number(lastEventId);
  // An id that was never sent. After a death nobody knows which were.
  if (!died && afterId > lastId + (ended ? 1 : 0)) return refuse('stream_not_found');
  return { do: 'attach', afterId };
}
