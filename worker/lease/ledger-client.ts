/** How one request speaks with its tenant's ledger: what is lost is said again, and no answer is waited for without end. */
import { repeatAfterMs } from '../core/ledger/lease/holder.ts';
import type { GrantReply, LeaseRequest, Report, ReportReply } from '../core/ledger/messages.ts';
import { within } from '../core/within.ts';
import type { Deps } from '../ports.ts';

/** How long the ledger is asked before it counts as unreachable; well under what the grant is good for. */
export const LONGEST_ASK_MS = 3_000;
/** One report's answer is waited for so long before it is sent again. */
export const LONGEST_REPORT_MS = 5_000;
/** `waitUntil` ends 30 s after the response; what is not told by then is booked in full. */
const LONGEST_TELLING_MS = 25_000;

export type Links = Pick<Deps, 'ledger' | 'clock' | 'events' | 'newLeaseId' | 'slices'>;

/** What came of an ask. `reply` is undefined where the ledger cannot be reached; `isTold`: it has the reports that came along. */
export interface Asked {
  reply: GrantReply | undefined;
  isTold: boolean;
}

export class LedgerClient {
  readonly #tenant: string;
  readonly #links: Links;

  constructor(tenant: string, links: Links) {
    this.#tenant = tenant;
    this.#links = links;
  }

  get now(): number {
    return this.#links.clock.now();
  }

  /** Again and again with the same id until an answer comes. `reports` travel along; `again` is told of each repetition. */
  async ask(ask: LeaseRequest, reports: readonly Report[], again: () => void): Promise<Asked> {
    const until = this.now + LONGEST_ASK_MS;
    for (let attempt = 1; ; attempt++) {
      const reply = await this.#soon(this.#call(ask, reports), until - this.now);
      if (typeof reply === 'object') return { reply, isTold: true };
      const waitMs = repeatAfterMs(attempt);
      if (reply === 'overloaded' || this.now + waitMs >= until) return { reply: undefined, isTold: false };
      await this.pause(waitMs);
      again();
    }
  }

  /** One call; false: nobody knows whether it has come. */
  async report(reports: readonly Report[]): Promise<boolean> {
    const replies = await this.#soon(this.#links.ledger.report(this.#tenant, reports), LONGEST_REPORT_MS);
    if (typeof replies === 'string') return false;
    this.#note(replies);
    return true;
  }

  /** Until `step` says true, for so long; then an event. `open`: leases that it is about. */
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
    return new Promise((resume) => void this.#links.clock.after(ms, resume));
  }

  async #call(ask: LeaseRequest, reports: readonly Report[]): Promise<GrantReply> {
    const { ledger } = this.#links;
    if (reports.length === 0) return ledger.grant(this.#tenant, ask);
    const both = await ledger.reportAndGrant(this.#tenant, reports, ask);
    this.#note(both.reports);
    return both.grant;
  }

  #note(replies: readonly ReportReply[]): void {
    const { events } = this.#links;
    for (const reply of replies)
      if (reply !== 'applied') events({ event: 'settlement_odd', tenant: this.#tenant, reply });
  }

  /** An object that says it is overloaded must not be asked again at once (Durable Objects, error handling). */
  async #soon<T extends object>(work: Promise<T>, ms: number): Promise<T | 'late' | 'failed' | 'overloaded'> {
    try {
      return await within(work, ms, this.#links.clock, 'late' as const);
    } catch (error) {
      return (error as { overloaded?: boolean } | null)?.overloaded === true ? 'overloaded' : 'failed';
    }
  }
}
