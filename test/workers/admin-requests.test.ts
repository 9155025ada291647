/** `/admin/requests`: what became of requests, out of the journal of the book. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../protocol/uuid-v7.ts';
import type { FlushBody } from '../../worker/core/slo/flush.ts';
import { packRecords } from '../../worker/core/slo/packed.ts';
import type { RequestRecord } from '../../worker/core/slo/record.ts';
import { compose } from '../../worker/deps.ts';
import type { SloBook } from '../../worker/objects/slo-book/slo-book.ts';
import { attemptOf, recordOf } from '../unit/core/slo/support/record.ts';
import { type AdminReply, callAdmin, refused } from './call-admin.ts';
import { countRows } from './count-rows.ts';

const { sloBook, userHashes } = compose(env);
const MINUTE = 60_000;
const NOW = Date.now();
let seq = 0;

/** The id of a request that came this many minutes ago. */
const idOf = (minutesAgo: number): string =>
  uuidV7(NOW - minutesAgo * MINUTE, [0, 0, 0, 0, 0, 0, 0, 0, minutesAgo >> 8, minutesAgo & 255]);

const ago = (minutesAgo: number, more: Partial<RequestRecord> = {}): RequestRecord =>
  recordOf({ requestId: idOf(minutesAgo), arrivedAt: NOW - minutesAgo * MINUTE, ...more });

/** As an isolate flushes them, a moment after the last one. */
async function flush(isWhole: (record: RequestRecord) => boolean, ...records: RequestRecord[]): Promise<void> {
  const body: FlushBody = { records: packRecords(records, isWhole), dropped: {} };
  const flushed = { source: 'isolate', seq: seq++, sentAt: NOW, body: JSON.stringify(body) };
  expect(await sloBook().record(flushed)).toEqual({ counted: true });
  // The rows of this test are older than the test.
  const at = Math.max(...records.map(({ arrivedAt, totalMs }) => arrivedAt + totalMs)) + 5_000;
  await runInDurableObject(sloBook(), (_: SloBook, { storage }) => {
    storage.sql.exec('UPDATE journal SET at = ? WHERE number = (SELECT max(number) FROM journal)', at);
  });
}

const BAD: Partial<RequestRecord> = {
  ...{ code: 'providers_unavailable', status: 503, ending: 'refused', ttftMs: null },
  attempts: [attemptOf({ result: 'server_error', status: 500, ttftMs: null })],
};

const idsOf = ({ body }: AdminReply): string[] =>
  (body.requests as { requestId: string }[]).map(({ requestId }) => requestId);

beforeAll(async () => {
  const ana = await userHashes.of('acme', 'ana');
  await flush(() => false, ago(10_081, { tenant: 'old' }), ago(10_080.5, { tenant: 'old' }));
  await flush(
    ({ code }) => code !== null,
    ago(300, { userHash: ana }),
    ago(299, BAD),
    ago(298, { tenant: 'globex', feature: 'summarize' }),
  );
  await flush(() => false, ago(200, { userHash: ana, feature: 'summarize' }), ago(199), ago(201));
  await flush(() => true, ago(100, { code: 'invalid_body', status: 400, ending: 'refused', attempts: [] }));
});

describe('GET /admin/requests/:id', () => {
  it('is the whole record of a bad one, with what it counts as', async () => {
    const { status, body } = await callAdmin('GET', `requests/${idOf(299)}`);
    const bad = ago(299, BAD);
    expect([status, body]).toEqual([
      200,
      {
        ...bad,
        whole: true,
        counts: {
          success: { outcome: 'bad', layer: 'inference' },
          objectives: expect.arrayContaining([{ name: 'chat-success', outcome: 'bad' }, { name: 'chat-ttft' }]),
        },
      },
    ]);
  });

  it('is the index entry of an ordinary one', async () => {
    const { body } = await callAdmin('GET', `requests/${idOf(199)}`);
    expect(body).toMatchObject({ requestId: idOf(199), whole: false, attempts: [attemptOf()], costMicroUsd: 300 });
    expect(body).not.toHaveProperty('alias');
    expect(body.counts).toMatchObject({ success: { outcome: 'good' } });
  });

  it('says why there is none', async () => {
    const said = (id: string) => refused(callAdmin('GET', `requests/${id}`));
    expect(await said(idOf(10_081))).toMatch(/^404 not_found The request .* is too old: requests are kept for 7 days/);
    expect(await said(idOf(250))).toMatch(
      /^404 not_found The book has no request .* It may still be running\. Otherwise/,
    );
    expect(await said(idOf(0))).toMatch(/^404 not_found The book has no request .* yet\. Records reach it some 10 s/);
    expect(await said(idOf(-60))).toMatch(/^404 not_found No request has the id .* in the future/);
    expect(await said('7')).toMatch(/^400 invalid_body id: write a request’s id as x-request-id gives it/);
  });
});

describe('GET /admin/requests', () => {
  const list = (query: string) => callAdmin('GET', `requests?${query}`);

  it('lists them, the newest first, page by page, without those older than a week', async () => {
    const all = [100, 199, 200, 201, 298, 299, 300].map(idOf);
    expect(idsOf(await list(''))).toEqual(all);
    const seen: string[] = [];
    let next: unknown = '';
    for (let pages = 0; next !== null && pages < 9; pages++) {
      const page = await list(`most=2${next === '' ? '' : `&before=${next}`}`);
      seen.push(...idsOf(page));
      next = page.body.next;
    }
    expect(seen.toSorted()).toEqual(all.toSorted());
  });

  it.each<[string, number[]]>([
    ['code=providers_unavailable', [299]],
    ['code=invalid_body&tenant=acme', [100]],
    ['tenant=globex', [298]],
    ['feature=summarize', [200, 298]],
    ['tenant=acme&feature=summarize', [200]],
    ['tenant=acme&user=ana', [200, 300]],
    ['tenant=globex&user=ana', []],
    ['tenant=old', []],
  ])('?%s finds the requests of %j minutes ago', async (query, minutes) => {
    const page = await list(query);
    expect([idsOf(page), page.body.next]).toEqual([minutes.map(idOf), null]);
  });

  it.each([
    ['user=ana', /^400 invalid_body tenant: name the tenant too, because a user belongs to a tenant/],
    ['before=7', /^400 invalid_body before: write the "next" of the page before/],
    ['most=0', /^400 invalid_body most: write a whole number from 1 to 200/],
    ['code=OOPS', /^400 invalid_body code: write the code of an error/],
    ['code=invalid_boddy', /^400 invalid_body code: is not an error code; did you mean "invalid_body"\?/],
    ['tenant=acmee', /^400 invalid_body tenant: does not exist; did you mean "acme"\?/],
    ['feature=sumarize', /^400 invalid_body feature: does not exist; did you mean "summarize"\?/],
    ['codes=x', /^400 invalid_body codes: is not a setting/],
  ])('?%s is refused', async (query, said) => {
    expect(await refused(list(query))).toMatch(said);
  });
});

describe('the rows that are read', () => {
  it('are bounded for each call, however long the journal', async () => {
    const book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName('a long journal'));
    await runInDurableObject(book, (instance: SloBook, { storage: { sql } }) => {
      const body = JSON.stringify({ records: packRecords([ago(50, { tenant: 'rare' })], () => false), dropped: {} });
      instance.record({ source: 'a', seq: 0, sentAt: NOW, body });
      sql.exec(
        `INSERT INTO journal (number, at, source, seq, sentAt, bytes, body)
         WITH RECURSIVE count(number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM count WHERE number < 5000)
         SELECT number, ?, 'b', number, 0, 0, '{}' FROM count`,
        Date.now(),
      );
    });
    await evictDurableObject(book);
    await runInDurableObject(book, (instance: SloBook, { storage }) => {
      instance.requests({}, 1);
      const pages: [string[], string | null][] = [];
      let before: { number: number; index: number } | undefined;
      do {
        const stop = countRows(storage.sql, 'rowsRead');
        const { requests, next } = instance.requests({ tenant: 'rare' }, 50, before);
        expect(stop()).toBeLessThan(2_100);
        pages.push([requests.map(({ requestId }) => requestId), next]);
        const [number = 0, index = 0] = (next ?? '').split('.').map(Number);
        before = next === null ? undefined : { number, index };
      } while (before !== undefined);
      expect(pages).toEqual([
        [[], '3001.0'],
        [[], '1002.0'],
        [[idOf(50)], null],
      ]);
    });
  });
});
