/**
 * The calls of one isolate to the ledger of one tenant. A message that finds no call under way is sent at once. While a call is
 * under way messages gather, and the next call takes them together: one of the waiting messages leads, the others follow.
 *
 * Each message comes from a different request, and one request cannot use the I/O of another. So requests share only plain data and
 * promises. Each sets its own timers, and makes the call itself when it leads. The runtime may end a leading request without notice.
 * Its followers then fail within `LONGEST_FOLLOW_MS`, and send their messages again by themselves.
 */
import { keepShape } from '../../protocol/kept-shapes.ts';
import type { GrantReply, LeaseRequest, LedgerReplies, Report, ReportReply } from '../core/ledger/messages.ts';
import { MOST_ASKS, MOST_REPORTS } from '../core/ledger/protocol.ts';
import { within } from '../core/within.ts';
import type { Clock, LedgerAnswer, LedgerMessage } from '../ports.ts';

/** No message waits for a call that is older than this, so a distant ledger delays no message longer. */
const LONGEST_WAIT_MS = 10;
/**
 * How long a follower waits for the call that carries its message. It is long enough not to ask a slow object twice, and short enough
 * to leave time for another call after the leader has died.
 */
const LONGEST_FOLLOW_MS = 2_000;
/** After a call with several messages has failed, each message is sent by itself for this long. */
const ALONE_FOR_MS = 10_000;

/** Makes one call to the object. */
export type Call = (reports: readonly Report[], asks: readonly LeaseRequest[]) => Promise<LedgerReplies>;

/** The result of a call for a message that it carried. */
type Ending = { kind: 'answered'; answer: LedgerAnswer } | { kind: 'failed'; error: unknown };

/** A message that waits for a call to end. It is then woken and leads the next call, unless another call has already taken it. */
class Waiting {
  readonly message: LedgerMessage;
  /** True if a call has taken the message. */
  isTaken = false;
  /** The result of that call. */
  ending: Ending | undefined = undefined;
  #wake: () => void = () => {};

  constructor(message: LedgerMessage) {
    this.message = message;
    keepShape('waiting message', this);
  }

  /**
   * Waits until the message is woken, but no longer than `ms`. The waiting request makes both promises. The runtime lets another request
   * resolve the first one, and continues in the request that made it, unless that has ended. The first one is not made by `new Promise`,
   * because its compiled code forgets to which request it belongs (docs/decisions/0076-promises-that-another-request-resolves.md).
   */
  asleep(ms: number, clock: Clock): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    return within(promise, ms, clock, undefined);
  }

  wake(): void {
    this.#wake();
  }

  end(ending: Ending): void {
    this.ending = ending;
    this.#wake();
  }
}

/** The calls of one isolate to one tenant's ledger. */
export class LedgerCalls {
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #calls = 0;
  /** When the newest call began. Undefined once it has returned. */
  #underWaySince: number | undefined;
  #aloneUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends a message. Rejects if the call that carries it fails or takes too long. Then it is unknown whether the message arrived. */
  async send(message: LedgerMessage, call: Call): Promise<LedgerAnswer> {
    const now = this.#clock.now();
    const { isAlone, longestMs } = message;
    if (isAlone === true || now < this.#aloneUntil)
      return this.#inTime(sendTogether([message], call).then(first), longestMs);
    const waitMs = this.#underWaySince === undefined ? 0 : this.#underWaySince + LONGEST_WAIT_MS - now;
    if (waitMs > 0) {
      const waiting = new Waiting(message);
      this.#waiting.push(waiting);
      await waiting.asleep(waitMs, this.#clock);
      if (waiting.isTaken) return this.#follow(waiting);
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    }
    return this.#inTime(this.#lead(message, call), longestMs);
  }

  /** Waits for the result of another request's call. It has only one timer at a time, because a crowd of requests sets thousands. */
  async #follow(waiting: Waiting): Promise<LedgerAnswer> {
    if (waiting.ending === undefined) await waiting.asleep(LONGEST_FOLLOW_MS, this.#clock);
    const { ending } = waiting;
    if (ending?.kind === 'answered') return ending.answer;
    if (ending === undefined) this.#aloneUntil = this.#clock.now() + ALONE_FOR_MS;
    throw ending?.error ?? new Error('the call that took this message along did not come back');
  }

  async #inTime(work: Promise<LedgerAnswer>, ms: number): Promise<LedgerAnswer> {
    const answer = await within(work, ms, this.#clock, undefined);
    if (answer === undefined) throw new Error(`the ledger did not answer within ${ms} ms`);
    return answer;
  }

  async #lead(message: LedgerMessage, call: Call): Promise<LedgerAnswer> {
    const followers = this.#take(message);
    const number = ++this.#calls;
    this.#underWaySince = this.#clock.now();
    try {
      const answers = await sendTogether([message, ...followers.map((one) => one.message)], call);
      followers.forEach((follower, index) => {
        follower.end({ kind: 'answered', answer: answers[index + 1] as LedgerAnswer });
      });
      return first(answers);
    } catch (error) {
      if (followers.length > 0) this.#aloneUntil = this.#clock.now() + ALONE_FOR_MS;
      for (const follower of followers) follower.end({ kind: 'failed', error });
      throw error;
    } finally {
      // A newer call, which did not wait for this one, wakes the next leader itself.
      if (number === this.#calls) {
        this.#underWaySince = undefined;
        this.#waiting[0]?.wake();
      }
    }
  }

  /** Takes the waiting messages that fit into one call with the leader's message, oldest first. */
  #take({ ask, reports }: LedgerMessage): Waiting[] {
    let asks = ask === undefined ? 0 : 1;
    let reported = reports.length;
    const taken: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const { message } = waiting;
      const more = message.ask === undefined ? 0 : 1;
      if (asks + more > MOST_ASKS || reported + message.reports.length > MOST_REPORTS) continue;
      asks += more;
      reported += message.reports.length;
      waiting.isTaken = true;
      taken.push(waiting);
    }
    if (taken.length > 0) this.#waiting = this.#waiting.filter(({ isTaken }) => !isTaken);
    return taken;
  }
}

/** Makes one call for all these messages. Returns their answers in the same order. */
async function sendTogether(messages: readonly LedgerMessage[], call: Call): Promise<LedgerAnswer[]> {
  const asks = messages.flatMap(({ ask }) => (ask === undefined ? [] : [ask]));
  const exchanged = await call(
    messages.flatMap((message) => message.reports),
    asks,
  );
  keepShape('ledger answer', exchanged);
  const { reports, grants } = exchanged;
  const [nextReport, nextGrant] = [inOrder<ReportReply>(reports), inOrder<GrantReply>(grants)];
  return messages.map((message) => ({
    reports: message.reports.map(nextReport),
    grant: message.ask === undefined ? undefined : nextGrant(),
  }));
}

function inOrder<Reply>(replies: readonly Reply[]): () => Reply {
  let next = 0;
  return () => {
    const reply = replies[next++];
    if (reply === undefined) throw new Error('the ledger gave fewer replies than it was asked for');
    return reply;
  };
}

const first = ([answer]: readonly LedgerAnswer[]): LedgerAnswer => answer as LedgerAnswer;
