/** What an `AnswerStream` runs or keeps. It is in memory, or after a restart in rows, until it is forgotten. */
import { chunksOfCompletion } from '../../../protocol/chunks-of-completion.ts';
import type { KeyedOpen } from '../../core/answers/stream/messages.ts';
import type { KnownAnswer, StreamError } from '../../core/answers/stream/open.ts';
import {
  type AnswerRecord,
  afterRestart,
  beginRecord,
  mayRunAgain,
  withLease,
  withStartedLease,
} from '../../core/answers/stream/record.ts';
import type { ClosedRecord, RecordRole } from '../../core/slo/record.ts';
import { factsOfHead, joinedFacts } from '../../core/slo/run-facts.ts';
import type { AnswerRuns, Background } from '../../ports.ts';
import { CallerRecord } from '../answers/caller-record.ts';
import { TakenRecords } from '../answers/taken-records.ts';
import { KeyedRun } from './keyed-run.ts';
import { AnswerLog } from './log.ts';
import { AnswerRows } from './rows.ts';

/** An answer that is running or kept. */
export interface Kept {
  record: AnswerRecord;
  readonly log: AnswerLog;
  /** Undefined if the object has restarted since the run. */
  readonly run: KeyedRun | undefined;
  /** True if a caller's Worker has been told to cache the answer, or if none should. */
  hasKeeper: boolean;
  /** The record of the request that started the run, if it has one. */
  starter?: CallerRecord | undefined;
}

const DIED: StreamError = {
  code: 'stream_interrupted',
  detail: 'The router was restarted while this answer was being written. Ask again with a new idempotency-key.',
};

/** The one answer of an object, or none. */
export class KeptAnswer {
  readonly taken = new TakenRecords();
  readonly #rows: AnswerRows;
  readonly #runs: AnswerRuns;
  readonly #background: Background;
  #kept: Kept | undefined;

  constructor(storage: DurableObjectStorage, runs: AnswerRuns, background: Background) {
    this.#rows = new AnswerRows(storage);
    this.#runs = runs;
    this.#background = background;
  }

  /** The answer. Undefined if there is none, or if its time is over. */
  find(): Kept | undefined {
    const now = this.#runs.clock.now();
    this.#kept ??= this.#wake(now);
    const kept = this.#kept;
    if (kept === undefined || !mayRunAgain(kept.record, kept.log.ending, now)) return kept;
    this.#background(this.forget());
    return undefined;
  }

  /** What decisions about a request depend on. */
  known(lastEventId: string | null): KnownAnswer | undefined {
    const kept = this.find();
    if (kept === undefined) return undefined;
    const { record, log } = kept;
    const lastId = lastEventId === null ? log.lastId : shownLastId(log);
    return { record, died: log.ending?.kind === 'died', ended: log.ending !== null, lastId };
  }

  /** Starts a run. This must happen in the same synchronous turn in which no answer was found. */
  begin(message: KeyedOpen): Kept {
    const log = new AnswerLog(this.#rows, this.#runs.clock);
    const run = new KeyedRun(log, this.#runs);
    const record = beginRecord(message, this.#runs.clock.now());
    const kept: Kept = { record, log, run, hasKeeper: !message.caches };
    this.#kept = kept;
    const note = (change: typeof withLease) => (leaseId: string) => {
      kept.record = change(kept.record, leaseId);
      if (this.#kept === kept) this.save(kept);
    };
    const hooks = { background: this.#background, onAsk: note(withLease), onStart: note(withStartedLease) };
    this.#background(run.drive(message.job, hooks).then(() => this.#ended(kept)));
    return kept;
  }

  /** The record that a reader fills: its own, or that of the request whose stream it resumes. */
  recordFor(kept: Kept, opened: ClosedRecord | undefined, role: RecordRole): CallerRecord | undefined {
    const { log, run, starter } = kept;
    if (opened === undefined) return starter?.resumes() ? starter : undefined;
    if (!this.taken.take(opened.requestId)) return undefined;
    const record = new CallerRecord(opened, {
      clock: this.#runs.clock,
      role: () => role,
      facts: () => (role === 'started' ? run?.facts : joinedFacts(run?.facts ?? factsOfHead(log.head ?? {}))),
      until: (isSo) => log.until(isSo),
      waits: (waiting) => this.#runs.waits(waiting),
      close: (closed) => this.#runs.close(closed, this.#background),
      giveBack: () => this.taken.giveBack(opened.requestId),
    });
    if (role === 'started') kept.starter = record;
    return record;
  }

  save({ record }: Kept): void {
    this.#rows.save(record);
  }

  /** Deletes the answer. Afterwards the object is as if it had never been used. */
  async forget(): Promise<void> {
    this.#kept = undefined;
    await this.#rows.forget();
  }

  /** An answer that failed before any content is forgotten at once, so that the key may run again. */
  async #ended(kept: Kept): Promise<void> {
    if (this.#kept === kept && kept.log.ending?.kind === 'failed') await this.forget();
  }

  /** Reads what was stored before the object restarted. */
  #wake(now: number): Kept | undefined {
    const { clock, wire, settleLeases } = this.#runs;
    const loaded = this.#rows.load();
    if (loaded === undefined) return undefined;
    const { record, log: stored } = loaded;
    const found = afterRestart(record, stored.ending, now);
    if (stored.ending === null) this.#background(settleLeases(record.owner.tenant, record.leases));
    if (found === 'forget') {
      this.#background(this.forget());
      return undefined;
    }
    const log = new AnswerLog(this.#rows, clock, stored);
    if (found === 'died') log.end({ kind: 'died', error: wire(DIED) });
    return { record, log, run: undefined, hasKeeper: true };
  }
}

/** The last id that readers see. A completion is shown as chunks with ids of their own. */
function shownLastId(log: AnswerLog): number {
  const [first] = log.read(0);
  return first?.kind === 'completion' ? chunksOfCompletion(first.data).length : log.lastId;
}
