/** The request for which a ledger is asked, and what then covers it. */
import type { Holder } from '../core/ledger/lease/holder.ts';
import type { Pool } from '../core/ledger/lease/pool.ts';
import type { Slice } from '../core/ledger/lease/slice.ts';
import type { ScopeAsk } from '../core/ledger/messages.ts';
import type { Deps, LeaseHooks } from '../ports.ts';
import type { LedgerClient } from './ledger-client.ts';

/** The request for which the ledger is asked, and what asking needs. */
export interface Asker {
  scopes: readonly ScopeAsk[];
  /** The longest that the request may take. */
  runForMs: number;
  client: LedgerClient;
  newId: Deps['newId'];
  background(work: Promise<unknown>): void;
  /** What this isolate remembers of these scopes. Undefined in tests without pools. */
  pool: Pool | undefined;
  /** With hooks, each lease is noted, covers one request, and is closed by that request alone (ledger rule 20). */
  hooks: LeaseHooks | undefined;
}

/** A holder that changes while the ledger is asked. */
export interface Cover {
  holder: Holder;
  /** The slice that this cover is a share of. Other requests may use it too. */
  slice?: Slice | undefined;
}
