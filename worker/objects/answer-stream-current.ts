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
  /** One of those who were answered caches it, or nobody is to. */
  hasKeeper: boolean;
  /** Of a complete shared one, once somebody has asked for it again. */
  mayGiveAgain: boolean | undefined;
}

/** Its time is over, or it failed before any content: whoever asks now runs anew. Its readers read on. */
export function isPast<Job>(current: Current<Job>, now: number): boolean {
  const { kind, log, mayGiveAgain } = current;
  if (log.ending === null) return false;
  const { standing } = log.ending;
  const isForReadersOnly = kind === 'shared' && (standing !== 'complete' || mayGiveAgain === false);
  return standing === 'failed' || isForReadersOnly || now >= keepUntil(current);
}

/** One that is shared is in the cache by then. */
export const keepUntil = <Job>({ kind, record, log }: Current<Job>): number =>
  kind === 'keyed' ? record.keepUntil : log.endedAt + SHARED_KEEP_MS;

/** A completion is shown as chunks with ids of their own. */
export function shownLastId(log: AnswerLog): number {
  const [first] = log.read(0);
  return first?.kind === 'completion' ? chunksOfCompletion(dataFor(first, { open: false })).length : log.lastId;
}
