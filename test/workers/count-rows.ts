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
