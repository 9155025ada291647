/** `GET /slo` and `GET /admin/slo` on the object that counts. */
import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../worker/app.ts';
import type { DrillRecord } from '../../worker/core/operators/drill.ts';
import { packRecords } from '../../worker/core/slo/packed.ts';
import type { RequestRecord } from '../../worker/core/slo/record.ts';
import { compose } from '../../worker/deps.ts';
import { SloReports } from '../../worker/stores/slo-reports.ts';
import { recordOf } from '../unit/core/slo/support/record.ts';
import { TestClock } from '../unit/pipeline/support/clock.ts';
import { callAdmin, refused } from './call-admin.ts';

const now = Date.now();
const RECORDS: readonly RequestRecord[] = [
  recordOf({ arrivedAt: now, tenant: 'acme', feature: 'chat' }),
  recordOf({ arrivedAt: now, tenant: 'acme', feature: 'chat' }),
  recordOf({ arrivedAt: now, tenant: 'hooli', feature: 'chat', ending: 'cut', code: 'stream_interrupted' }),
  recordOf({
    arrivedAt: now,
    tenant: 'hooli',
    feature: 'chat',
    ending: 'refused',
    code: 'budget_exceeded',
    ttftMs: null,
  }),
];

let seq = 0;
const count = async (records: readonly RequestRecord[]) => {
  const book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName('book'));
  const body = JSON.stringify({ records: packRecords(records, () => false), dropped: {} });
  await book.record({ source: 'test', seq: seq++, sentAt: Date.now(), body });
};
beforeAll(() => count(RECORDS));

type Told = { name: string; good?: number; total?: number };
const find = (body: Record<string, unknown>, name: string) =>
  (body.objectives as Told[]).find((objective) => objective.name === name);

describe('GET /admin/slo', () => {
  it('has every promise with counts, and follows each flush', async () => {
    const { status, body } = await callAdmin('GET', 'slo');
    expect(status).toBe(200);
    expect(body).toMatchObject({ service: 'Carryon', incidents: [], maintenance: [] });
    expect(find(body, 'chat-success')).toMatchObject({
      good: 2,
      total: 3,
      excluded: { budget: 1 },
      state: 'exhausted',
    });
    expect(body).not.toHaveProperty('percentiles');
    await count([recordOf({ arrivedAt: now, feature: 'chat' })]);
    expect(find((await callAdmin('GET', 'slo')).body, 'chat-success')).toMatchObject({ good: 3, total: 4 });
  });

  it('of a tenant and a feature, over a window', async () => {
    const { body } = await callAdmin('GET', 'slo?tenant=hooli&feature=chat&window=1h');
    expect(find(body, 'chat-success')).toMatchObject({ window: '1h', tenant: 'hooli', good: 0, total: 1 });
    expect(find(body, 'summarize-success')).toBeUndefined();
    expect((await callAdmin('GET', 'slo?feature=chat')).body.percentiles).toMatchObject({
      ttftMs: { p50: expect.any(Number) },
    });
  });

  it('says what is wrong with a query', async () => {
    expect(await refused(callAdmin('GET', 'slo?window=10d'))).toMatch(
      /^400 invalid_body window: write one of 5m, 30m, 1h/,
    );
    expect(await refused(callAdmin('GET', 'slo?feature=nope'))).toMatch(
      /^400 invalid_body feature: write one of chat, summarize/,
    );
  });

  it('says that a tenant does not exist, and which ones do', async () => {
    expect(await refused(callAdmin('GET', 'slo?tenant=hoolli'))).toMatch(
      /^400 invalid_body tenant: does not exist; did you mean "hooli"\? Write one of .*acme.*hooli/,
    );
    expect(await refused(callAdmin('GET', 'slo?tenant=waiting'))).toMatch(/^400 invalid_body tenant: does not exist/);
    await callAdmin('POST', 'keys', { tenant: 'waiting' });
    expect(find((await callAdmin('GET', 'slo?tenant=waiting')).body, 'chat-success')).toMatchObject({
      state: 'no_data',
    });
    expect((await callAdmin('GET', 'slo?tenant=drill')).status).toBe(200);
  });

  it('knows a tenant from the moment its first key is made, though KV lists new keys a minute later', async () => {
    await callAdmin('POST', 'keys', { tenant: 'just-made' });
    for (const { name } of (await env.STATE.list()).keys) await env.STATE.delete(name);
    expect((await callAdmin('GET', 'slo?tenant=just-made')).status).toBe(200);
    expect(await refused(callAdmin('GET', 'slo?tenant=just-mad'))).toMatch(
      /^400 invalid_body tenant: does not exist; did you mean "just-made"\?/,
    );
  });
});

/** The Worker with its own clock and a book that can be taken away. */
function publicSlo(
  isPublic: readonly string[],
  drills: (from: number, to: number) => Promise<DrillRecord[]> = async () => [],
) {
  const composition = compose(env);
  const clock = new TestClock();
  const book = { calls: 0, isGone: false };
  const sloReports = new SloReports({
    clock,
    drills,
    report: async (narrowing) => {
      book.calls++;
      if (book.isGone) throw new Error('the object was reset');
      return composition.sloBook().report(narrowing);
    },
  });
  const config = { ...composition.config, slo: { ...composition.config.slo, publicNames: new Set(isPublic) } };
  const app = createApp(() => ({ ...composition, config, sloReports }));
  const get = async (query = '') => {
    const request = new Request(`http://localhost/slo${query}`, { headers: { origin: 'https://status.example' } });
    const response = await app(request as Parameters<typeof app>[0], env, createExecutionContext());
    return { response, body: (await response.json()) as Record<string, unknown> & { error?: { code: string } } };
  };
  return { get, clock, book };
}

describe('GET /slo', () => {
  it('shows everybody what is public, without counts, to pages of every origin', async () => {
    const { get } = publicSlo(['chat-success']);
    const { response, body } = await get();
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(body.objectives).toEqual([expect.objectContaining({ name: 'chat-success', state: 'exhausted' })]);
    expect(find(body, 'chat-success')).not.toHaveProperty('total');
    expect((await publicSlo([]).get()).body).toMatchObject({ objectives: [], averages: [] });
  });

  it('does not say whether a feature exists that has no public promise', async () => {
    const { get } = publicSlo(['chat-success', 'chat-ttft']);
    expect((await get('?feature=chat')).body.objectives).toHaveLength(2);
    for (const feature of ['summarize', 'nonsense']) {
      const { response, body } = await get(`?feature=${feature}`);
      expect(response.status).toBe(200);
      expect(body).toMatchObject({ objectives: [], averages: [] });
    }
  });

  it('takes no tenant, and only known windows', async () => {
    const { get } = publicSlo(['chat-success']);
    expect((await get('?tenant=acme')).body.error).toMatchObject({ code: 'invalid_body' });
    const { response, body } = await get('?window=1y');
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([400, '*']);
    expect(body.error).toMatchObject({ code: 'invalid_body' });
    expect(find((await get('?window=7d')).body, 'chat-success')).toMatchObject({ window: '7d' });
  });

  it('shows drills of the last 30 days as planned, whose key ran them for no reader to know, and stands without them', async () => {
    const drills = [
      { id: 'd1', keyId: 'k', feature: 'chat', maxCostUsd: 1, startedAt: now - 2_000, until: now - 1_000, who: 'ana' },
      { id: 'd2', keyId: 'k', feature: 'hidden', maxCostUsd: 1, startedAt: now - 3_000, until: now, who: 'ana' },
      { id: 'd3', keyId: 'k', feature: null, maxCostUsd: 1, startedAt: now - 4_000, until: now, who: 'ana' },
    ];
    const asked: number[][] = [];
    const { get } = publicSlo(['chat-success'], async (from, to) => {
      asked.push([from, to]);
      return drills;
    });
    expect((await get()).body.drills).toEqual([
      { from: now - 2_000, to: now - 1_000, feature: 'chat' },
      { from: now - 3_000, to: now, feature: null },
      { from: now - 4_000, to: now, feature: null },
    ]);
    expect(asked.map(([from = 0, to = 0]) => to - from)).toEqual([30 * 86_400_000]);
    const { get: without } = publicSlo(['chat-success'], () => Promise.reject(new Error('gone')));
    expect(await without()).toMatchObject({ response: { status: 200 }, body: { drills: [] } });
  });

  it('asks the book at most every 10 s, and says when it does not answer', async () => {
    const { get, clock, book } = publicSlo(['chat-success']);
    await get();
    await get('?feature=chat');
    await clock.advance(9_999);
    book.isGone = true;
    expect((await get()).response.status).toBe(200);
    expect(book.calls).toBe(1);
    await clock.advance(1);
    const { response, body } = await get();
    expect([response.status, body.error?.code]).toEqual([503, 'book_unavailable']);
    book.isGone = false;
    await clock.advance(1_000);
    expect((await get()).response.status).toBe(200);
  });

  it('asks the book once for a burst of 500 readers, and once again for those 10 s later', async () => {
    const { get, clock, book } = publicSlo(['chat-success']);
    const readers = async (count: number) => {
      const all = Array.from({ length: count }, () => get());
      // The clock stands still until the one that asks has its answer; then the others look what it kept.
      await Promise.race(all);
      await clock.advance(50);
      const answers = await Promise.all(all);
      return answers.map(({ response, body }) => [response.status, find(body, 'chat-success')]);
    };
    const answers = await readers(500);
    expect(answers[0]).toEqual([200, expect.objectContaining({ name: 'chat-success', state: 'exhausted' })]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(book.calls).toBe(1);
    await clock.advance(10_000);
    await readers(20);
    expect(book.calls).toBe(2);
  });

  it('is open to everybody in local mode, and read alone', async () => {
    const response = await exports.default.fetch(new Request('http://localhost/slo'));
    expect(find(await response.json(), 'chat-ttft')).toBeDefined();
    const posted = await exports.default.fetch(new Request('http://localhost/slo', { method: 'POST' }));
    expect(posted.status).toBe(405);
  });
});
