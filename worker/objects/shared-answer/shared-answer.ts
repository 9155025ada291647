import { DurableObject } from 'cloudflare:workers';
import { parseJson } from '../../../protocol/written-number.ts';
import type { SharedOpen, TookMessage } from '../../core/answers/stream/messages.ts';
import { openedRecord } from '../../core/slo/opened.ts';
import { factsOfHead, joinedFacts } from '../../core/slo/run-facts.ts';
import type { AnswerRuns } from '../../ports.ts';
import { CallerRecord } from '../answers/caller-record.ts';
import { completionReply, notFoundReply } from '../answers/reply.ts';
import { serve } from '../answers/serve.ts';
import { TakenRecords } from '../answers/taken-records.ts';
import { SharedRun } from './shared-run.ts';

/**
 * One answer for all callers that ask an equal question at the same time. The object is named by the answer key (docs/contract.md
 * "Shared questions"). It lives only in memory, and no caller can come back to it. So if the object dies, each Worker asks on its own,
 * and the lease of the lost run is booked in full, like that of an isolate that dies (docs/decisions/0052-shared-answers.md). No
 * `await` stands between looking for a run and starting one.
 */
export class SharedAnswer extends DurableObject<unknown> {
  readonly #runs: AnswerRuns;
  readonly #taken = new TakenRecords();
  #run: SharedRun | undefined;

  constructor(state: DurableObjectState, env: unknown, runs: AnswerRuns) {
    super(state, env);
    this.#runs = runs;
  }

  /** Carries out one call (messages.ts). It takes a Request, because its signal fires when a caller leaves while it waits. */
  override async fetch(request: Request): Promise<Response> {
    const message: unknown = parseJson(await request.text());
    switch (new URL(request.url).pathname) {
      case '/open':
        return this.#open(message as SharedOpen, request.signal);
      case '/whole':
        return this.#whole();
      case '/took':
        return this.#taken.reply(message as TookMessage);
      default:
        return notFoundReply();
    }
  }

  #open(message: SharedOpen, signal: AbortSignal): Promise<Response> {
    const { wish, alias, job } = message;
    const known = this.#run;
    const isJoined = known !== undefined && !known.isOver(job);
    const run = isJoined ? known : new SharedRun(alias, this.#runs, (work) => this.ctx.waitUntil(work));
    const seat = run.sit(job);
    if (!isJoined) {
      this.#run = run;
      this.ctx.waitUntil(run.drive());
    }
    const { log } = run;
    const isReplay = log.ending !== null;
    const role = () => (isReplay ? 'replayed' : seat.hasAsked ? 'started' : 'attached');
    const opened = openedRecord(message, this.#runs.clock.now());
    const joined = () => joinedFacts(run.facts ?? factsOfHead(log.head ?? {}));
    const isMine = opened !== undefined && this.#taken.take(opened.requestId);
    const record = isMine
      ? new CallerRecord(opened, {
          ...{ clock: this.#runs.clock, role, until: (isSo) => log.changes.until(isSo) },
          facts: () => (seat.hasAsked ? seat.facts : joined()),
          waits: (waiting) => this.#runs.waits(waiting),
          close: (closed) => this.#runs.close(closed, (work) => this.ctx.waitUntil(work)),
          giveBack: () => this.#taken.giveBack(opened.requestId),
        })
      : undefined;
    const reader = log.reader(wish.stream, () => record?.left());
    return serve({
      ...{ log: reader, wish, alias, afterId: 0, signal, clock: this.#runs.clock, streamId: '' },
      // For a caller that comes after the answer is complete, it is a hit with an age.
      head: () => (isReplay ? log.head && { ...log.head, cache: 'hit', storedAt: log.endedAt } : log.head),
      refused: () => seat.refused,
      ...{ role, record },
      madeFor: () => (seat.hasAsked ? 'own' : 'other'),
      keeps() {
        const keeps = !isReplay && !run.hasKeeper;
        run.hasKeeper ||= keeps;
        return keeps;
      },
      notWhole: () => 'alone',
      onLeave() {
        reader.close();
        run.leave(seat);
      },
    });
  }

  /** Gives the complete answer to the Worker that caches it. That Worker does not count as a reader, so a run never goes on just for it. */
  async #whole(): Promise<Response> {
    const run = this.#run;
    if (run === undefined) return notFoundReply();
    const { log, alias } = run;
    await log.changes.until(() => log.ending !== null);
    const text = log.completion;
    if (text === undefined) return notFoundReply();
    return completionReply(text, { seesProvider: true }, alias, { role: 'attached', head: log.head ?? {} });
  }
}
