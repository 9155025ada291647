import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../protocol/uuid-v7.ts';
import type { SentRating } from '../../worker/core/slo/client-reports/counts.ts';
import type { FlushBody } from '../../worker/core/slo/flush.ts';
import { packRecords } from '../../worker/core/slo/packed.ts';
import { KEEP_RECEIPTS_MS } from '../../worker/core/slo/receipt.ts';
import type { RequestRecord } from '../../worker/core/slo/record.ts';
import { ClientReportRows } from '../../worker/objects/slo-book/client-report-rows.ts';
import { countRating } from '../../worker/objects/slo-book/count-reports.ts';
import { Journal } from '../../worker/objects/slo-book/journal.ts';
import { KeptBook } from '../../worker/objects/slo-book/kept-book.ts';
import type { SloBook } from '../../worker/objects/slo-book/slo-book.ts';
import { recordOf } from '../unit/core/slo/support/record.ts';
import { sloFor } from '../unit/core/slo/support/slo-for.ts';
import { rowsWrittenBy } from './count-rows.ts';

const HOUR_MS = 3_600_000;
const config = { slo: sloFor(['chat']), features: new Set(['chat']) };
const NOW = Date.now();
const ID = uuidV7(NOW, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

let made = 0;
let book: DurableObjectStub<SloBook>;
beforeEach(() => {
  book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName(`told ${made++}`));
});

let seq = 0;
async function flush(...records: RequestRecord[]): Promise<void> {
  const body: FlushBody = { records: packRecords(records, () => false), dropped: {} };
  await book.record({ source: 'a', seq: seq++, sentAt: NOW, body: JSON.stringify(body) });
}
const answer = (more: Partial<RequestRecord> = {}): RequestRecord =>
  recordOf({ requestId: ID, arrivedAt: NOW, userHash: 'ann', ...more });
const opinion = (more: Partial<SentRating> = {}): SentRating => ({
  ...{ requestId: ID, tenant: 'acme', ofUser: undefined, rater: 'ann', isGood: true, isVouched: true, label: null },
  ...more,
});
const counted = (key: string): Promise<number[]> =>
  runInDurableObject(book, (_: SloBook, { storage: { sql } }) => {
    const events = () => expect.unreachable();
    const all = new KeptBook(sql, new Journal(sql), { config, events }).current().series('all');
    const { good = 0, bad = 0 } = all?.window(key, HOUR_MS, Date.now()) ?? {};
    return [good, bad];
  });

describe('an opinion of an answer', () => {
  it('counts once its request is in the book', async () => {
    expect(await book.opinion(opinion())).toBe('unknown');
    await flush(recordOf({ arrivedAt: NOW }), answer());
    expect(await book.opinion(opinion())).toBe('taken');
    expect(await counted('quality')).toEqual([1, 0]);
    expect(await counted('success')).toEqual([2, 0]);
  });

  it('is the last one of each rater, also when the object has slept in between', async () => {
    await flush(answer());
    for (const isGood of [true, true, false]) {
      expect(await book.opinion(opinion({ isGood }))).toBe('taken');
      await evictDurableObject(book);
    }
    await book.opinion(opinion({ rater: 'bob' }));
    expect(await counted('quality')).toEqual([1, 1]);
  });

  it('is taken of the tenant alone, and where it is a user’s of that user alone', async () => {
    await flush(answer());
    expect(await book.opinion(opinion({ tenant: 'globex' }))).toBe('refused');
    expect(await book.opinion(opinion({ ofUser: 'bob' }))).toBe('refused');
    expect(await book.opinion(opinion({ ofUser: 'ann' }))).toBe('taken');
    expect(await counted('quality')).toEqual([1, 0]);
  });

  it('of the judge counts once, and makes way for a person’s, whichever comes first', async () => {
    const verdict = opinion({ rater: 'judge', isGood: false, label: 'factual' });
    const both = async () => [await counted('quality'), await counted('quality:vouched')];
    await flush(answer());
    expect(await book.opinion(verdict)).toBe('taken');
    expect(await book.opinion({ ...verdict, isGood: true })).toBe('taken');
    expect(await both()).toEqual([
      [0, 1],
      [0, 1],
    ]);
    // A visitor, whose name nothing proves, takes the place of the judge only where visitors count.
    await book.opinion(opinion({ rater: 'visitor', isVouched: false }));
    expect(await both()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    await evictDurableObject(book);
    await book.opinion(opinion());
    await book.opinion(opinion({ rater: 'bob' }));
    expect(await both()).toEqual([
      [3, 0],
      [2, 0],
    ]);
  });

  it('of the judge counts nowhere where persons have rated before', async () => {
    await flush(answer());
    await book.opinion(opinion({ rater: 'visitor', isVouched: false }));
    await book.opinion(opinion({ rater: 'judge', isGood: false }));
    expect([await counted('quality'), await counted('quality:vouched')]).toEqual([
      [1, 0],
      [0, 1],
    ]);
    await book.opinion(opinion());
    expect([await counted('quality'), await counted('quality:vouched')]).toEqual([
      [2, 0],
      [1, 0],
    ]);
  });

  it('costs a handful of rows, and the same one again none', async () => {
    await flush(answer());
    await runInDurableObject(book, async (instance: SloBook, state) => {
      const rows = (isGood: boolean) => rowsWrittenBy(state, async () => void instance.opinion(opinion({ isGood })));
      expect(await rows(true)).toBeLessThanOrEqual(3);
      expect(await rows(true)).toBe(0);
      expect(await rows(false)).toBeLessThanOrEqual(5);
    });
  });
});

describe('hostile opinions', () => {
  it('of one rater cost rows twenty times, and no more', async () => {
    await flush(answer());
    await runInDurableObject(book, async (instance: SloBook, state) => {
      for (let time = 0; time <= 20; time++) instance.opinion(opinion({ isGood: time % 2 === 0 }));
      const again = async () => expect(instance.opinion(opinion({ isGood: false }))).toBe('taken');
      expect(await rowsWrittenBy(state, again)).toBe(0);
    });
    expect(await counted('quality')).toEqual([1, 0]);
  });

  it('of made-up requests leave the book its time: beyond some thousand rows a second it looks for none', async () => {
    await runInDurableObject(book, (_: SloBook, { storage: { sql } }) => {
      new Journal(sql);
      sql.exec(
        `INSERT INTO journal (number, at, source, seq, sentAt, bytes, body)
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 12000)
         SELECT n, ?, 'a', n, 0, 0, '' FROM n`,
        NOW,
      );
      const links = { journal: new Journal(sql), reports: new ClientReportRows(sql), searches: { second: 0, rows: 0 } };
      const told = (now: number) => countRating(links, opinion(), now);
      const [second, next] = [Math.ceil(NOW / 1_000) * 1_000, Math.ceil(NOW / 1_000) * 1_000 + 1_000];
      expect([1, 2, 3, 4].map((ms) => told(second + ms))).toEqual(['unknown', 'unknown', 'busy', 'busy']);
      expect(told(next)).toBe('unknown');
      // The judge asks for each answer before its record has come, and leaves half of the time to persons.
      const asked = ['judge', 'judge', 'ann', 'ann'].map((rater) =>
        countRating(links, opinion({ rater }), next + 1_000),
      );
      expect(asked).toEqual(['unknown', 'busy', 'unknown', 'busy']);
    });
  });
});

describe('figures of a service', () => {
  const figures = { name: 'retrieval', good: 98, total: 100, at: NOW, id: 'minute-1' };

  it('count once for their id, of each tenant and name, also when the object has slept in between', async () => {
    expect(await book.figures(figures, 'acme')).toBe(true);
    await evictDurableObject(book);
    expect(await book.figures({ ...figures, good: 1 }, 'acme')).toBe(false);
    expect(await book.figures(figures, 'globex')).toBe(true);
    expect(await book.figures({ ...figures, name: 'vectors' }, 'acme')).toBe(true);
    expect(await counted('external:retrieval')).toEqual([196, 4]);
  });
});

it('what was reported is remembered for a week, and makes room', async () => {
  await runInDurableObject(book, (_: SloBook, { storage: { sql } }) => {
    const rows = new ClientReportRows(sql);
    for (let hour = 0; hour < 300; hour++) rows.keep(`id-${hour}`, String(hour), hour * HOUR_MS);
    const [kept] = sql.exec<{ count: number }>('SELECT COUNT(*) AS count FROM told').toArray();
    expect(kept?.count).toBe(KEEP_RECEIPTS_MS / HOUR_MS + 1);
    expect([rows.find('id-100'), rows.find('id-299')]).toEqual([undefined, '299']);
  });
});

describe('over HTTP', () => {
  const post = async (path: string, body: object, key = 'sk-local-dev-key') => {
    const headers = { authorization: `Bearer ${key}` };
    const request = new Request(`http://localhost${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const response = await exports.default.fetch(request);
    return [response.status, ((await response.json()) as { error?: { code: string } }).error?.code];
  };

  it('feedback on an answer reaches the book of the service', async () => {
    book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName('book'));
    await flush(answer({ tenant: 'local' }));
    expect(await post('/v1/feedback', { requestId: ID, score: 0.2 })).toEqual([202, undefined]);
    expect(await post('/v1/feedback', { requestId: ID, thumb: 1, rater: 'judge' })).toEqual([202, undefined]);
    expect(await counted('quality')).toEqual([1, 1]);
    expect(await counted('quality:vouched')).toEqual([1, 1]);
  });

  it('is for callers with a key, and figures for objectives in config', async () => {
    expect(await post('/v1/feedback', { requestId: ID, thumb: 1 }, 'sk-wrong')).toEqual([401, 'invalid_key']);
    expect(await post('/v1/sli', { name: 'x', good: 1, total: 1, id: 'a' })).toEqual([400, 'invalid_body']);
  });
});
