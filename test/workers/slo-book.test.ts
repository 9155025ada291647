import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Flush } from '../../worker/core/slo/flush.ts';
import { KEEP_RECEIPTS_MS } from '../../worker/core/slo/receipt.ts';
import { Journal } from '../../worker/objects/slo-book/journal.ts';
import type { SloBook } from '../../worker/objects/slo-book/slo-book.ts';
import { countRows, rowsWrittenBy } from './count-rows.ts';

let made = 0;
let book: DurableObjectStub<SloBook>;
beforeEach(() => {
  book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName(`book ${made++}`));
});

const flush = (source: string, seq: number, body = '{}'): Flush => ({ source, seq, sentAt: 0, body });
const record = async (...given: Parameters<typeof flush>) => (await book.record(flush(...given))).counted;

describe('a flush', () => {
  it('counts once, also when the object has slept or snapshots lie in between', async () => {
    expect([await record('a', 0), await record('a', 0), await record('a', 2)]).toEqual([true, false, true]);
    await evictDurableObject(book);
    expect([await record('a', 2), await record('a', 1), await record('b', 2)]).toEqual([false, true, true]);
    for (let seq = 3; seq < 100; seq++) expect(await record('a', seq)).toBe(true);
    await evictDurableObject(book);
    for (const seq of [99, 98, 70]) expect(await record('a', seq)).toBe(false);
  });

  it('is one row, and every 64th a snapshot', async () => {
    await runInDurableObject(book, async (instance: SloBook, state) => {
      instance.record(flush('a', 0));
      const rows = await rowsWrittenBy(state, async () => {
        for (let seq = 1; seq <= 64; seq++) instance.record(flush('a', seq));
      });
      expect(rows).toBe(65);
    });
  });

  it('is read again at most 64 times when the object wakes', async () => {
    for (let seq = 0; seq < 100; seq++) await record('a', seq);
    await evictDurableObject(book);
    await runInDurableObject(book, (instance: SloBook, { storage }) => {
      const stop = countRows(storage.sql, 'rowsRead');
      instance.record(flush('a', 100));
      expect(stop()).toBeLessThanOrEqual(70);
    });
  });
});

describe('the journal', () => {
  const DAY = 86_400_000;
  const row = (seq: number, body = '') => ({ source: 'a', seq, sentAt: 0, body });

  it('writes over what is older than a week, at one row a flush, and keeps its numbers without gaps', async () => {
    await runInDurableObject(book, async (_: SloBook, state) => {
      const { sql } = state.storage;
      const journal = new Journal(sql);
      for (let day = 0; day < 10; day++) journal.add(row(day, 'x'.repeat(5_000)), day * DAY);
      const stored = () =>
        sql.exec<{ number: number; seq: number }>('SELECT number, seq FROM journal ORDER BY number').toArray();
      expect(KEEP_RECEIPTS_MS).toBe(7 * DAY);
      expect(stored().map(({ number }) => number)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
      const rows = await rowsWrittenBy(state, async () => journal.add(row(10), 10 * DAY));
      expect([rows, stored()[0], stored().at(-1)]).toEqual([1, { number: 4, seq: 3 }, { number: 11, seq: 10 }]);
      // As it is read again.
      expect(new Journal(sql)).toEqual(journal);
    });
  });

  it('keeps no more rows than it may', async () => {
    await runInDurableObject(book, (_: SloBook, { storage: { sql } }) => {
      const journal = new Journal(sql, 3);
      for (let seq = 0; seq < 8; seq++) journal.add(row(seq), 1);
      const kept = sql.exec<{ seq: number }>('SELECT seq FROM journal ORDER BY number').toArray();
      expect(kept.map(({ seq }) => seq)).toEqual([5, 6, 7]);
      expect([journal.oldest, journal.newest]).toEqual([6, 8]);
    });
  });

  it('never goes back in time', async () => {
    await runInDurableObject(book, (_: SloBook, { storage: { sql } }) => {
      const journal = new Journal(sql);
      for (const at of [5_000, 4_000, 6_000]) journal.add(row(at), at);
      const times = sql.exec<{ at: number }>('SELECT at FROM journal ORDER BY number').toArray();
      expect(times.map(({ at }) => at)).toEqual([5_000, 5_000, 6_000]);
    });
  });
});
