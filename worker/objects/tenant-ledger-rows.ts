/** The tables of one `TenantLedger`: rows in, rows out, no rule (LEDGER "State"; docs/storage.md). */
import type { Lease } from '../core/ledger/lease.ts';
import type {
  Changes,
  Crossing,
  HistoryEntry,
  Loaded,
  Mark,
  Overrides,
  StoredScope,
  Sums,
} from '../core/ledger/rows.ts';
import type { Month } from '../core/ledger/time.ts';
import type { Mode, Scope } from '../core/ledger/types.ts';

// INTEGER PRIMARY KEY or WITHOUT ROWID everywhere: any other key is an index, and a second row on every write.
const TABLES = `
  CREATE TABLE IF NOT EXISTS lease (
    slot INTEGER PRIMARY KEY, number INTEGER NOT NULL, leaseId TEXT NOT NULL, origin TEXT NOT NULL, mode TEXT NOT NULL,
    scopes TEXT NOT NULL, tatUs TEXT NOT NULL, grantedAt INTEGER NOT NULL, admitForMs INTEGER NOT NULL,
    settleBy INTEGER NOT NULL, grantedMicroUsd INTEGER NOT NULL, grantedTokens INTEGER NOT NULL,
    grantedRequests INTEGER NOT NULL, grantedParallel INTEGER NOT NULL, spentMicroUsd INTEGER NOT NULL,
    spentTokens INTEGER NOT NULL, freedMicroUsd INTEGER NOT NULL, freedTokens INTEGER NOT NULL,
    freedParallel INTEGER NOT NULL, done INTEGER NOT NULL, estimated INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS sums (
    scope TEXT NOT NULL, month TEXT NOT NULL, spentMicroUsd INTEGER NOT NULL, unsettledMicroUsd INTEGER NOT NULL,
    days TEXT NOT NULL, tatUs INTEGER NOT NULL, alerts TEXT, PRIMARY KEY (scope, month)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS limits (
    scope TEXT PRIMARY KEY, limits TEXT NOT NULL, revoked INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS history (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, scope TEXT NOT NULL, field TEXT NOT NULL,
    "from" TEXT NOT NULL, "to" TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS mark (
    id INTEGER PRIMARY KEY CHECK (id = 1), foldedThrough INTEGER NOT NULL, foldedAt INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY AUTOINCREMENT, crossing TEXT NOT NULL)`;

const LEASE_COLUMNS = [
  ...['slot', 'number', 'leaseId', 'origin', 'mode', 'scopes', 'tatUs', 'grantedAt', 'admitForMs', 'settleBy'],
  ...['grantedMicroUsd', 'grantedTokens', 'grantedRequests', 'grantedParallel', 'spentMicroUsd', 'spentTokens'],
  ...['freedMicroUsd', 'freedTokens', 'freedParallel', 'done', 'estimated'],
];

// Writing over a row costs one row; deleting it first would cost two.
const WRITE_LEASE = `INSERT INTO lease (${LEASE_COLUMNS.join(', ')}) VALUES (${LEASE_COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (slot) DO UPDATE SET ${LEASE_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}`;

const WRITE_SUMS = `INSERT INTO sums (scope, month, spentMicroUsd, unsettledMicroUsd, days, tatUs, alerts)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (scope, month) DO UPDATE SET spentMicroUsd = excluded.spentMicroUsd,
    unsettledMicroUsd = excluded.unsettledMicroUsd, days = excluded.days, tatUs = excluded.tatUs, alerts = excluded.alerts`;

/** Sums looked through at each fold for months that may go, so that nothing ever looks through all of them at once. */
const SWEPT_AT_ONCE = 500;

export const SWEEP_FROM_THE_BEGINNING: SweptTo = { scope: '', month: '' };

type Row = Record<string, SqlStorageValue>;

export const createTables = (sql: SqlStorage): void => void sql.exec(TABLES);

export function loadRows(sql: SqlStorage): Loaded {
  const [mark] = sql.exec<Row>('SELECT foldedThrough, foldedAt FROM mark').toArray();
  const leases = sql.exec<Row>('SELECT * FROM lease').toArray().map(leaseOf);
  return { mark: mark as Mark | undefined, leases };
}

export function readScope(sql: SqlStorage, scope: Scope): StoredScope {
  const sums = sql.exec<Row>('SELECT * FROM sums WHERE scope = ?', scope).toArray();
  const [set] = sql.exec<Row>('SELECT limits, revoked FROM limits WHERE scope = ?', scope).toArray();
  return {
    sums: sums.map(({ alerts, days, ...row }): Sums => {
      const told = alerts === null ? {} : { told: JSON.parse(alerts as string) };
      return { ...row, days: JSON.parse(days as string), ...told } as Sums;
    }),
    overrides: set && { limits: JSON.parse(set.limits as string) as Overrides['limits'], revoked: set.revoked === 1 },
  };
}

/** A row of `sums`, where a sweep for old ones goes on. */
export type SweptTo = { scope: Scope | ''; month: Month };

/** Everything that one turn changed. Returns where the next sweep goes on. */
export function saveChanges(sql: SqlStorage, changes: Changes, sweptTo: SweptTo): SweptTo {
  for (const { lease } of changes.leases) sql.exec(WRITE_LEASE, ...valuesOf(lease));
  for (const slot of changes.droppedSlots) sql.exec('DELETE FROM lease WHERE slot = ?', slot);
  for (const { scope, month, spentMicroUsd, unsettledMicroUsd, days, tatUs, told } of changes.sums) {
    const alerts = told === undefined ? null : JSON.stringify(told);
    sql.exec(WRITE_SUMS, scope, month, spentMicroUsd, unsettledMicroUsd, JSON.stringify(days), tatUs, alerts);
  }
  if (changes.mark !== undefined) {
    const { foldedThrough, foldedAt } = changes.mark;
    sql.exec(
      `INSERT INTO mark (id, foldedThrough, foldedAt) VALUES (1, ?, ?)
       ON CONFLICT (id) DO UPDATE SET foldedThrough = excluded.foldedThrough, foldedAt = excluded.foldedAt`,
      foldedThrough,
      foldedAt,
    );
  }
  for (const [scope, { limits, revoked }] of changes.overrides) {
    sql.exec(
      `INSERT INTO limits (scope, limits, revoked) VALUES (?, ?, ?)
       ON CONFLICT (scope) DO UPDATE SET limits = excluded.limits, revoked = excluded.revoked`,
      scope,
      JSON.stringify(limits),
      revoked ? 1 : 0,
    );
  }
  for (const { at, who, scope, field, from, to } of changes.history) {
    const [before, after] = [JSON.stringify(from), JSON.stringify(to)];
    sql.exec(
      'INSERT INTO history (at, who, scope, field, "from", "to") VALUES (?, ?, ?, ?, ?, ?)',
      ...[at, who, scope, field, before, after],
    );
  }
  for (const crossing of changes.crossings) {
    sql.exec('INSERT INTO outbox (crossing) VALUES (?)', JSON.stringify(crossing));
  }
  return changes.purgeBefore === undefined ? sweptTo : sweep(sql, changes.purgeBefore, sweptTo);
}

/** Deletes what is too old of the next sums; from the beginning again after the last. */
function sweep(sql: SqlStorage, before: Month, { scope, month }: SweptTo): SweptTo {
  const rows = sql
    .exec<SweptTo>(
      'SELECT scope, month FROM sums WHERE (scope, month) > (?, ?) ORDER BY scope, month LIMIT ?',
      ...[scope, month, SWEPT_AT_ONCE],
    )
    .toArray();
  for (const { scope, month } of rows) {
    if (month < before) sql.exec('DELETE FROM sums WHERE scope = ? AND month = ?', scope, month);
  }
  return (rows.length === SWEPT_AT_ONCE && rows[rows.length - 1]) || SWEEP_FROM_THE_BEGINNING;
}

/** What `Alerts` has not been heard to have taken, the oldest first. */
export const undelivered = (sql: SqlStorage, most: number): { number: number; crossing: Crossing }[] =>
  sql
    .exec<{ number: number; crossing: string }>('SELECT number, crossing FROM outbox ORDER BY number LIMIT ?', most)
    .toArray()
    .map(({ number, crossing }) => ({ number, crossing: JSON.parse(crossing) as Crossing }));

export const forgetDelivered = (sql: SqlStorage, through: number): void =>
  void sql.exec('DELETE FROM outbox WHERE number <= ?', through);

/** Scopes that have sums or limits of their own, in order. */
export const storedScopes = (sql: SqlStorage, after: Scope | '', most: number): Scope[] =>
  sql
    .exec<{ scope: Scope }>(
      `SELECT scope FROM (
         SELECT * FROM (SELECT DISTINCT scope FROM sums WHERE scope > ?1 ORDER BY scope LIMIT ?2)
         UNION SELECT * FROM (SELECT scope FROM limits WHERE scope > ?1 ORDER BY scope LIMIT ?2)) ORDER BY scope LIMIT ?2`,
      after,
      most,
    )
    .toArray()
    .map(({ scope }) => scope);

/**
 * Leases that are not open, nor a close without an ask, the newest first; slots that are free still hold theirs. Of one scope,
 * or of all.
 */
export const lastSettled = (sql: SqlStorage, now: number, most: number, scope: Scope | null = null): Lease[] =>
  sql
    .exec<Row>(
      `SELECT * FROM lease WHERE (done = 1 OR settleBy <= ?1) AND (origin <> 'closed' OR spentMicroUsd + spentTokens > 0)
         AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(scopes) WHERE value = ?2))
       ORDER BY number DESC LIMIT ?3`,
      ...[now, scope, most],
    )
    .toArray()
    .map(leaseOf);

/** Newest first. */
export const readHistory = (sql: SqlStorage, before: number, most: number): (HistoryEntry & { number: number })[] =>
  sql
    .exec<Row>('SELECT * FROM history WHERE number < ? ORDER BY number DESC LIMIT ?', before, most)
    .toArray()
    .map(
      ({ from, to, ...entry }) =>
        ({ ...entry, from: JSON.parse(from as string), to: JSON.parse(to as string) }) as HistoryEntry & {
          number: number;
        },
    );

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

/** In the order of `LEASE_COLUMNS`. */
const valuesOf = ({ granted, spent, freed, ...lease }: Lease): SqlStorageValue[] => [
  ...[lease.slot, lease.number, lease.leaseId, lease.origin, lease.mode],
  ...[JSON.stringify(lease.scopes), JSON.stringify(lease.tatUs), lease.grantedAt, lease.admitForMs, lease.settleBy],
  ...[granted.microUsd, granted.tokens, granted.requests, granted.parallel, spent.microUsd, spent.tokens],
  ...[freed.microUsd, freed.tokens, freed.parallel, lease.done ? 1 : 0, lease.estimated ? 1 : 0],
];
