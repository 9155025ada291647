import { lastSettlements } from '../../core/ledger/book/settlements.ts';
import type { Book } from '../../core/ledger/book/state.ts';
import {
  type LedgerView,
  scopesOfPage,
  type ViewRequest,
  viewOverrides,
  viewScopes,
} from '../../core/ledger/book/view.ts';
import type { LeasePages } from './pages.ts';
import { storedScopes } from './rows.ts';

/** What an operator sees of a ledger: a page of its scopes. */
export function viewPage(
  book: Book,
  pages: LeasePages,
  sql: SqlStorage,
  { configured = {}, scope, after, most = 1_000 }: ViewRequest,
  now: number,
): LedgerView {
  const page = { most, ...(scope !== undefined && { scope }), ...(after !== undefined && { after }) };
  // One more than a page shows, so that it knows whether there is another.
  const { scopes, next } = scopesOfPage(book, storedScopes(sql, after ?? '', most + 1), configured, page);
  return {
    scopes: viewScopes(book, scopes, configured, now),
    overrides: viewOverrides(book, scopes),
    settlements: lastSettlements(pages.all(), now, 50, scope),
    next,
  };
}
