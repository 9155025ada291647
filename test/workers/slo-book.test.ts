import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';

import { Book } from '../../worker/core/slo/book/book.ts';
import type { Flush, FlushBody } from '../../worker/core/slo/flush.ts';
import { fold } from '../../worker/core/slo/fold.ts';
import { packRecords } from '../../worker/core/slo/packed.ts';
import { KEEP_RECEIPTS_MS } from '../../worker/core/slo/receipt.ts';
import type { RequestRecord } from '../../worker/core/slo/record.ts';
import { FORGET_SOURCE_AFTER_MS } from '../../worker/core/slo/sources.ts';
import { Journal } from '../../worker/objects/slo-book/journal.ts';
import { KeptBook } from '../../worker/objects/slo-book/kept-book.ts';
import type { SloBook } from '../../worker/objects/slo-book/slo-book.ts';
import { Snapshots } from '../../worker/objects/slo-book/snapshots.ts';
import { AT, recordOf } from '../unit/core/slo/support/record.ts';
import { sloFor } from '../unit/core/slo/support/slo-for.ts';
import { countRows, rowsWrittenBy } from './count-rows.ts';

let made = 0;
let book: DurableObjectStub<SloBook>;
beforeEach(() => {
  book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName(`book ${made++}`));
});

const bodyOf = (records: readonly RequestRecord[]): string =>
  JSON.stringify({ records: packRecords(records, () => false), dropped: {} } satisfies FlushBody);
const EMPTY = bodyOf([]);
const flush = (source: string, seq: number, body = EMPTY): Flush => ({ source, seq, sentAt: AT, body });
const record = async (...given: Parameters<typeof flush>) => (await book.record(flush(...given))).counted;

describe('a flush', () => {
  it('counts once, also when the object has slept in between', async () => {
    expect([await record('a', 0), await record('a', 0), await record('a', 2)]).toEqual([true, false, true]);
    await evictDurableObject(book);
    expect([await record('a', 2), await record('a', 1), await record('b', 2)]).toEqual([false, true, true]);
    for (let seq = 3; seq < 100; seq++) expect(await record('a', seq)).toBe(true);
    await evictDurableObject(book);
    for (const seq of [99, 98, 70, 3]) expect(await record('a', seq)).toBe(false);
  });

  it('costs one row, which SQLite reads the place of, and no other', async () => {
    await runInDurableObject(book, async (instance: SloBook, state) => {
      instance.record(flush('a', 0));
      const stop = countRows(state.storage.sql, 'rowsRead');
      const rows = await rowsWrittenBy(state, async () => {
        for (let seq = 1; seq <= 20; seq++) instance.record(flush('a', seq));
      });
      expect([rows, stop()]).toEqual([20, 20]);
    });
  });

  it('that wakes the object reads the flushes of the last quarter of an hour', async () => {
    for (let seq = 0; seq < 10; seq++) await record('a', seq);
    await evictDurableObject(book);
    await runInDurableObject(book, (instance: SloBook, { storage }) => {
      const stop = countRows(storage.sql, 'rowsRead');
      instance.record(flush('a', 100));
      expect(stop()).toBeLessThanOrEqual(14);
      storage.sql.exec('UPDATE journal SET at = at - ?', FORGET_SOURCE_AFTER_MS + 60_000);
    });
    await evictDurableObject(book);
    await runInDurableObject(book, (instance: SloBook, { storage }) => {
      const stop = countRows(storage.sql, 'rowsRead');
      instance.record(flush('a', 101));
      expect(stop()).toBeLessThanOrEqual(5);
    });
  });
});

it('reports what an isolate took with it, also after a sleep, and takes that back when the isolate reports after all', async () => {
  const lost = async () => (await book.report({})).lost;
  const body = (open: number) => JSON.stringify({ ...JSON.parse(EMPTY), open });
  await record('a', 0, body(3));
  await record('b', 0);
  expect(await lost()).toEqual([]);
  await runInDurableObject(book, (_, { storage: { sql } }) => void sql.exec('UPDATE journal SET at = at - 120000'));
  await evictDurableObject(book);
  expect(await lost()).toEqual([{ from: expect.any(Number), to: expect.any(Number), openRequests: 3 }]);
  await record('b', 1);
  await evictDurableObject(book);
  const [loss] = await lost();
  expect(Number(loss?.to) - Number(loss?.from)).toBe(10_000);
  const history = await book.history('chat-success', {});
  expect(history?.marks).toMatchObject([
    { kind: 'lost', from: loss?.from, text: expect.stringContaining('3 requests') },
  ]);
  await record('a', 1);
  expect(await lost()).toEqual([]);
});

describe('the book', () => {
  const config = { slo: sloFor(['chat', 'search']), features: new Set(['chat', 'search']) };
  const noEvents = () => {
    throw new Error('nothing is unreadable here');
  };

  it('is the same whether it was in memory all the time, or slept and read its snapshots and the journal', async () => {
    const flushes = Array.from({ length: 1_000 }, (_, seq) =>
      bodyOf([
        recordOf({ tenant: `tenant-${seq % 7}`, arrivedAt: AT + seq * 1_000, totalMs: seq, costMicroUsd: seq }),
        recordOf({ feature: seq % 3 === 0 ? 'chat' : 'search', arrivedAt: AT + seq * 1_000, ttftMs: seq * 5 }),
        recordOf({ code: seq % 2 === 0 ? 'providers_unavailable' : 'invalid_body', ending: 'refused', attempts: [] }),
      ]),
    );
    await runInDurableObject(book, (_: SloBook, { storage: { sql } }) => {
      const journal = new Journal(sql);
      const straight = new Book(config);
      let kept = new KeptBook(sql, journal, { config, events: noEvents });
      const snapshots = () => sql.exec<{ body: string }>("SELECT body FROM snapshot WHERE name = ''").toArray();
      const through = new Set<string>();
      const stop = countRows(sql);
      flushes.forEach((body, seq) => {
        const at = AT + seq * 1_000 + 500;
        journal.add({ source: 'a', seq, sentAt: at - 20, body }, at);
        fold(straight, { source: 'a', at, sentAt: at - 20, body });
        // Of some it is asked, some find it asleep.
        if (seq % 90 === 0) kept = new KeptBook(sql, journal, { config, events: noEvents });
        if (seq % 130 === 0) kept.current();
        kept.keepUp();
        for (const { body } of snapshots()) through.add(body);
      });
      expect(through.size).toBe(2);
      // A row a flush, and two snapshots.
      expect(stop()).toBeLessThan(1_000 + 2 * 60);
      const now = AT + 1_001_000;
      const shown = (book: Book) => ({
        totals: book.totals.save(),
        series: [...book.names].toSorted().map((name) => {
          const series = book.series(name);
          return [
            name,
            ...['success', 'ttft:2500'].map((key) => series?.window(key, 3_600_000, now)),
            series?.percentiles('ttft', [50, 95], 3_600_000, now),
            series?.cost(3_600_000, now),
          ];
        }),
      });
      expect(shown(kept.current())).toEqual(shown(straight));
      expect(shown(new KeptBook(sql, journal, { config, events: noEvents }).current())).toEqual(shown(straight));
    });
  });

  it('passes over a flush that it cannot read, and says so', async () => {
    await runInDurableObject(book, (_: SloBook, { storage: { sql } }) => {
      const journal = new Journal(sql);
      const told: string[] = [];
      const kept = new KeptBook(sql, journal, { config, events: ({ what }) => told.push(what) });
      for (const [seq, body] of [EMPTY, '{"records"', bodyOf([recordOf()])].entries())
        journal.add({ source: 'a', seq, sentAt: AT, body }, AT);
      expect(kept.current().series('all')?.window('success', 3_600_000, AT).good).toBe(1);
      expect(told).toEqual(['journal 2']);
    });
  });
});

describe('a snapshot', () => {
  const long = (length: number) => Array.from({ length }, (_, place) => place % 10).join('');

  it('holds a text that is longer than a row may be, and nothing of it when it is short again or gone', async () => {
    await runInDurableObject(book, (_: SloBook, { storage: { sql } }) => {
      const snapshots = new Snapshots(sql);
      const neighbours: [string, string][] = [
        ['=tenants', 'a'],
        ['all', 'b'],
        ['feature:chat-2', 'c'],
      ];
      for (const length of [5_000_001, 1_200_000, 500_000, 500_001, 10, 0]) {
        const text = long(length);
        const { rows } = snapshots.write([...neighbours, ['feature:chat', text]], 7);
        expect(rows).toBe(1 + neighbours.length + Math.max(1, Math.ceil(length / 500_000)));
        const own: [string, string][] = length === 0 ? [] : [['feature:chat', text]];
        expect(new Map(new Snapshots(sql).rows())).toEqual(new Map([...neighbours, ...own]));
        expect(snapshots.head()).toEqual({ through: 7, rows });
      }
      expect(sql.exec('SELECT name FROM snapshot').toArray()).toHaveLength(4);
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
      const journal = new Journal(sql, { rows: 3, bytes: 1_000 });
      for (let seq = 0; seq < 8; seq++) journal.add(row(seq), 1);
      const kept = sql.exec<{ seq: number }>('SELECT seq FROM journal ORDER BY number').toArray();
      expect(kept.map(({ seq }) => seq)).toEqual([5, 6, 7]);
      expect([journal.oldest, journal.newest]).toEqual([6, 8]);
    });
  });

  it('keeps no more bytes than it may, also where rows become longer', async () => {
    await runInDurableObject(book, (_: SloBook, { storage: { sql } }) => {
      const most = { rows: 100, bytes: 1_000 };
      let journal = new Journal(sql, most);
      for (let seq = 0; seq < 60; seq++) {
        journal.add(row(seq, 'x'.repeat(seq < 30 ? 100 : 300)), 1);
        if (seq % 7 === 0) journal = new Journal(sql, most);
      }
      const kept = sql.exec<{ number: number; body: string }>('SELECT * FROM journal ORDER BY number').toArray();
      expect(kept.map(({ number }) => number)).toEqual([57, 58, 59, 60]);
      expect([journal.oldest, journal.newest]).toEqual([57, 60]);
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
