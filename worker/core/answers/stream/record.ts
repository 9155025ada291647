/** What is remembered of one answer, as plain data; `standing` is read from it and from whether its run is alive. */
import { timeOfUuidV7 } from '../../../../protocol/uuid-v7.ts';
import type { AnswerForm } from '../forms.ts';
import type { Ending } from './events.ts';
import { KEEP_COPY_MS, KEEP_MS, LONGEST_RUN_MS, STAMPED_AHEAD_MS } from './limits.ts';
import type { OpenMessage, Owner, Wish } from './messages.ts';

/** Written before the ledger is asked, and again before a provider is called (ledger rule 20). */
export interface KeptLease {
  leaseId: string;
  started: boolean;
}

export interface AnswerRecord {
  owner: Owner;
  bodyHash: string;
  /** What was asked for, and the model's name for readers who may not learn more. */
  alias: string;
  /** The form its clients read, which is a part of the question. Left out: it is kept in that form, as earlier builds did. */
  form?: AnswerForm | undefined;
  keepUntil: number;
  leases: readonly KeptLease[];
}

type Beginning = Pick<OpenMessage<unknown>, 'owner' | 'bodyHash' | 'alias' | 'key' | 'copy'> & {
  wish?: Pick<Wish, 'form'>;
};

export const beginRecord = ({ owner, bodyHash, alias, key, copy, wish }: Beginning, now: number): AnswerRecord => ({
  ...{ owner, bodyHash, alias, form: wish?.form, leases: [] },
  keepUntil: copy === 'job' ? now + KEEP_COPY_MS : keepRunUntil(key, now),
});

const keepRunUntil = (key: string | null, now: number): number =>
  Math.max(now + LONGEST_RUN_MS, Math.min(stampOf(key) ?? now, now + STAMPED_AHEAD_MS)) + KEEP_MS;

/** The time that a key tells of itself; undefined for one that is no UUIDv7. */
export const stampOf = (key: string | null): number | undefined =>
  key === null ? undefined : timeOfUuidV7(key.toLowerCase());

export const asked = (record: AnswerRecord, leaseId: string): AnswerRecord => ({
  ...record,
  leases: [...record.leases, { leaseId, started: false }],
});

export const started = (record: AnswerRecord, leaseId: string): AnswerRecord => ({
  ...record,
  leases: record.leases.map((lease) => (lease.leaseId === leaseId ? { leaseId, started: true } : lease)),
});

/**
 * What a new life finds (ledger rule 20: never silently, and never run again by itself). A provider was called: its answer may
 * have been seen, so the key stays with what was stored and a named error. None was called: nobody has seen anything, and the
 * key may run again. In both cases the leases are told, and nothing is asked for again.
 */
export function wake(record: AnswerRecord, ending: Ending | null, now: number): 'kept' | 'died' | 'forget' {
  if (now >= record.keepUntil) return 'forget';
  if (ending !== null) return 'kept';
  return record.leases.some((lease) => lease.started) ? 'died' : 'forget';
}
