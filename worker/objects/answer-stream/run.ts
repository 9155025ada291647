/** A run under way: drives what the pipeline produces into the log, and ends it when nobody reads, or by `DELETE`. */
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import type { Refusal } from '../../core/answers/stream/events.ts';
import { LINGER_MS, LONGEST_RUN_MS } from '../../core/answers/stream/limits.ts';
import type { StreamError } from '../../core/answers/stream/open.ts';
import type { Produce, RunHooks, RunOutcome } from '../../core/answers/stream/run.ts';
import type { Clock } from '../../core/clock.ts';
import type { AnswerLog } from './log.ts';

/** A place among the readers. */
export interface Seat<Job> {
  /** What he would ask for; gone once it is not needed, for a chat may be large. */
  job: Job | undefined;
  /** His own refusal: the run goes on for others. `alone`: his answer is nobody else's, and made outside of this object. */
  refused: Refusal | 'alone' | undefined;
  /** He has asked, or is asking: it is his request that is charged. */
  hasAsked: boolean;
}

export interface RunParts<Job> {
  kind: 'keyed' | 'shared';
  log: AnswerLog;
  clock: Clock;
  produce: Produce<Job>;
  hooks: Pick<RunHooks, 'background' | 'asks' | 'starts'>;
  wire(error: StreamError): Refusal;
}

/** So many are asked for one after the other; nobody is to wait for more before him. */
const MOST_REFUSALS = 8;
/** Told to nobody: who asked is answered alone. */
const NOBODY_LEFT: StreamError = { code: 'stream_interrupted', detail: 'Each caller is answered separately.' };

export class AnswerRun<Job> {
  admitted: AnswerHead | null = null;
  readonly #parts: RunParts<Job>;
  readonly #abort = new AbortController();
  readonly #seats = new Set<Seat<Job>>();
  #callOffLinger = () => {};

  constructor(parts: RunParts<Job>) {
    this.#parts = parts;
  }

  /** A reader has come. `job` is what he would ask for if another's asking fails. */
  sit(job: Job | undefined): Seat<Job> {
    const seat = { job: this.admitted === null ? job : undefined, refused: undefined, hasAsked: false };
    this.#seats.add(seat);
    this.#callOffLinger();
    return seat;
  }

  /** A reader has gone: the last one of a shared run takes it along, a keyed one goes on for a while. */
  leave(seat: Seat<Job>): void {
    if (!this.#seats.delete(seat) || this.#seats.size > 0 || this.#parts.log.ending !== null) return;
    const { kind, clock } = this.#parts;
    if (kind === 'shared') this.#cut('Nobody reads this answer any more.');
    else this.#callOffLinger = clock.after(LINGER_MS, () => this.#cut(`Nobody read it for ${LINGER_MS / 1_000} s.`));
  }

  get hasReaders(): boolean {
    return this.#seats.size > 0;
  }

  /** `DELETE`: kept as stopped, whether content had begun or not. */
  stop(): void {
    this.#parts.log.end({ standing: 'stopped', error: this.#parts.wire({ code: 'stopped' }) });
    this.#abort.abort();
  }

  /** Resolves when nothing runs any more. Its promise belongs into `waitUntil`. */
  async drive(): Promise<void> {
    const { log, clock } = this.#parts;
    const callOff = clock.after(LONGEST_RUN_MS, () => this.#cut('The answer took longer than any may.'));
    try {
      await this.#produce();
    } catch {
      // What the pipeline does not classify is a fault of ours, and no silence.
      this.#fail('A fault in the router ended this answer.');
    } finally {
      callOff();
      this.#callOffLinger();
      if (log.ending === null) this.#fail('The answer ended before it was complete.');
    }
  }

  /** One asker after the other, until one is admitted (docs/contract.md "Shared questions"). */
  async #produce(): Promise<void> {
    const { log, produce, hooks } = this.#parts;
    const { signal } = this.#abort;
    let refusals = 0;
    for (let asker = this.#nextAsker(); asker !== undefined; asker = this.#nextAsker()) {
      asker.hasAsked = true;
      const admitted = (head: AnswerHead) => {
        this.admitted = head;
        for (const seat of this.#seats) seat.job = undefined;
        log.tell();
      };
      const isShared = this.#parts.kind === 'shared';
      const outcome = await produce(asker.job as Job, { ...hooks, signal, isShared, admitted });
      if (outcome.ok) return this.#pump(outcome);
      if (log.ending !== null) return;
      this.admitted = null;
      asker.refused = 'alone' in outcome ? 'alone' : outcome.refusal;
      const mayNextAsk = 'alone' in outcome || (isShared && outcome.personal);
      if (mayNextAsk && ++refusals === MOST_REFUSALS) this.#sendOthersAway(() => true);
      // Whoever came while it was admitted has brought nothing to ask with.
      if (mayNextAsk) this.#sendOthersAway(({ job }) => job === undefined);
      if (!mayNextAsk || this.#nextAsker() === undefined) {
        const error = 'alone' in outcome ? this.#parts.wire(NOBODY_LEFT) : outcome.refusal;
        return log.end({ standing: 'failed', error });
      }
      log.tell();
    }
  }

  #nextAsker(): Seat<Job> | undefined {
    return this.#waiting().find(({ job }) => job !== undefined);
  }

  #sendOthersAway(which: (seat: Seat<Job>) => boolean): void {
    for (const seat of this.#waiting()) if (which(seat)) seat.refused = 'alone';
  }

  #waiting(): Seat<Job>[] {
    return [...this.#seats].filter(({ hasAsked, refused }) => !hasAsked && refused === undefined);
  }

  async #pump({ head, events }: RunOutcome & { ok: true }): Promise<void> {
    const { log } = this.#parts;
    if (log.ending === null) log.begin(head);
    for await (const batch of events) {
      if (log.ending !== null) break;
      if (!('end' in batch)) log.append(batch);
      else if (batch.end === 'interrupted') log.end({ standing: 'interrupted', error: batch.error });
      else {
        const { end, ...about } = batch;
        log.end({ standing: end, ...about });
      }
    }
  }

  #cut(detail: string): void {
    this.#fail(detail);
    this.#abort.abort();
  }

  #fail(detail: string): void {
    const { log, wire } = this.#parts;
    const error = wire({ code: 'stream_interrupted', detail });
    try {
      log.end({ standing: log.head === null ? 'failed' : 'interrupted', error });
    } catch {
      // Storage refuses: the next life will find a run that died.
      log.lose({ standing: 'died', error });
    }
  }
}
