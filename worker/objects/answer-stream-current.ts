/** What an `AnswerStream` runs or keeps, and how long. */
import { chunksOfCompletion } from '../core/answers/stream/chunks.ts';
import { dataFor } from '../core/answers/stream/events.ts';
import { SHARED_KEEP_MS } from '../core/answers/stream/limits.ts';
import type { AnswerRecord } from '../core/answers/stream/record.ts';
import type { AnswerLog } from './answer-stream-log.ts';
import type { AnswerRun } from './answer-stream-run.ts';

export interface Current<Job> {
  kind: 'keyed' | 'shared';
  record: AnswerRecord;
  log: AnswerLog;
  /** Undefined where a former life ran it. */
  run: AnswerRun<Job> | undefined;
  /** One of those who were answered caches it. */
  hasKeeper: boolean;
}

/** Its time is over; or it failed before any content, and whoever asks now runs anew. */
export function isForgotten<Job>(current: Current<Job>, now: number): boolean {
  const { kind, log, run } = current;
  if (log.ending === null) return false;
  if (log.ending.standing === 'failed') return true;
  return now >= keepUntil(current) && !(kind === 'shared' && run?.hasReaders);
}

/** One that is shared is in the cache by then. */
export const keepUntil = <Job>({ kind, record, log }: Current<Job>): number =>
  kind === 'keyed' ? record.keepUntil : log.endedAt + SHARED_KEEP_MS;

/** A completion is shown as chunks with ids of their own. */
export function shownLastId(log: AnswerLog): number {
  const [first] = log.read(0);
  return first?.kind === 'completion' ? chunksOfCompletion(dataFor(first, { open: false })).length : log.lastId;
}
