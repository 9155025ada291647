import { DurableObject } from 'cloudflare:workers';
import type { Clock } from '../../core/clock.ts';
import { type Adjustment, type AdjustReply, adjust } from '../../core/ledger/book/adjust.ts';
import { beginTurn, loadBook, takeChanges } from '../../core/ledger/book/book.ts';
import { grant } from '../../core/ledger/book/grant.ts';
import { type LimitsReply, setLimits, setRevoked } from '../../core/ledger/book/limits.ts';
import { reportAll } from '../../core/ledger/book/report.ts';
import type { Crossing, HistoryEntry } from '../../core/ledger/book/rows.ts';
import type { Book, Ladder } from '../../core/ledger/book/state.ts';
import { type LimitInUse, usageOf } from '../../core/ledger/book/usage.ts';
import { type Configured, configuredFor, type LedgerView, type ViewRequest } from '../../core/ledger/book/view.ts';
import type {
  GrantReply,
  LeaseRequest,
  LedgerReplies,
  Report,
  ReportReply,
  ScopeAsk,
} from '../../core/ledger/messages.ts';
import type { Limits, Scope } from '../../core/ledger/types.ts';
import { LedgerOutbox } from './outbox.ts';
import { LeasePages } from './pages.ts';
import { isOneStatement, readHistory, readMark, readScope, SWEEP_START, saveChanges } from './rows.ts';
import { prepareTables } from './schema.ts';
import { viewPage } from './view-page.ts';

/** What a ledger needs from outside. */
export interface TenantLedgerDeps {
  clock: Pick<Clock, 'now'>;
  ladderOf(tenant: string): Ladder;
  /** What config says about scopes that no ask has named yet. */
  configuredOf(tenant: string): Configured;
  /** Hands crossings to `Alerts`. Rejects if that object cannot be reached. */
  takeCrossings(tenant: string, crossings: readonly Crossing[]): Promise<unknown>;
}

/**
 * Rates and budgets of one tenant (docs/ledger.md). Every rule is in core/ledger/. This class loads, decides and saves. A turn
 * never awaits, so nothing comes between reading and writing, and the reply waits until what was written is durable (ledger rule
 * 1). The alarm is set only while alerts are not handed over.
 */
export class TenantLedger<Env = unknown> extends DurableObject<Env> {
  /** A cache of the rows. Undefined if the next call must read them. */
  #memory: { book: Book; pages: LeasePages } | undefined;
  #sweptTo = SWEEP_START;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #ladder: Ladder;
  readonly #configured: Configured;
  readonly #outbox: LedgerOutbox;

  constructor(state: DurableObjectState, env: Env, deps: TenantLedgerDeps) {
    super(state, env);
    prepareTables(state.storage);
    const tenant = state.id.name;
    if (tenant === undefined)
      throw new Error('a TenantLedger is reached by its tenant’s name (idFromName), not by an id alone');
    this.#clock = deps.clock;
    this.#ladder = deps.ladderOf(tenant);
    this.#configured = deps.configuredOf(tenant);
    this.#outbox = new LedgerOutbox(state.storage, (crossings) => deps.takeCrossings(tenant, crossings));
  }

  grant(ask: LeaseRequest): GrantReply {
    return this.#turn((book, now) => grant(book, ask, now));
  }

  report(reports: readonly Report[]): ReportReply[] {
    return this.#turn((book, now) => reportAll(book, reports, now));
  }

  /** Takes reports and an ask in one call. Reports are applied first, so that what they free can be granted. */
  reportAndGrant(reports: readonly Report[], ask: LeaseRequest): { reports: ReportReply[]; grant: GrantReply } {
    return this.#turn((book, now) => ({ reports: reportAll(book, reports, now), grant: grant(book, ask, now) }));
  }

  /** One call, and one transaction, for all messages that gathered in an isolate. Each ask is judged by itself, in order. */
  exchange(reports: readonly Report[], asks: readonly LeaseRequest[]): LedgerReplies {
    return this.#turn((book, now) => ({
      reports: reportAll(book, reports, now),
      grants: asks.map((ask) => grant(book, ask, now)),
    }));
  }

  /** Sets limits over those in config, field by field. Null brings back the limit in config. */
  setLimits(scope: Scope, limits: Partial<Limits>, who: string): LimitsReply {
    return this.#turn((book, now) => setLimits(book, scope, limits, who, now));
  }

  revoke(scope: Scope, who: string, revoked = true): LimitsReply {
    return this.#turn((book, now) => setRevoked(book, scope, revoked, who, now));
  }

  /** Adds to the spent amount, or sets it to zero (`deltaMicroUsd: null`). */
  adjust(adjustment: Adjustment): AdjustReply {
    return this.#turn((book, now) => adjust(book, adjustment, now));
  }

  /** Every limit in force for these scopes, for the caller that they count for. */
  usage(scopes: readonly ScopeAsk[]): LimitInUse[] {
    return this.#turn((book, now) => usageOf(book, scopes, now));
  }

  view(request: ViewRequest = {}): LedgerView {
    return this.#turn((book, now, pages) => viewPage(book, pages, this.ctx.storage.sql, request, now));
  }

  /** Every change of a limit and every correction, newest first. `before` is the number of the last one seen. */
  history(before = Number.MAX_SAFE_INTEGER, most = 200): (HistoryEntry & { number: number })[] {
    return readHistory(this.ctx.storage.sql, before, most);
  }

  override async alarm(): Promise<void> {
    this.ctx.waitUntil(this.#outbox.again(this.#clock.now()));
  }

  #load() {
    const { sql } = this.ctx.storage;
    const configured = (scope: Scope) => configuredFor(scope, this.#configured);
    const pages = new LeasePages(sql);
    const loaded = { mark: readMark(sql), leases: [...pages.all()] };
    return { pages, book: loadBook(loaded, (scope) => readScope(sql, scope), this.#ladder, configured) };
  }

  // Synchronous from loading to saving. If anything throws, the memory is forgotten together with what could not be saved.
  #turn<Reply>(decide: (book: Book, now: number, pages: LeasePages) => Reply): Reply {
    const { storage } = this.ctx;
    const memory = this.#memory ?? this.#load();
    const { book, pages } = memory;
    this.#memory = undefined;
    const clockMs = this.#clock.now();
    const reply = decide(book, beginTurn(book, clockMs), pages);
    const changes = takeChanges(book);
    if (changes !== undefined) {
      const save = () => {
        this.#sweptTo = saveChanges(storage.sql, pages, changes, this.#sweptTo);
      };
      if (isOneStatement(changes)) save();
      else storage.transactionSync(save);
      if (changes.crossings.length > 0) this.ctx.waitUntil(this.#outbox.noted(clockMs));
    }
    this.#memory = memory;
    return reply;
  }
}
