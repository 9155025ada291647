/** What an `AnswerStream` runs or keeps, and how long. */
import { chunksOfCompletion } from '../../../protocol/chunks-of-completion.ts';
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import type { Ending } from '../../core/answers/stream/events.ts';
import { SHARED_KEEP_MS } from '../../core/answers/stream/limits.ts';
import type { AnswerRecord } from '../../core/answers/stream/record.ts';
import type { AnswerLog } from './log.ts';
import type { AnswerRun } from './run.ts';

export interface Current<Job> {
  kind: 'keyed' | 'shared';
  record: AnswerRecord;
  log: AnswerLog;
  /** Undefined where a former life ran it. */
  run: AnswerRun<Job> | undefined;
  /** One of those who were answered caches it, or nobody is to. */
  hasKeeper: boolean;
  /** Of a complete shared one, once somebody has asked for it again: how long it is given to him. */
  givesAgainMs: number | undefined;
}

/** Its time is over, or it failed before any content: whoever asks now runs anew. Its readers read on. */
export function isPast<Job>(current: Current<Job>, now: number): boolean {
  const { kind, log } = current;
  if (log.ending === null) return false;
  const { standing } = log.ending;
  const isForReadersOnly = kind === 'shared' && standing !== 'complete';
  return standing === 'failed' || isForReadersOnly || now >= keepUntil(current);
}

/** One that is shared is in the cache by then. */
export const keepUntil = <Job>({ kind, record, log, givesAgainMs = SHARED_KEEP_MS }: Current<Job>): number =>
  kind === 'keyed' ? record.keepUntil : log.endedAt + Math.min(givesAgainMs, SHARED_KEEP_MS);

const NO_HEAD: AnswerHead = {};

/** One that is shared tells when it was made to whoever comes later: to him it is a hit. */
export function headOf<Job>({ kind, log }: Current<Job>, head = log.head ?? NO_HEAD): AnswerHead {
  if (kind === 'keyed' || log.ending === null) return head;
  return { ...head, storedAt: log.endedAt };
}

/** It has ended, and is no whole answer: it broke off, was stopped, or lost events. */
export const isPartial = (ending: Ending | null): boolean =>
  ending !== null && (ending.standing !== 'complete' || ending.skippedEvents !== undefined);

/** A completion is shown as chunks with ids of their own. */
export function shownLastId(log: AnswerLog): number {
  const [first] = log.read(0);
  return first?.kind === 'completion' ? chunksOfCompletion(first.data).length : log.lastId;
}
