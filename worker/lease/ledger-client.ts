/** One request's calls to its tenant's ledger. A lost message is sent again, and each wait for a reply has an end. */
import { repeatAfterMs } from '../core/ledger/lease/holder.ts';
import type { GrantReply, LeaseRequest, Report, ReportReply } from '../core/ledger/messages.ts';
import { pause } from '../core/within.ts';
import type { Deps, LedgerAnswer, LedgerMessage } from '../ports.ts';

/** How long the ledger is asked before it counts as unreachable: well under the time for which a grant is good. */
export const LONGEST_ASK_MS = 3_000;
/** How long to wait for the reply to a report before sending the report again. */
export const LONGEST_REPORT_MS = 5_000;
/** How long a report is repeated. `waitUntil` ends 30 s after the response, and what is not reported by then is booked in full. */
const LONGEST_TELLING_MS = 25_000;

/** The ports that a lease needs. */
export type LeasePorts = Pick<Deps, 'ledger' | 'clock' | 'events' | 'newId' | 'slices'>;

/** The result of an ask. */
export interface AskOutcome {
  /** Undefined if the ledger cannot be reached. */
  reply: GrantReply | undefined;
  /** True if the ledger has the reports that travelled with the ask. */
  isTold: boolean;
}

/** Makes the calls of one request. */
export class LedgerClient {
  readonly #tenant: string;
  readonly #links: LeasePorts;
  readonly #isAlone: boolean;

  /** With `isAlone`, its calls are never made together with those of other requests. */
  constructor(tenant: string, links: LeasePorts, isAlone: boolean) {
    this.#tenant = tenant;
    this.#links = links;
    this.#isAlone = isAlone;
  }

  get now(): number {
    return this.#links.clock.now();
  }

  /** Asks with the same id until a reply comes. `reports` travel along, and `again` is called before each repetition. */
  async ask(ask: LeaseRequest, reports: readonly Report[], again: () => void): Promise<AskOutcome> {
    const until = this.now + LONGEST_ASK_MS;
    for (let attempt = 1; ; attempt++) {
      const isAlone = this.#isAlone || attempt > 1;
      const answer = await this.#send({ ask, reports, isAlone, longestMs: until - this.now });
      if (typeof answer === 'object') {
        this.#note(answer.reports);
        return { reply: answer.grant, isTold: true };
      }
      const waitMs = repeatAfterMs(attempt);
      if (answer === 'overloaded' || this.now + waitMs >= until) return { reply: undefined, isTold: false };
      await this.pause(waitMs);
      again();
    }
  }

  /** Sends reports in one call. Returns false if it is unknown whether they arrived. */
  async report(reports: readonly Report[]): Promise<boolean> {
    const answer = await this.#send({ reports, isAlone: this.#isAlone, longestMs: LONGEST_REPORT_MS });
    if (typeof answer === 'string') return false;
    this.#note(answer.reports);
    return true;
  }

  /** Repeats `step` until it returns true, for at most `forMs`. If it never does, an event counts the leases that are still `open`. */
  async repeat(step: () => Promise<boolean>, open: () => number, forMs = LONGEST_TELLING_MS): Promise<void> {
    const { events } = this.#links;
    const beganAt = this.now;
    for (let attempt = 1; !(await step()); attempt++) {
      const waitMs = repeatAfterMs(attempt);
      if (this.now + waitMs >= beganAt + forMs) {
        events({ event: 'settlement_failed', tenant: this.#tenant, leases: open() });
        return;
      }
      await this.pause(waitMs);
    }
  }

  pause(ms: number): Promise<void> {
    return pause(ms, this.#links.clock);
  }

  #note(replies: readonly ReportReply[]): void {
    const { events } = this.#links;
    for (const reply of replies)
      if (reply !== 'applied') events({ event: 'settlement_odd', tenant: this.#tenant, reply });
  }

  /** An object that says it is overloaded must not be asked again at once (Durable Objects, error handling). */
  async #send(message: LedgerMessage): Promise<LedgerAnswer | 'failed' | 'overloaded'> {
    try {
      return await this.#links.ledger.send(this.#tenant, message);
    } catch (error) {
      return (error as { overloaded?: boolean } | null)?.overloaded === true ? 'overloaded' : 'failed';
    }
  }
}
