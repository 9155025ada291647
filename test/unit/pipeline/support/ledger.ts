import type { GrantReply, LeaseRequest, Report } from '../../../../worker/core/ledger/messages.ts';
import type { Limits, MoneyFigures, Scope } from '../../../../worker/core/ledger/types.ts';
import type { Ledger, LedgerAnswer, LedgerMessage } from '../../../../worker/ports.ts';
import { LedgerStore, type LedgerStub } from '../../../../worker/stores/ledger-store.ts';
import { LedgerInMemory } from '../../core/ledger/support/ledger-in-memory.ts';
import type { TestClock } from './clock.ts';

/**
 * What happens to a call: `lost`: it arrives, its reply does not; `gone`: it never arrives; `broken`: it arrives, then fails;
 * `late`: it fails at once and arrives five seconds later.
 */
export type Fate = 'answered' | 'lost' | 'gone' | 'broken' | 'late' | 'overloaded';

/** The real ledger over tables in memory, asked through the real store, over a connection that may fail. */
export class TestLedger implements Ledger {
  readonly book: LedgerInMemory;
  readonly asked: LeaseRequest[] = [];
  readonly reported: Report[] = [];
  /** When the first ask with an id arrived. */
  readonly firstHeardAt = new Map<string, number>();
  calls = 0;
  /** The fates of the next calls; afterwards `always`. */
  readonly fates: { grant: Fate[]; report: Fate[] } = { grant: [], report: [] };
  always: { grant: Fate; report: Fate } = { grant: 'answered', report: 'answered' };
  /** How long a call is on its way, and its answer. */
  latencyMs = 0;
  answerMs = 0;
  readonly #clock: TestClock;
  readonly stub: LedgerStub;
  readonly #store: LedgerStore;

  constructor(clock: TestClock) {
    this.#clock = clock;
    this.book = new LedgerInMemory(clock.now());
    this.stub = {
      grant: (ask) =>
        this.#call('grant', () => {
          return this.#grant(ask);
        }),
      report: (reports) =>
        this.#call('report', () => {
          this.reported.push(...reports);
          return this.book.report(...reports);
        }),
      reportAndGrant: (reports, ask) =>
        this.#call('grant', () => {
          this.reported.push(...reports);
          return { reports: this.book.report(...reports), grant: this.#grant(ask) };
        }),
      exchange: (reports, asks) =>
        this.#call('grant', () => {
          this.reported.push(...reports);
          return { reports: this.book.report(...reports), grants: asks.map((ask) => this.#grant(ask)) };
        }),
      usage: async () => [],
    };
    this.#store = this.ofIsolate();
  }

  usage: LedgerStore['usage'] = (tenant, scopes) => this.#store.usage(tenant, scopes);

  /** As one more isolate reaches it, which remembers for itself. */
  ofIsolate(): LedgerStore {
    return new LedgerStore(() => this.stub, this.#clock);
  }

  send(tenant: string, message: LedgerMessage): Promise<LedgerAnswer> {
    return this.#store.send(tenant, message);
  }

  /** Sets limits as an operator does. */
  limit(scope: Scope, limits: Partial<Limits>): void {
    this.book.setLimits(scope, limits);
  }

  /** This month's figures of a scope. */
  figures(scope: Scope = 'tenant'): MoneyFigures {
    this.book.clockMs = this.#clock.now();
    const month = new Date(this.#clock.now()).toISOString().slice(0, 7);
    return this.book.figures(scope, month);
  }

  #grant(ask: LeaseRequest): GrantReply {
    this.asked.push(ask);
    if (!this.firstHeardAt.has(ask.leaseId)) this.firstHeardAt.set(ask.leaseId, this.#clock.now());
    return this.book.grant(ask);
  }

  #arrive<T>(run: () => T): T {
    this.book.clockMs = this.#clock.now();
    return run();
  }

  async #wait(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resume) => void this.#clock.after(ms, resume));
  }

  async #call<T>(kind: 'grant' | 'report', run: () => T): Promise<T> {
    this.calls++;
    const fate = this.fates[kind].shift() ?? this.always[kind];
    if (fate === 'gone') return new Promise(() => {});
    if (fate === 'overloaded') throw Object.assign(new Error('overloaded'), { overloaded: true });
    if (fate === 'late') {
      this.#clock.after(5_000, () => this.#arrive(run));
      throw new Error('the connection broke');
    }
    await this.#wait(this.latencyMs);
    const answer = this.#arrive(run);
    await this.#wait(this.answerMs);
    if (fate === 'lost') return new Promise(() => {});
    if (fate === 'broken') throw new Error('the object was evicted');
    return answer;
  }
}
