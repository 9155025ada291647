/** The tables of one `TenantLedger` (docs/storage.md), and how tables of earlier builds are migrated. */
import type { Lease } from '../../core/ledger/book/lease.ts';
import type { Mode, Scope } from '../../core/ledger/types.ts';
import { LeasePages } from './pages.ts';

/** Raised with each change of the tables. Version 1 had a row per lease, and no `schema` table. Version 2 has pages of leases. */
const VERSION = 2;

// INTEGER PRIMARY KEY or WITHOUT ROWID everywhere: any other key is an index, and a second row on every write.
const TABLES = `
  CREATE TABLE IF NOT EXISTS lease (page INTEGER PRIMARY KEY, leases TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS sums (
    scope TEXT NOT NULL, month TEXT NOT NULL, spentMicroUsd INTEGER NOT NULL, unsettledMicroUsd INTEGER NOT NULL,
    days TEXT NOT NULL, tatUs INTEGER NOT NULL, alerts TEXT, tatAt INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, month)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS limits (
    scope TEXT PRIMARY KEY, limits TEXT NOT NULL, revoked INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS history (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, scope TEXT NOT NULL, field TEXT NOT NULL,
    "from" TEXT NOT NULL, "to" TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS mark (
    id INTEGER PRIMARY KEY CHECK (id = 1), foldedThrough INTEGER NOT NULL, foldedAt INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY AUTOINCREMENT, crossing TEXT NOT NULL)`;

/** Makes the tables or brings them up to date, all or nothing, so that a process that dies in between starts over. */
export function prepareTables(storage: DurableObjectStorage): void {
  const { sql } = storage;
  sql.exec('CREATE TABLE IF NOT EXISTS schema (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)');
  const [known] = sql.exec<{ version: number }>('SELECT version FROM schema').toArray();
  if (known?.version === VERSION) return;
  if (known !== undefined) throw new Error(`these tables have version ${known.version}; this build knows ${VERSION}`);
  storage.transactionSync(() => {
    const [old] = sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'lease'").toArray();
    if (old === undefined) sql.exec(TABLES);
    else fromRowPerLease(sql);
    sql.exec('INSERT INTO schema (id, version) VALUES (1, ?)', VERSION);
  });
}

/** How many folded leases are kept, to be shown to operators as the last settlements. */
const FOLDED_KEPT = 256;

/**
 * Migrates from version 1. The table of leases keeps its name, so that each call of an earlier build that is started on it fails.
 * If such a build found no leases, it would grant again what they hold.
 */
function fromRowPerLease(sql: SqlStorage): void {
  const foldedThrough = Number(sql.exec('SELECT foldedThrough FROM mark').toArray()[0]?.foldedThrough ?? 0);
  const leases = sql.exec<Row>('SELECT * FROM lease ORDER BY number').toArray().map(leaseOf);
  sql.exec('DROP TABLE lease');
  sql.exec(TABLES);
  const folded = leases.findLastIndex(({ number }) => number <= foldedThrough) + 1;
  const kept = leases.slice(Math.max(0, folded - FOLDED_KEPT));
  new LeasePages(sql).write(kept.map((lease, index) => ({ lease: { ...lease, slot: index + 1 } })));
  sql.exec('ALTER TABLE sums ADD COLUMN tatAt INTEGER NOT NULL DEFAULT 0');
  // Now a scope's newest month holds its `tatUs`. In version 1 each month held its own.
  sql.exec(`UPDATE sums SET tatUs = (SELECT max(every.tatUs) FROM sums AS every WHERE every.scope = sums.scope)
    WHERE month = (SELECT max(every.month) FROM sums AS every WHERE every.scope = sums.scope)`);
}

type Row = Record<string, SqlStorageValue>;

function leaseOf(row: Row): Lease {
  const number = (column: string) => row[column] as number;
  return {
    slot: number('slot'),
    number: number('number'),
    leaseId: row.leaseId as string,
    origin: row.origin as Lease['origin'],
    mode: row.mode as Mode,
    scopes: JSON.parse(row.scopes as string) as Scope[],
    tatUs: JSON.parse(row.tatUs as string) as number[],
    // In version 1, slices counted when they were granted.
    laterUs: [],
    grantedAt: number('grantedAt'),
    admitForMs: number('admitForMs'),
    settleBy: number('settleBy'),
    granted: {
      microUsd: number('grantedMicroUsd'),
      tokens: number('grantedTokens'),
      requests: number('grantedRequests'),
      parallel: number('grantedParallel'),
    },
    spent: { microUsd: number('spentMicroUsd'), tokens: number('spentTokens') },
    freed: { microUsd: number('freedMicroUsd'), tokens: number('freedTokens'), parallel: number('freedParallel') },
    done: row.done === 1,
    estimated: row.estimated === 1,
  };
}
