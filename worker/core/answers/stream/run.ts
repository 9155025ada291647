/** What a run produces, for the object that keeps it and hands it on. */
import type { AnswerHead } from '../answer-head.ts';
import type { Ending, Refusal, RunEvent } from './events.ts';

/** How a run begins. */
export type RunOutcome =
  /** Content begins. The last batch says how it ends. */
  | { kind: 'begun'; head: AnswerHead; events: AsyncIterable<RunBatch> }
  /** Refused or failed before any content. `isPersonal`: for this caller's own budget, rate or rights; another may be served. */
  | { kind: 'refused'; refusal: Refusal; isPersonal: boolean }
  /** What is to be had is for this caller only, who is to ask alone, outside of the object. */
  | { kind: 'alone' };

/** What comes next: events, or how the answer ends. */
export type RunBatch =
  | { kind: 'events'; events: readonly RunEvent[] }
  | Extract<Ending, { kind: 'complete' } | { kind: 'interrupted' }>;
