/** Small things that `SloBook` keeps, each as one text: rows in, rows out (docs/storage.md). */

const TABLE = 'CREATE TABLE IF NOT EXISTS document (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID';
const WRITE = 'INSERT INTO document (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body';

/** The table `document`. All of its rows are in memory. */
export class Documents {
  readonly #sql: SqlStorage;
  readonly #texts = new Map<string, string>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
    for (const { name, body } of sql.exec<{ name: string; body: string }>('SELECT name, body FROM document'))
      this.#texts.set(name, body);
  }

  read<Value>(name: string, otherwise: Value): Value {
    const text = this.#texts.get(name);
    return text === undefined ? otherwise : (JSON.parse(text) as Value);
  }

  /** Writes one row, or none if the value is the same as before. */
  write(name: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (this.#texts.get(name) === text) return;
    this.#sql.exec(WRITE, name, text);
    this.#texts.set(name, text);
  }
}
