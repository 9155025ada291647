/** Counts the rows that SQLite itself says were written, from now on; the returned function ends that and tells. */
export function countRows(sql: SqlStorage): () => number {
  const prototype = Object.getPrototypeOf(sql) as Pick<SqlStorage, 'exec'>;
  const { exec } = prototype;
  let rows = 0;
  prototype.exec = function (this: SqlStorage, ...args: Parameters<typeof exec>) {
    const cursor = exec.apply(this, args);
    rows += cursor.rowsWritten;
    return cursor;
  } as typeof exec;
  return () => {
    prototype.exec = exec;
    return rows;
  };
}
