/**
 * What one request holds in its tenant's ledger: one lease, and a further one for each attempt after one that may have been
 * billed. This drives core/ledger/holder.ts: it sends what that says and tells it what happens.
 */
import { beginHolding, type Holder, type HolderEvent, message, next, repeatAfterMs } from '../core/ledger/holder.ts';
import type { Ask, GrantReply, Report, ScopeAsk, Want } from '../core/ledger/messages.ts';
import { LONE_ADMIT_MS } from '../core/ledger/protocol.ts';
import type { Spent } from '../core/ledger/types.ts';
import { within } from '../core/within.ts';
import type { Deps } from '../ports.ts';
import type { Scope } from './scope.ts';

/** How long the ledger is asked before it counts as unreachable; well under what the grant is good for. */
const LONGEST_ASK_MS = 3_000;
/** One report's answer is waited for so long before it is sent again. */
const LONGEST_REPORT_MS = 5_000;
/** `waitUntil` ends 30 s after the response; what is not told by then is booked in full. */
const LONGEST_TELLING_MS = 25_000;

interface Lease {
  holder: Holder;
  spent: Spent;
  estimated: boolean;
}

export type Bill = Spent & { estimated: boolean };

type Links = Pick<Deps, 'ledger' | 'clock' | 'events' | 'newLeaseId'>;

export class Holding {
  readonly #tenant: string;
  readonly #scopes: readonly ScopeAsk[];
  readonly #runForMs: number;
  readonly #links: Links;
  readonly #leases: Lease[] = [];
  #isClosed = false;
  #isOver = () => {};

  /** Its life is handed to `waitUntil` here, before the ledger is asked: a client that leaves may drop the rest of the handler. */
  constructor(
    tenant: string,
    scopes: readonly ScopeAsk[],
    runForMs: number,
    links: Links,
    background: Scope['background'],
  ) {
    this.#tenant = tenant;
    this.#scopes = scopes;
    this.#runForMs = runForMs;
    this.#links = links;
    background(
      new Promise<void>((resolve) => {
        this.#isOver = resolve;
      }),
    );
  }

  /** Asks for a lease, again and again with the same id until an answer comes; undefined: the ledger cannot be reached. */
  async ask(wants: readonly Want[]): Promise<GrantReply | undefined> {
    // One that came too late would stand in the way of the next.
    if (this.#reports().length > 0) await this.#tellClosing();
    const { clock, ledger, newLeaseId } = this.#links;
    const askedAt = clock.now();
    const leaseId = newLeaseId(askedAt);
    const ask: Ask = { leaseId, scopes: this.#scopes, wants, admitForMs: LONE_ADMIT_MS, runForMs: this.#runForMs };
    const lease: Lease = { holder: beginHolding(ask, askedAt), spent: { microUsd: 0, tokens: 0 }, estimated: false };
    this.#leases.push(lease);
    for (let attempt = 1; ; attempt++) {
      const leftMs = askedAt + LONGEST_ASK_MS - clock.now();
      const reply = await this.#soon(ledger.grant(this.#tenant, ask), leftMs);
      if (typeof reply === 'object') {
        this.#tell(lease, { event: 'replied', reply, now: clock.now() });
        return reply;
      }
      const waitMs = repeatAfterMs(attempt);
      if (reply === 'overloaded' || clock.now() + waitMs >= askedAt + LONGEST_ASK_MS) return undefined;
      await this.#pause(waitMs);
      this.#tell(lease, { event: 'asked_again' });
    }
  }

  /** The ledger cannot be reached and the tenant's policy lets the request run: it is told afterwards. */
  runUngranted(): void {
    this.#tell(this.#last, { event: 'runs_ungranted' });
  }

  /** Just before a provider is called; false: what was granted is not good any more. */
  starts(): boolean {
    const now = this.#links.clock.now();
    this.#tell(this.#last, { event: 'starts', now });
    return this.#last.holder.state === 'running';
  }

  /** An attempt has been covered already: the request and its slot are counted. */
  get hasRun(): boolean {
    return this.#leases.some(({ holder }) => holder.state === 'running');
  }

  /** What the running attempt came to, or may have. Each lease covers one that may be billed. */
  book({ microUsd, tokens, estimated }: Bill): void {
    const { spent } = this.#last;
    this.#last.spent = { microUsd: spent.microUsd + microUsd, tokens: spent.tokens + tokens };
    if (estimated) this.#last.estimated = true;
  }

  /** All that the request was charged so far. */
  get spentMicroUsd(): number {
    let sum = 0;
    for (const { spent } of this.#leases) sum += spent.microUsd;
    return sum;
  }

  /** Nothing runs any more: what was not spent goes back. Its first call counts. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const lease of this.#leases) {
      const { spent, estimated } = lease;
      this.#tell(lease, { event: 'gave_up' });
      this.#tell(lease, { event: 'ended', spent, estimated });
    }
    void this.#report();
  }

  /** A fault of ours: what ran stays held and is booked in full when its time is over. */
  abandon(): void {
    if (this.hasRun) {
      this.#isClosed = true;
      this.#isOver();
    } else this.close();
  }

  get #last(): Lease {
    const lease = this.#leases[this.#leases.length - 1];
    if (lease === undefined) throw new Error('nothing was asked for');
    return lease;
  }

  #tell(lease: Lease, event: HolderEvent): void {
    lease.holder = next(lease.holder, event);
  }

  /** Sends every close until the ledger has it. */
  async #report(): Promise<void> {
    const { clock, events } = this.#links;
    const beganAt = clock.now();
    for (let attempt = 1; !(await this.#tellClosing()); attempt++) {
      const waitMs = repeatAfterMs(attempt);
      if (clock.now() + waitMs >= beganAt + LONGEST_TELLING_MS) {
        events({ event: 'settlement_failed', tenant: this.#tenant, leases: this.#reports().length });
        break;
      }
      await this.#pause(waitMs);
    }
    this.#isOver();
  }

  /** One call for all that are to be closed; true: none is left. */
  async #tellClosing(): Promise<boolean> {
    const reports = this.#reports();
    if (reports.length === 0) return true;
    const { ledger, events } = this.#links;
    const tenant = this.#tenant;
    const replies = await this.#soon(ledger.report(tenant, reports), LONGEST_REPORT_MS);
    if (typeof replies === 'string') return false;
    for (const reply of replies) if (reply !== 'applied') events({ event: 'settlement_odd', tenant, reply });
    for (const lease of this.#leases) this.#tell(lease, { event: 'acknowledged' });
    return true;
  }

  /** Those of leases that are over. */
  #reports(): Report[] {
    return this.#leases.flatMap(({ holder }) => {
      const said = message(holder);
      return said !== undefined && 'report' in said ? [said.report] : [];
    });
  }

  /** An object that says it is overloaded must not be asked again at once (Durable Objects, error handling). */
  async #soon<T extends object>(work: Promise<T>, ms: number): Promise<T | 'late' | 'failed' | 'overloaded'> {
    try {
      return await within(work, ms, this.#links.clock, 'late' as const);
    } catch (error) {
      return (error as { overloaded?: boolean } | null)?.overloaded === true ? 'overloaded' : 'failed';
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resume) => void this.#links.clock.after(ms, resume));
  }
}
