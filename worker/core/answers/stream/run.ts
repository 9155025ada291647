/** What an `AnswerStream` and the pipeline that it runs say to each other. */
import type { Clock } from '../../clock.ts';
import type { AnswerHead } from '../answer-head.ts';
import type { CarryonField } from '../carryon-field.ts';
import type { Refusal, RunEvent } from './events.ts';
import type { StreamError } from './open.ts';
import type { KeptLease } from './record.ts';

/** What this object needs from outside; `index.ts` joins it. */
export interface AnswerStreamDeps<Job> {
  clock: Clock;
  produce: Produce<Job>;
  /** Leases of a former life (ledger rule 20): `revive` of core/ledger/lease/holder.ts, told until acknowledged. */
  tellLeases(tenant: string, leases: readonly KeptLease[]): Promise<void>;
  /** How long a whole answer may be given to others who ask the same; 0: to nobody. */
  givesAgainMs(job: Job, completion: string): number;
  wire(error: StreamError): Refusal;
}

/** What is used of an `AbortSignal`, which is one of the runtime's words. */
export interface Signal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', run: () => void): void;
  removeEventListener(type: 'abort', run: () => void): void;
}

/** What a run is given. It must stop, settle and return soon after `signal` aborts. */
export interface RunHooks {
  signal: Signal;
  /** Goes on when the run is over: settlement, what was learnt. */
  background(work: Promise<unknown>): void;
  /** Its answer is for others too, who may not be given a safeguard's. */
  isShared: boolean;
  /** Just before the ledger is asked with a new id, and just before a provider is called under it (ledger rule 20). */
  asks(leaseId: string): void;
  starts(leaseId: string): void;
  /** The ledger has said yes: resumable readers get this head now. */
  admitted(head: AnswerHead): void;
}

export type RunOutcome =
  /** Content begins. The events come to an end: `complete`, or what went wrong. */
  | { ok: true; head: AnswerHead; events: AsyncIterable<RunBatch> }
  /** Refused or failed before any content. `personal`: for this asker's own budget, rate or rights; another may be served. */
  | { ok: false; refusal: Refusal; personal: boolean }
  /** What is to be had is for this asker only: he is to ask by himself. */
  | { ok: false; alone: true };

/** `skippedEvents`: so many of the provider's could not be read, so it is for its own readers only. */
export type RunBatch =
  | readonly RunEvent[]
  | { end: 'complete'; skippedEvents?: number; carryon?: CarryonField }
  | { end: 'interrupted'; error: Refusal };

/** `produce` of the pipeline, as this object calls it. */
export type Produce<Job> = (job: Job, hooks: RunHooks) => Promise<RunOutcome>;
