/**
 * Counts the rows that SQLite itself reports as written, or read, from now on, by any object of this isolate. The returned
 * function stops and returns the count. A cursor counts while it is read, so it is asked at the end.
 */
export function countRows(sql: SqlStorage, what: 'rowsWritten' | 'rowsRead' = 'rowsWritten'): () => number {
  const prototype = Object.getPrototypeOf(sql) as Pick<SqlStorage, 'exec'>;
  const { exec } = prototype;
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  prototype.exec = function (this: SqlStorage, ...args: Parameters<typeof exec>) {
    const cursor = exec.apply(this, args);
    cursors.push(cursor);
    return cursor;
  } as typeof exec;
  return () => {
    prototype.exec = exec;
    return cursors.reduce((rows, cursor) => rows + cursor[what], 0);
  };
}

/** Rows that SQLite says were written, and each alarm that was set, while `run` ran. */
export async function rowsWrittenBy({ storage }: DurableObjectState, run: () => Promise<void>): Promise<number> {
  const stop = countRows(storage.sql);
  let alarms = 0;
  const owner = Object.getPrototypeOf(storage) as Pick<DurableObjectStorage, 'setAlarm'>;
  const { setAlarm } = owner;
  owner.setAlarm = function (this: DurableObjectStorage, ...args: Parameters<typeof setAlarm>) {
    alarms++;
    return setAlarm.apply(this, args);
  };
  let rows = 0;
  try {
    await run();
  } finally {
    rows = stop();
    owner.setAlarm = setAlarm;
  }
  return rows + alarms;
}
