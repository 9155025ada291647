/** One run of a `SharedAnswer`: its callers ask for it one after the other, until one of them is admitted. */
import type { Refusal } from '../../core/answers/stream/events.ts';
import type { Job } from '../../core/answers/stream/job.ts';
import { MOST_REFUSED_CALLERS, SHARED_KEEP_MS } from '../../core/answers/stream/limits.ts';
import type { StreamError } from '../../core/answers/stream/open.ts';
import type { RunFacts } from '../../core/slo/run-facts.ts';
import type { AnswerRuns, Background } from '../../ports.ts';
import { Run } from '../answers/run.ts';
import { SharedLog } from './shared-log.ts';

/** Sent to a reader that was left behind. */
const TOO_SLOW: StreamError = { code: 'stream_interrupted', detail: 'The answer was read too slowly.' };
/** The log's ending if every caller was refused. Each caller gets an error of its own, so no caller sees this one. */
const NOBODY_LEFT: StreamError = { code: 'stream_interrupted', detail: 'Each caller is answered separately.' };

/** One caller, from its arrival until it has left. */
export interface Seat {
  /** What this caller asks for when its turn comes. Undefined once that is not needed, because a chat may be large. */
  job: Job | undefined;
  /** This caller's own refusal, while the run goes on for others. `alone`: the Worker must answer the caller without this object. */
  refused: Refusal | 'alone' | undefined;
  /** True if this caller has asked, or is asking. Its request is then the one that is charged. */
  hasAsked: boolean;
  /** What this caller's own run took. Undefined until it is settled. */
  facts: RunFacts | undefined;
}

/** Runs a question once for all who wait for it. The first caller asks. If that caller is refused, the next one asks. */
export class SharedRun {
  readonly alias: string;
  readonly log: SharedLog;
  /** True if a caller's Worker has been told to cache the answer. */
  hasKeeper = false;
  /** What the last caller's run took. */
  facts: RunFacts | undefined;
  readonly #runs: AnswerRuns;
  readonly #run: Run;
  readonly #background: Background;
  readonly #seats = new Set<Seat>();
  #isAdmitted = false;

  constructor(alias: string, runs: AnswerRuns, background: Background) {
    const { clock, wire } = runs;
    this.alias = alias;
    this.#runs = runs;
    this.#background = background;
    this.log = new SharedLog(clock, () => wire(TOO_SLOW));
    this.#run = new Run(this.log, clock, wire);
  }

  /** Adds a caller. */
  sit(job: Job): Seat {
    const seat: Seat = {
      job: this.#isAdmitted ? undefined : job,
      refused: undefined,
      hasAsked: false,
      facts: undefined,
    };
    this.#seats.add(seat);
    return seat;
  }

  /** Removes a caller. With the last one the run ends. */
  leave(seat: Seat): void {
    if (!this.#seats.delete(seat) || this.#seats.size > 0 || this.log.ending !== null) return;
    this.#run.cut('The answer has no reader any more.');
  }

  /** True if a caller that comes now with this job needs a run of its own. */
  isOver(job: Job): boolean {
    const { ending, endedAt, hasOutgrownMemory } = this.log;
    if (hasOutgrownMemory) return true;
    if (ending === null) return false;
    if (ending.kind !== 'complete') return true;
    const { completion } = this.log;
    // An answer that must not be cached, such as one cut by its length, is only for callers that are here already.
    const givesAgainMs = completion === undefined ? 0 : this.#runs.givesAgainMs(job, completion);
    return this.#runs.clock.now() >= endedAt + Math.min(givesAgainMs, SHARED_KEEP_MS);
  }

  /** Resolves when nothing runs any more. The promise belongs in `waitUntil`. */
  drive(): Promise<void> {
    return this.#run.drive(() => this.#askInTurn());
  }

  async #askInTurn(): Promise<void> {
    const { log } = this;
    let refusals = 0;
    for (let asker = this.#nextAsker(); asker?.job !== undefined; asker = this.#nextAsker()) {
      const { job } = asker;
      asker.hasAsked = true;
      const outcome = await this.#runs.produce(job, {
        signal: this.#run.signal,
        background: this.#background,
        isShared: true,
        // Leases are not stored, because a shared answer keeps nothing that the object could read after a restart.
        onAsk() {},
        onStart() {},
        admitted: () => this.#admit(),
        settled: (facts) => {
          this.facts = facts;
          asker.facts = facts;
          log.changes.notify();
        },
      });
      if (outcome.kind === 'begun') return this.#run.pump(outcome);
      if (log.ending !== null) return;
      this.#isAdmitted = false;
      asker.refused = outcome.kind === 'alone' ? 'alone' : outcome.refusal;
      if (outcome.kind === 'refused' && !outcome.isPersonal) return log.end({ kind: 'failed', error: outcome.refusal });
      if (++refusals === MOST_REFUSED_CALLERS) this.#sendAway(() => true);
      // Callers that came after the run was admitted have no job to ask with.
      this.#sendAway(({ job }) => job === undefined);
      if (this.#nextAsker() !== undefined) log.changes.notify();
    }
    log.end({ kind: 'failed', error: this.#runs.wire(NOBODY_LEFT) });
  }

  #admit(): void {
    this.#isAdmitted = true;
    for (const seat of this.#seats) seat.job = undefined;
  }

  #nextAsker(): Seat | undefined {
    return this.#waiting().find(({ job }) => job !== undefined);
  }

  #sendAway(which: (seat: Seat) => boolean): void {
    for (const seat of this.#waiting()) if (which(seat)) seat.refused = 'alone';
  }

  #waiting(): Seat[] {
    return [...this.#seats].filter(({ hasAsked, refused }) => !hasAsked && refused === undefined);
  }
}
