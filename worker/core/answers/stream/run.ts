/** What a run produces, for the object that keeps it and hands it on. */
import type { AnswerHead } from '../answer-head.ts';
import type { Ending, Refusal, RunEvent } from './events.ts';

/** How a run begins. */
export type RunOutcome =
  /** Content begins. The last batch says how the answer ends. */
  | { kind: 'begun'; head: AnswerHead; events: AsyncIterable<RunBatch> }
  /**
   * The run was refused, or failed before any content. `isPersonal` is true if the reason is this caller's own budget, rate or rights.
   * Another caller may then be served.
   */
  | { kind: 'refused'; refusal: Refusal; isPersonal: boolean }
  /** The run makes nothing to share or to keep. The Worker answers this caller by itself, without the object. */
  | { kind: 'alone' };

/** What comes next: events, or the end of the answer. */
export type RunBatch =
  | { kind: 'events'; events: readonly RunEvent[] }
  | Extract<Ending, { kind: 'complete' } | { kind: 'interrupted' }>;
