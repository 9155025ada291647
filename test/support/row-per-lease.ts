/**
 * The tables of a `TenantLedger` as builds before pages of leases wrote them, with a row per lease and no `schema`. A test runs
 * these statements inside an object, one by one, in place of what it has.
 */
import type { Lease } from '../../worker/core/ledger/book/lease.ts';
import type { Crossing, HistoryEntry, Mark, Overrides, Sums } from '../../worker/core/ledger/book/rows.ts';
import type { Scope } from '../../worker/core/ledger/types.ts';

export interface OldRows {
  leases?: readonly Lease[];
  sums?: readonly Sums[];
  overrides?: readonly (readonly [Scope, Overrides])[];
  history?: readonly HistoryEntry[];
  crossings?: readonly Crossing[];
  mark?: Mark | undefined;
}

export type Statement = readonly [sql: string, ...values: (string | number | null)[]];

const TODAY = ['schema', 'lease', 'sums', 'limits', 'history', 'mark', 'outbox'];

const TABLES = [
  `CREATE TABLE IF NOT EXISTS lease (
    slot INTEGER PRIMARY KEY, number INTEGER NOT NULL, leaseId TEXT NOT NULL, origin TEXT NOT NULL, mode TEXT NOT NULL,
    scopes TEXT NOT NULL, tatUs TEXT NOT NULL, grantedAt INTEGER NOT NULL, admitForMs INTEGER NOT NULL,
    settleBy INTEGER NOT NULL, grantedMicroUsd INTEGER NOT NULL, grantedTokens INTEGER NOT NULL,
    grantedRequests INTEGER NOT NULL, grantedParallel INTEGER NOT NULL, spentMicroUsd INTEGER NOT NULL,
    spentTokens INTEGER NOT NULL, freedMicroUsd INTEGER NOT NULL, freedTokens INTEGER NOT NULL,
    freedParallel INTEGER NOT NULL, done INTEGER NOT NULL, estimated INTEGER NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS sums (
    scope TEXT NOT NULL, month TEXT NOT NULL, spentMicroUsd INTEGER NOT NULL, unsettledMicroUsd INTEGER NOT NULL,
    days TEXT NOT NULL, tatUs INTEGER NOT NULL, alerts TEXT, PRIMARY KEY (scope, month)) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS limits (
    scope TEXT PRIMARY KEY, limits TEXT NOT NULL, revoked INTEGER NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS history (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, scope TEXT NOT NULL, field TEXT NOT NULL,
    "from" TEXT NOT NULL, "to" TEXT NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS mark (
    id INTEGER PRIMARY KEY CHECK (id = 1), foldedThrough INTEGER NOT NULL, foldedAt INTEGER NOT NULL)`,
  'CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY AUTOINCREMENT, crossing TEXT NOT NULL)',
];

export function asRowPerLease({ leases = [], sums = [], overrides = [], ...rest }: OldRows): Statement[] {
  const { history = [], crossings = [], mark } = rest;
  const statements: Statement[] = TODAY.map((table) => [`DROP TABLE IF EXISTS ${table}`]);
  for (const table of TABLES) statements.push([table]);
  for (const lease of leases) statements.push(insert('lease', leaseValues(lease)));
  for (const { scope, month, spentMicroUsd, unsettledMicroUsd, days, tatUs, told } of sums) {
    const alerts = told === undefined ? null : JSON.stringify(told);
    statements.push(
      insert('sums', [scope, month, spentMicroUsd, unsettledMicroUsd, JSON.stringify(days), tatUs, alerts]),
    );
  }
  for (const [scope, { limits, revoked }] of overrides) {
    statements.push(insert('limits', [scope, JSON.stringify(limits), revoked ? 1 : 0]));
  }
  for (const { at, who, scope, field, from, to } of history) {
    statements.push(insert('history', [null, at, who, scope, field, JSON.stringify(from), JSON.stringify(to)]));
  }
  for (const crossing of crossings) statements.push(insert('outbox', [null, JSON.stringify(crossing)]));
  if (mark !== undefined) statements.push(insert('mark', [1, mark.foldedThrough, mark.foldedAt]));
  return statements;
}

const insert = (table: string, values: (string | number | null)[]): Statement => [
  `INSERT INTO ${table} VALUES (${values.map(() => '?').join(', ')})`,
  ...values,
];

const leaseValues = ({ granted, spent, freed, ...lease }: Lease): (string | number)[] => [
  ...[lease.slot, lease.number, lease.leaseId, lease.origin, lease.mode],
  ...[JSON.stringify(lease.scopes), JSON.stringify(lease.tatUs), lease.grantedAt, lease.admitForMs, lease.settleBy],
  ...[granted.microUsd, granted.tokens, granted.requests, granted.parallel, spent.microUsd, spent.tokens],
  ...[freed.microUsd, freed.tokens, freed.parallel, lease.done ? 1 : 0, lease.estimated ? 1 : 0],
];
