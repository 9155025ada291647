/** What is remembered of one keyed answer, as plain data. */
import { timeOfUuidV7 } from '../../../../protocol/uuid-v7.ts';
import type { AnswerForm } from '../forms.ts';
import type { Ending } from './events.ts';
import { KEEP_COPY_MS, KEEP_MS, LONGEST_RUN_MS, STAMPED_AHEAD_MS } from './limits.ts';
import type { KeyedOpen, Owner } from './messages.ts';
import type { ReaderOptions } from './reader-options.ts';

/** A lease of the run. It is stored before the ledger is asked, and again before a provider is called (ledger rule 20). */
export interface KeptLease {
  leaseId: string;
  started: boolean;
}

/** What the row of a keyed answer holds. */
export interface AnswerRecord {
  owner: Owner;
  bodyHash: string;
  /** The alias that was asked for. Readers that may not see the provider get it as the model's name. */
  alias: string;
  /**
   * The form that its clients read, which is part of the question. Left out if the answer is already kept in that form, as earlier
   * builds did.
   */
  form?: AnswerForm | undefined;
  keepUntil: number;
  leases: readonly KeptLease[];
}

type Beginning = Pick<KeyedOpen, 'owner' | 'bodyHash' | 'alias' | 'key' | 'copy'> & {
  wish?: Pick<ReaderOptions, 'form'>;
};

/** The record of a run that starts now. */
export const beginRecord = ({ owner, bodyHash, alias, key, copy, wish }: Beginning, now: number): AnswerRecord => ({
  ...{ owner, bodyHash, alias, form: wish?.form, leases: [] },
  keepUntil: copy === 'job' ? now + KEEP_COPY_MS : keepRunUntil(key, now),
});

const keepRunUntil = (key: string, now: number): number =>
  Math.max(now + LONGEST_RUN_MS, Math.min(timeInKey(key) ?? now, now + STAMPED_AHEAD_MS)) + KEEP_MS;

/** The time in a key that is a UUIDv7. Undefined for other keys. */
export const timeInKey = (key: string): number | undefined => timeOfUuidV7(key.toLowerCase());

/** Adds a lease before the ledger is asked for it. */
export const withLease = (record: AnswerRecord, leaseId: string): AnswerRecord => ({
  ...record,
  leases: [...record.leases, { leaseId, started: false }],
});

/** Marks a lease before a provider is called under it. */
export const withStartedLease = (record: AnswerRecord, leaseId: string): AnswerRecord => ({
  ...record,
  leases: record.leases.map((lease) => (lease.leaseId === leaseId ? { leaseId, started: true } : lease)),
});

/** True if the answer's time is over, or if it failed before any content. The key may then run again. Readers that have begun read on. */
export const mayRunAgain = ({ keepUntil }: AnswerRecord, ending: Ending | null, now: number): boolean =>
  ending !== null && (ending.kind === 'failed' || now >= keepUntil);

/**
 * What an object that has restarted makes of the stored answer (ledger rule 20). If a provider was called, a reader may have seen its
 * answer, so the key keeps what was stored and a named error. If none was called, no reader has seen anything, and the key may run
 * again. In both cases the leases are settled, and no provider is asked again.
 */
export function afterRestart(record: AnswerRecord, ending: Ending | null, now: number): 'kept' | 'died' | 'forget' {
  if (now >= record.keepUntil) return 'forget';
  if (ending !== null) return 'kept';
  return record.leases.some((lease) => lease.started) ? 'died' : 'forget';
}
