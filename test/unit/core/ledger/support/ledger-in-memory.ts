import { accountFigures, accountOf, storedOf } from '../../../../../worker/core/ledger/book/account.ts';
import { type Adjustment, type AdjustReply, adjust } from '../../../../../worker/core/ledger/book/adjust.ts';
import { beginTurn, loadBook, takeChanges } from '../../../../../worker/core/ledger/book/book.ts';
import { fold } from '../../../../../worker/core/ledger/book/fold.ts';
import { grant } from '../../../../../worker/core/ledger/book/grant.ts';
import { NO_LADDER } from '../../../../../worker/core/ledger/book/ladder.ts';
import { setLimits, setRevoked } from '../../../../../worker/core/ledger/book/limits.ts';
import { reportAll } from '../../../../../worker/core/ledger/book/report.ts';
import type { Book, Ladder } from '../../../../../worker/core/ledger/book/state.ts';
import {
  type Configured,
  configuredFor,
  type ScopeView,
  viewScopes,
} from '../../../../../worker/core/ledger/book/view.ts';
import type { GrantReply, LeaseRequest, Report, ReportReply } from '../../../../../worker/core/ledger/messages.ts';
import type { Period } from '../../../../../worker/core/ledger/time.ts';
import type { Limits, MoneyFigures, Scope } from '../../../../../worker/core/ledger/types.ts';
import { MemoryTables } from './memory-tables.ts';

/** Runs the pure core as `TenantLedger` does (load, decide, save in one turn), with a clock to set and a memory to lose. */
export class LedgerInMemory {
  clockMs: number;
  readonly tables = new MemoryTables();
  /** In force from the next load on, as config is. */
  ladder: Ladder;
  /** What config says beyond what asks carry. */
  configured: Configured = {};
  #book: Book | undefined;

  constructor(clockMs: number, ladder = NO_LADDER) {
    this.clockMs = clockMs;
    this.ladder = ladder;
  }

  grant(ask: LeaseRequest): GrantReply {
    return this.turn((book, now) => grant(book, ask, now));
  }

  report(...reports: Report[]): ReportReply[] {
    return this.turn((book, now) => reportAll(book, reports, now));
  }

  setLimits(scope: Scope, limits: Partial<Limits>, who = 'ops') {
    return this.turn((book, now) => setLimits(book, scope, limits, who, now));
  }

  revoke(scope: Scope, revoked = true, who = 'ops') {
    return this.turn((book, now) => setRevoked(book, scope, revoked, who, now));
  }

  adjust(adjustment: Omit<Adjustment, 'who'>): AdjustReply {
    return this.turn((book, now) => adjust(book, { ...adjustment, who: 'ops' }, now));
  }

  view(scopes: readonly Scope[], configured: Configured = {}): ScopeView[] {
    return this.turn((book, now) => viewScopes(book, scopes, configured, now));
  }

  /** One period of one scope. */
  figures(scope: Scope, period: Period): MoneyFigures {
    const { spentMicroUsd = 0, heldMicroUsd = 0, unsettledMicroUsd = 0 } = this.figuresOf([scope], [period])[0] ?? {};
    return { spentMicroUsd, heldMicroUsd, unsettledMicroUsd };
  }

  /** Exactly these scopes, whether anything is booked in them or not. */
  figuresOf(scopes: readonly Scope[], periods: readonly Period[]): ({ scope: Scope; period: Period } & MoneyFigures)[] {
    return this.turn((book) =>
      scopes.flatMap((scope) => {
        const account = accountOf(book.accounts, scope);
        storedOf(account, book.read);
        return periods.map((period) => ({ scope, period, ...accountFigures(account, period) }));
      }),
    );
  }

  /** Folds the ripe ones of the first rows now; the ledger would wait for 256. */
  fold(rows = 1_000): void {
    this.turn((book, now) => fold(book, rows, now));
  }

  /** The object dies: memory is lost, rows stay. */
  kill(): void {
    this.#book = undefined;
  }

  /** A turn that fails to write. */
  failing(run: () => unknown): void {
    const save = this.tables.save;
    this.tables.save = () => {
      throw new Error('disk full');
    };
    try {
      run();
    } catch (error) {
      if ((error as Error).message !== 'disk full') throw error;
    } finally {
      this.tables.save = save;
    }
  }

  turn<Reply>(decide: (book: Book, now: number) => Reply): Reply {
    const { tables, ladder } = this;
    const limitsOf = (scope: Scope) => configuredFor(scope, this.configured);
    const book = this.#book ?? loadBook(tables.load(), (scope) => tables.read(scope), ladder, limitsOf);
    this.#book = undefined;
    const reply = decide(book, beginTurn(book, this.clockMs));
    const changes = takeChanges(book);
    if (changes !== undefined) this.tables.save(changes);
    this.#book = book;
    return reply;
  }
}
