/** The tables of `HealthBoard`: rows in, rows out (docs/storage.md). */
import { joinLearnt, type Learnt, NOTHING_LEARNT } from '../../core/pricing/learnt.ts';
import type { PublishedCooldown } from '../../core/routing/board.ts';
import { HEALTHY, type Health, storedHealth } from '../../core/routing/health.ts';
import { wholeOverrides } from '../../core/routing/override-changes.ts';
import { NO_OVERRIDES, type Overrides } from '../../core/routing/overrides.ts';

const TABLES = `
  CREATE TABLE IF NOT EXISTS health (deployment TEXT PRIMARY KEY, health TEXT NOT NULL, published TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS learnt (deployment TEXT PRIMARY KEY, learnt TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS overrides (id INTEGER PRIMARY KEY CHECK (id = 1), overrides TEXT NOT NULL)`;

/** The health of one deployment, with what was last published about it. */
export interface KnownHealth {
  health: Health;
  published: PublishedCooldown | undefined;
}

interface HealthRow extends Record<string, SqlStorageValue> {
  deployment: string;
  health: string;
  published: string | null;
}

/** The tables `health`, `learnt` and `overrides`. */
export class HealthRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLES);
  }

  /** A deployment without a row is healthy. */
  health(deployment: string): KnownHealth {
    const select = 'SELECT deployment, health, published FROM health WHERE deployment = ?';
    const [row] = this.#sql.exec<HealthRow>(select, deployment).toArray();
    return row === undefined ? { health: HEALTHY, published: undefined } : known(row);
  }

  allHealth(): (KnownHealth & { deployment: string })[] {
    const rows = this.#sql.exec<HealthRow>('SELECT deployment, health, published FROM health').toArray();
    return rows.map((row) => ({ deployment: row.deployment, ...known(row) }));
  }

  /** What was last published about each deployment. */
  published(): (readonly [deployment: string, PublishedCooldown])[] {
    return this.allHealth().flatMap(({ deployment, published }) =>
      published === undefined ? [] : [[deployment, published] as const],
    );
  }

  saveHealth(deployment: string, { health, published }: KnownHealth): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO health (deployment, health, published) VALUES (?, ?, ?)',
      deployment,
      JSON.stringify(health),
      JSON.stringify(published ?? null),
    );
  }

  /** What the bills of each deployment have taught. */
  learnt(): Record<string, Learnt> {
    const rows = this.#sql.exec<{ deployment: string; learnt: string }>('SELECT deployment, learnt FROM learnt');
    return Object.fromEntries(
      [...rows].map(({ deployment, learnt }) => [deployment, joinLearnt(NOTHING_LEARNT, JSON.parse(learnt))]),
    );
  }

  saveLearnt(deployment: string, learnt: Learnt): void {
    const insert = 'INSERT OR REPLACE INTO learnt (deployment, learnt) VALUES (?, ?)';
    this.#sql.exec(insert, deployment, JSON.stringify(learnt));
  }

  /** The overrides as they are stored, including those that have ended. */
  overrides(): Overrides {
    const [row] = this.#sql.exec<{ overrides: string }>('SELECT overrides FROM overrides').toArray();
    return row === undefined ? NO_OVERRIDES : wholeOverrides(JSON.parse(row.overrides));
  }

  saveOverrides(overrides: Overrides): void {
    this.#sql.exec('INSERT OR REPLACE INTO overrides (id, overrides) VALUES (1, ?)', JSON.stringify(overrides));
  }
}

const known = ({ health, published }: HealthRow): KnownHealth => ({
  health: storedHealth(JSON.parse(health)),
  published: published === null ? undefined : ((JSON.parse(published) as PublishedCooldown | null) ?? undefined),
});
