/**
 * The calls of one isolate to the ledger of one tenant. A message that finds no call under way is sent at once. While a call is
 * under way messages gather, and the next call takes them together: one of those that wait leads, the others follow.
 *
 * Each message is of another request, and I/O of one request cannot be used by another. So they share plain data and promises
 * alone: each sets its own timers, and makes the call itself when it leads. A leader may die without a word. Its followers
 * then fail within `LONGEST_FOLLOW_MS`, and send their messages again by themselves.
 */
import { keepShape } from '../../protocol/kept-shapes.ts';
import type { Exchanged, GrantReply, LeaseRequest, Report, ReportReply } from '../core/ledger/messages.ts';
import { MOST_ASKS, MOST_REPORTS } from '../core/ledger/protocol.ts';
import { within } from '../core/within.ts';
import type { Clock, LedgerAnswer, LedgerMessage } from '../ports.ts';

/** No message waits for a call that is older than this, so a ledger far away delays none by more. */
const LONGEST_WAIT_MS = 10;
/** How long a follower waits for the call that took its message along: a slow object must not be asked twice; a dead leader must leave time to ask. */
const LONGEST_FOLLOW_MS = 2_000;
/** After a call of several messages failed, each is sent by itself for this long. */
const ALONE_FOR_MS = 10_000;

/** Makes one call of the object. */
export type Call = (reports: readonly Report[], asks: readonly LeaseRequest[]) => Promise<Exchanged>;

/** What a call came to for a message that it took along. */
type Ending = { kind: 'answered'; answer: LedgerAnswer } | { kind: 'failed'; error: unknown };

/** A message that waits for a call: to be woken and lead the next one, unless another call has taken it along by then. */
class Waiting {
  readonly message: LedgerMessage;
  /** A call has taken it along. */
  isTaken = false;
  /** What that call came to. */
  ending: Ending | undefined = undefined;
  #wake: () => void = () => {};

  constructor(message: LedgerMessage) {
    this.message = message;
    keepShape('waiting message', this);
  }

  /**
   * Until it is woken, but no longer than this. Both promises are made by the request that waits: the runtime lets another request
   * resolve the first, and continues where it was made, but not if that request has ended. That one is not made by `new Promise`,
   * whose compiled code forgets to which request it belongs (docs/decisions/0076-promises-that-another-request-resolves.md).
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
  /** When the newest call began; undefined once it has come back. */
  #underWaySince: number | undefined;
  #aloneUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects where the call fails that carried the message, or takes too long, and nobody knows whether it arrived. */
  async send(message: LedgerMessage, call: Call): Promise<LedgerAnswer> {
    const now = this.#clock.now();
    const { isAlone, longestMs } = message;
    if (isAlone === true || now < this.#aloneUntil)
      return this.#inTime(carried([message], call).then(first), longestMs);
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

  /** It has one timer at a time, because a crowd sets thousands. */
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
      const answers = await carried([message, ...followers.map((one) => one.message)], call);
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

  /** Takes along what fits into one call beside the leader's message, in the order in which it came. */
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

/** One call for all of these; their answers in the same order. */
async function carried(messages: readonly LedgerMessage[], call: Call): Promise<LedgerAnswer[]> {
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
