/** The run of a keyed answer. It goes on for a while without readers, because they may come back. */
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import type { Job } from '../../core/answers/stream/job.ts';
import { LINGER_MS } from '../../core/answers/stream/limits.ts';
import type { RunFacts } from '../../core/slo/run-facts.ts';
import type { AnswerRuns, RunHooks } from '../../ports.ts';
import { Run } from '../answers/run.ts';
import type { AnswerLog } from './log.ts';

/** What the object does for a run: it stores leases, and lets work go on in the background. */
export type KeyedHooks = Pick<RunHooks, 'background' | 'onAsk' | 'onStart'>;

/** Runs a keyed question into its log. */
export class KeyedRun {
  /** The head for readers that may resume. They get it as soon as the ledger has admitted the run. */
  admitted: AnswerHead | null = null;
  /** True if the Worker has to give the answer itself. */
  isAlone = false;
  /** What the run took. Undefined until it is settled. */
  facts: RunFacts | undefined;
  readonly #log: AnswerLog;
  readonly #runs: AnswerRuns;
  readonly #run: Run;
  #readers = 0;
  #cancelLinger = () => {};

  constructor(log: AnswerLog, runs: AnswerRuns) {
    this.#log = log;
    this.#runs = runs;
    this.#run = new Run(log, runs.clock, runs.wire);
  }

  /** Counts a reader. Call the returned function when the reader has left. */
  enter(): () => void {
    this.#readers++;
    this.#cancelLinger();
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      if (--this.#readers > 0 || this.#log.ending !== null) return;
      const cut = () => this.#run.cut(`The answer had no reader for ${LINGER_MS / 1_000} s.`);
      this.#cancelLinger = this.#runs.clock.after(LINGER_MS, cut);
    };
  }

  /** Ends the answer for good, whether content had begun or not. */
  stop(): void {
    this.#run.stop();
  }

  /** Resolves when nothing runs any more. The promise belongs in `waitUntil`. */
  async drive(job: Job, hooks: KeyedHooks): Promise<void> {
    await this.#run.drive(() => this.#produce(job, hooks));
    this.#cancelLinger();
  }

  async #produce(job: Job, hooks: KeyedHooks): Promise<void> {
    const log = this.#log;
    const outcome = await this.#runs.produce(job, {
      ...hooks,
      signal: this.#run.signal,
      isShared: false,
      admitted: (head) => {
        this.admitted = head;
        log.changes.notify();
      },
      settled: (facts) => {
        this.facts = facts;
        log.changes.notify();
      },
    });
    if (outcome.kind === 'begun') return this.#run.pump(outcome);
    if (log.ending !== null) return;
    this.isAlone = outcome.kind === 'alone';
    const refusal = outcome.kind === 'alone' ? this.#runs.wire({ code: 'stream_not_found' }) : outcome.refusal;
    log.end({ kind: 'failed', error: refusal });
  }
}
