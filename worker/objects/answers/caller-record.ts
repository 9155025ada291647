/** The record of one caller of an object: what its reader got, and what its run took. Closed once, when both are known. */
import { ownCode } from '../../../protocol/errors.ts';
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import { ageSeconds } from '../../core/answers/freshness.ts';
import type { Ending, Refusal } from '../../core/answers/stream/events.ts';
import type { ReplyNote } from '../../core/answers/stream/messages.ts';
import type { Clock } from '../../core/clock.ts';
import type { ClosedRecord, RecordRole } from '../../core/slo/record.ts';
import type { RunFacts } from '../../core/slo/run-facts.ts';

/** What a record is made of. */
export interface CallerLinks {
  clock: Clock;
  role(): RecordRole;
  /** Undefined while the run that this caller started goes on; its cost belongs to this record. */
  facts(): RunFacts | undefined;
  /** Resolves as soon as `isSo` is true, which is asked after each change of the run. */
  until(isSo: () => boolean): Promise<void>;
  close(record: ClosedRecord): void;
  /** Leaves the record to the caller's Worker. */
  giveBack(): void;
}

/** Fills the record of a call. */
export class CallerRecord {
  readonly #record: ClosedRecord;
  readonly #links: CallerLinks;
  readonly #cacheTtlS: number | null;
  #isReading = true;
  #isAwaitingRun = false;

  /** `opened`: what its Worker knows of it. */
  constructor(opened: ClosedRecord, links: CallerLinks) {
    this.#cacheTtlS = opened.cacheTtlS;
    this.#record = Object.assign(opened, { cacheTtlS: null });
    this.#links = links;
  }

  /** The headers of its stream go out. */
  begins({ cache, storedAt }: AnswerHead): void {
    if (cache === 'hit' && storedAt !== undefined) {
      const cacheAgeS = ageSeconds(storedAt, this.#links.clock.now());
      Object.assign(this.#record, { cache, cacheAgeS, cacheTtlS: this.#cacheTtlS });
    }
    this.#record.status = 200;
  }

  /** Content goes out. */
  content(): void {
    this.#record.ttftMs ??= this.#sinceArrival();
  }

  /** The last text of its stream goes out. */
  ended(ending: Ending | null): void {
    if (!this.#isReading) return;
    if (ending !== null && ending.kind !== 'complete') this.#fails(ending.error, this.#record.ttftMs !== null);
    else this.#record.ending = 'complete';
    this.#over();
  }

  /** The reader went away. Has no effect if it had received everything. */
  left(): void {
    if (!this.#isReading) return;
    const record = this.#record;
    record.ending = 'left';
    if (record.status === 0) Object.assign(record, { status: 499, code: 'client_gone' });
    this.#over();
  }

  /** The reader has left, but its run goes on: true where one that resumes the stream now reads on for this record. */
  resumes(): boolean {
    if (!this.#isAwaitingRun || this.#record.ending !== 'left') return false;
    this.#isReading = true;
    return true;
  }

  /**
   * The reply goes out in one piece. Its Worker closes the record with these facts, because a stale answer may stand in for an
   * error, or for it to answer itself. Where the run is not settled yet, as after a stop, the record is closed here.
   */
  give(error: Refusal | 'alone' | undefined): Pick<ReplyNote, 'ran' | 'isRecorded'> {
    const ran = this.#links.facts();
    if (ran !== undefined || error === 'alone') {
      this.#isReading = false;
      this.#links.giveBack();
      return { ran };
    }
    this.#record.status = error?.status ?? 200;
    if (error === undefined) this.#record.ending = 'complete';
    else this.#fails(error, false);
    this.#over();
    return { isRecorded: true };
  }

  #fails({ body, open }: Refusal, isCut: boolean): void {
    const { error } = JSON.parse(open?.body ?? body) as { error: { code: string } };
    Object.assign(this.#record, { ending: isCut ? 'cut' : 'refused', code: ownCode(error.code) });
  }

  #over(): void {
    const { facts, until } = this.#links;
    this.#isReading = false;
    this.#record.totalMs = this.#sinceArrival();
    if (facts() !== undefined) this.#close();
    else if (!this.#isAwaitingRun) {
      this.#isAwaitingRun = true;
      void until(() => facts() !== undefined).then(() => {
        this.#isAwaitingRun = false;
        if (!this.#isReading) this.#close();
      });
    }
  }

  #close(): void {
    const { role, facts, close } = this.#links;
    close(Object.assign(this.#record, facts(), { role: role() }));
  }

  #sinceArrival(): number {
    return this.#links.clock.now() - this.#record.arrivedAt;
  }
}
