/** The rows of one `TenantLedger` beside its leases: rows in, rows out, no rule (docs/storage.md). */
import type {
  Changes,
  Crossing,
  HistoryEntry,
  Mark,
  Overrides,
  StoredScope,
  Sums,
} from '../../core/ledger/book/rows.ts';
import type { Month } from '../../core/ledger/time.ts';
import type { Scope } from '../../core/ledger/types.ts';
import { type LeasePages, MOST_PAGES_AT_ONCE } from './pages.ts';

const WRITE_SUMS = `INSERT INTO sums (scope, month, spentMicroUsd, unsettledMicroUsd, days, tatUs, alerts, tatAt)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (scope, month) DO UPDATE SET spentMicroUsd = excluded.spentMicroUsd,
    unsettledMicroUsd = excluded.unsettledMicroUsd, days = excluded.days, tatUs = excluded.tatUs, alerts = excluded.alerts,
    tatAt = excluded.tatAt`;

/** How many sums each fold searches for months to delete, so that nothing ever searches all of them at once. */
const SWEPT_AT_ONCE = 500;

/** Where the sweep of old sums begins, and where it begins again after the end. */
export const SWEEP_START: SweptTo = { scope: '', month: '' };

type Row = Record<string, SqlStorageValue>;

/** Reads up to which lease everything is folded. Undefined before the first fold. */
export function readMark(sql: SqlStorage): Mark | undefined {
  const [mark] = sql.exec<Row>('SELECT foldedThrough, foldedAt FROM mark').toArray();
  return mark as Mark | undefined;
}

/** Reads what is stored for one scope: its sums, and what an operator set. */
export function readScope(sql: SqlStorage, scope: Scope): StoredScope {
  const [newest] = sql.exec<Row>('SELECT * FROM sums WHERE scope = ? ORDER BY month DESC LIMIT 1', scope).toArray();
  const [set] = sql.exec<Row>('SELECT limits, revoked FROM limits WHERE scope = ?', scope).toArray();
  return {
    newest: newest && sumsOf(newest),
    earlier: (month) => {
      const [row] = sql.exec<Row>('SELECT * FROM sums WHERE scope = ? AND month = ?', scope, month).toArray();
      return row && sumsOf(row);
    },
    overrides: set && { limits: JSON.parse(set.limits as string) as Overrides['limits'], revoked: set.revoked === 1 },
  };
}

function sumsOf({ alerts, days, ...row }: Row): Sums {
  const told = alerts === null ? {} : { told: JSON.parse(alerts as string) };
  return { ...row, days: JSON.parse(days as string), ...told } as Sums;
}

/** The row of `sums` after which the search for old ones goes on. */
export type SweptTo = { scope: Scope | ''; month: Month };

/** Whether one statement, which is a transaction by itself, saves these changes. Most turns change only leases. A fold moves the mark. */
export const isOneStatement = ({ leases, mark, sums, overrides, history, crossings }: Changes): boolean =>
  leases.size <= MOST_PAGES_AT_ONCE &&
  mark === undefined &&
  sums.size + overrides.size + history.length + crossings.length === 0;

/** Writes everything that one turn changed. Returns where the next sweep goes on. */
export function saveChanges(sql: SqlStorage, pages: LeasePages, changes: Changes, sweptTo: SweptTo): SweptTo {
  pages.write(changes.leases);
  if (changes.lastSlotKept !== undefined) pages.dropAfter(changes.lastSlotKept);
  for (const { scope, month, spentMicroUsd, unsettledMicroUsd, days, tatUs, tatAt, told } of changes.sums) {
    const alerts = told === undefined ? null : JSON.stringify(told);
    sql.exec(WRITE_SUMS, scope, month, spentMicroUsd, unsettledMicroUsd, JSON.stringify(days), tatUs, alerts, tatAt);
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

/** Deletes the sums that are too old among the next rows. After the last row it begins again. */
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
  return (rows.length === SWEPT_AT_ONCE && rows[rows.length - 1]) || SWEEP_START;
}

/** The crossings that `Alerts` has not acknowledged, the oldest first. */
export const undelivered = (sql: SqlStorage, most: number): { number: number; crossing: Crossing }[] =>
  sql
    .exec<{ number: number; crossing: string }>('SELECT number, crossing FROM outbox ORDER BY number LIMIT ?', most)
    .toArray()
    .map(({ number, crossing }) => ({ number, crossing: JSON.parse(crossing) as Crossing }));

/** Deletes the crossings that were handed over. */
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

/** Reads the history, newest first. */
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
