import { ActiveTime } from './active-time.ts';
import { add, adding, counted, patchClassOf } from './counters.ts';

interface Context {
  storage: Storage;
  waitUntil(work: Promise<unknown>): void;
}

interface Storage extends Record<string, unknown> {
  sql: object;
}

interface Cursor {
  rowsRead: number;
  rowsWritten: number;
}

const perEntry = ([first]: unknown[]) => (typeof first === 'object' && first !== null ? Object.keys(first).length : 1);

/** Returns the same class, but with its storage and the time of its background work counted. */
export function countedObject<Class extends new (context: never, environment: never) => object>(
  original: Class,
): Class {
  return new Proxy(original, {
    construct(target, args, newTarget) {
      const [context] = args as [Context];
      countStorage(context.storage);
      countWork(context);
      return Reflect.construct(target, args, newTarget);
    },
  });
}

export function tableWrittenTo(statement: string): string | undefined {
  return /^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)/i.exec(statement)?.[1];
}

/** Counts the work that goes on after a call was answered, which is handed to `waitUntil` when it begins. */
function countWork(context: Context): void {
  const active = new ActiveTime(Date.now, (ms) => add('objectMs', ms));
  const waitUntil = context.waitUntil.bind(context);
  context.waitUntil = (work) => {
    active.during(work);
    waitUntil(work);
  };
}

/** Counts reads and writes of rows. Setting an alarm writes a row, and keys with their values are rows as well. */
function countStorage(storage: Storage): void {
  patchClassOf(storage, {
    put: adding('rowsWritten', perEntry),
    delete: adding('rowsWritten', perEntry),
    get: adding('rowsRead', perEntry),
    setAlarm: (original) => adding('alarmsSet')(adding('rowsWritten')(original)),
  });
  patchClassOf(storage.sql, {
    exec: (original) =>
      function (this: unknown, ...args) {
        const cursor = original.apply(this, args) as Cursor;
        // A cursor's counts grow while it is read. Our objects read their cursors before they first wait.
        queueMicrotask(() => {
          add('rowsRead', cursor.rowsRead);
          add('rowsWritten', cursor.rowsWritten);
          const table = tableWrittenTo(String(args[0]));
          if (table !== undefined && cursor.rowsWritten > 0) add(`rowsWritten.${table}`, cursor.rowsWritten);
          // The ledger writes its mark only in a fold, after all other rows.
          if (table === 'mark') counted.atFolds.push({ ...counted.counts });
        });
        return cursor;
      },
  });
}
