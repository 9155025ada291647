/** Drives a run: writes what the pipeline produces into a log, and always gives the log a named ending. */
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import type { Ending, Refusal, RunEvent } from '../../core/answers/stream/events.ts';
import { LONGEST_RUN_MS } from '../../core/answers/stream/limits.ts';
import type { StreamError } from '../../core/answers/stream/open.ts';
import type { RunOutcome } from '../../core/answers/stream/run.ts';
import type { Clock } from '../../core/clock.ts';

/** What a run writes into. */
export interface RunLog {
  readonly head: AnswerHead | null;
  readonly ending: Ending | null;
  /** Called when content begins. */
  begin(head: AnswerHead): void;
  /** If this returns a promise, it resolves once readers are no longer too far behind to take more. */
  append(events: readonly RunEvent[]): void | Promise<void>;
  end(ending: Ending): void;
  /** Sets an ending that cannot be stored. Only current readers get it. */
  lose(ending: Ending): void;
}

/** Drives one run. Whatever the pipeline does, the log gets an ending. */
export class Run {
  readonly #log: RunLog;
  readonly #clock: Clock;
  readonly #wire: (error: StreamError) => Refusal;
  readonly #abort = new AbortController();

  constructor(log: RunLog, clock: Clock, wire: (error: StreamError) => Refusal) {
    this.#log = log;
    this.#clock = clock;
    this.#wire = wire;
  }

  /** Aborts when the run must stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Resolves when nothing runs any more. The promise belongs in `waitUntil`. */
  async drive(produce: () => Promise<void>): Promise<void> {
    const cancel = this.#clock.after(LONGEST_RUN_MS, () => this.cut('The answer took longer than any answer may.'));
    try {
      await produce();
    } catch {
      // The pipeline classifies every failure, so this is a bug of ours. Readers must still get an error.
      this.#fail('A fault in the router ended this answer.');
    } finally {
      cancel();
      if (this.#log.ending === null) this.#fail('The answer ended before it was complete.');
    }
  }

  /** Writes an answer that has begun into the log. */
  async pump({ head, events }: Extract<RunOutcome, { kind: 'begun' }>): Promise<void> {
    const log = this.#log;
    if (log.ending === null) log.begin(head);
    for await (const batch of events) {
      if (log.ending !== null) break;
      if (batch.kind === 'events') await log.append(batch.events);
      else log.end(batch);
    }
  }

  /** Ends the answer with an error, and stops what produces it. */
  cut(detail: string): void {
    this.#fail(detail);
    this.#abort.abort();
  }

  /** Carries out `DELETE`. The answer is kept as stopped, whether content had begun or not. */
  stop(): void {
    this.#log.end({ kind: 'stopped', error: this.#wire({ code: 'stopped' }) });
    this.#abort.abort();
  }

  #fail(detail: string): void {
    const error = this.#wire({ code: 'stream_interrupted', detail });
    try {
      this.#log.end({ kind: this.#log.head === null ? 'failed' : 'interrupted', error });
    } catch {
      // Storage refuses the ending, so the object will find a run without one after a restart.
      this.#log.lose({ kind: 'died', error });
    }
  }
}
