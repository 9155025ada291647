/** The record of one caller of an object: what its reader got, and what its run took. It is closed once, when both are known. */
import { ownCode } from '../../../protocol/errors.ts';
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import { ageSeconds } from '../../core/answers/freshness.ts';
import type { Ending, Refusal } from '../../core/answers/stream/events.ts';
import type { ReplyNote } from '../../core/answers/stream/messages.ts';
import type { Clock } from '../../core/clock.ts';
import type { ClosedRecord, RecordRole } from '../../core/slo/record.ts';
import type { RunFacts } from '../../core/slo/run-facts.ts';

/** What a record needs from its object. */
export interface CallerLinks {
  clock: Clock;
  role(): RecordRole;
  /** What the run took. Undefined while a run that this caller started goes on, because its cost belongs to this record. */
  facts(): RunFacts | undefined;
  /** Resolves as soon as `isSo` is true. It is checked after each change of the run. */
  until(isSo: () => boolean): Promise<void>;
  /** The caller has left or has everything, and the record waits for the end of its run. If the object dies now, nobody closes it. */
  waits(record: ClosedRecord): void;
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

  /** `opened` is what the Worker knows about the call. */
  constructor(opened: ClosedRecord, links: CallerLinks) {
    this.#cacheTtlS = opened.cacheTtlS;
    this.#record = Object.assign(opened, { cacheTtlS: null });
    this.#links = links;
  }

  /** Called when the headers of the stream go out. */
  begins({ cache, storedAt }: AnswerHead): void {
    if (cache === 'hit' && storedAt !== undefined) {
      const cacheAgeS = ageSeconds(storedAt, this.#links.clock.now());
      Object.assign(this.#record, { cache, cacheAgeS, cacheTtlS: this.#cacheTtlS });
    }
    this.#record.status = 200;
  }

  /** Called when content goes out. */
  content(): void {
    this.#record.ttftMs ??= this.#sinceArrival();
  }

  /** Called when the last text of the stream goes out. */
  ended(ending: Ending | null): void {
    if (!this.#isReading) return;
    if (ending !== null && ending.kind !== 'complete') this.#fails(ending.error, this.#record.ttftMs !== null);
    else this.#record.ending = 'complete';
    this.#over();
  }

  /** Called when the reader has left. Has no effect if it had received everything. */
  left(): void {
    if (!this.#isReading) return;
    const record = this.#record;
    record.ending = 'left';
    if (record.status === 0) Object.assign(record, { status: 499, code: 'client_gone' });
    this.#over();
  }

  /** Called for a reader that resumes the stream. True if the first reader has left and the run goes on, so this record goes on too. */
  resumes(): boolean {
    if (!this.#isAwaitingRun || this.#record.ending !== 'left') return false;
    this.#isReading = true;
    return true;
  }

  /**
   * Called when the reply goes out in one piece. The Worker closes the record with the returned facts, because it may give a stale
   * answer instead of an error, or answer the caller by itself. If the run is not settled yet, as after a stop, the record is closed
   * here.
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
    const { facts, until, waits } = this.#links;
    this.#isReading = false;
    this.#record.totalMs = this.#sinceArrival();
    if (facts() !== undefined) this.#close();
    else if (!this.#isAwaitingRun) {
      this.#isAwaitingRun = true;
      waits(this.#record);
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
