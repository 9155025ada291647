/** The tables of `Alerts` that hold notices and their deliveries (docs/storage.md), and how tables of earlier builds are taken over. */
import { SEVERITIES, type Severity } from '../../core/alerts/notice.ts';

/** The rank of a severity: 0 is the most urgent. Earlier builds had notes alone, and no column for the rank. */
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);

const TABLES = `
  CREATE TABLE IF NOT EXISTS alert (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, id TEXT NOT NULL, takenAt INTEGER NOT NULL, alert TEXT NOT NULL,
    rank INTEGER NOT NULL DEFAULT ${severityRank('note')});
  CREATE TABLE IF NOT EXISTS delivery (
    hook TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, at INTEGER, detail TEXT,
    PRIMARY KEY (hook, number)) WITHOUT ROWID`;

/** Makes the tables, or adds what an earlier build did not have. */
export function prepareTables(sql: SqlStorage): void {
  sql.exec(TABLES);
  const [ranked] = sql.exec("SELECT name FROM pragma_table_info('alert') WHERE name = 'rank'").toArray();
  if (ranked === undefined) {
    sql.exec(`ALTER TABLE alert ADD COLUMN rank INTEGER NOT NULL DEFAULT ${severityRank('note')}`);
  }
}
