/** Hands the contents of the book's outbox to other objects. */
import type { Notice } from '../../core/alerts/notice.ts';
import type { Clock } from '../../core/clock.ts';
import type { PolicyOrder } from '../../core/slo/policy/policy.ts';
import { within } from '../../core/within.ts';
import type { BookTurns } from './book-turns.ts';
import type { Outbox, Outgoing } from './outbox.ts';

/** Calls of the objects that take the outbox's contents. Each call may be repeated. */
export interface OutboxReceivers {
  clock: Clock;
  notify(notices: readonly Notice[]): Promise<unknown>;
  carryOut(order: PolicyOrder): Promise<unknown>;
}

const MOST_AT_ONCE = 50;
const LONGEST_CALL_MS = 10_000;
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [1_000, 60_000];

/** Empties the outbox. There is one for each life of the book. */
export class OutboxSender {
  readonly #turns: BookTurns;
  readonly #receivers: OutboxReceivers;
  #failures = 0;

  constructor(turns: BookTurns, receivers: OutboxReceivers) {
    this.#turns = turns;
    this.#receivers = receivers;
  }

  /** Hands on everything that waits. Returns when to try again, by the clock, or null if everything was taken. */
  async sendAll(): Promise<number | null> {
    const { notify, carryOut, clock } = this.#receivers;
    const isTold = await this.#each('notice', MOST_AT_ONCE, (notices) => notify(notices));
    const isDone = await this.#each('order', 1, async ([order]) => order && carryOut(order));
    if (isTold && isDone) {
      this.#failures = 0;
      return null;
    }
    return clock.now() + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
  }

  /** Hands on everything of one kind, in order. False if a call failed. */
  async #each<Kind extends Parameters<Outbox['first']>[0]>(
    kind: Kind,
    most: number,
    hand: (bodies: Outgoing<Kind>['body'][]) => Promise<unknown>,
  ): Promise<boolean> {
    for (;;) {
      const waiting = this.#turns.take(({ watch }) => watch.outbox.first(kind, most));
      if (waiting.length === 0) return true;
      const handed = hand(waiting.map(({ body }) => body)).then(
        () => true,
        () => false,
      );
      if (!(await within(handed, LONGEST_CALL_MS, this.#receivers.clock, false))) return false;
      this.#turns.take(({ watch }) => watch.outbox.forget(waiting));
    }
  }
}
