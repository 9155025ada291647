/** What pages and documents read of the past, from the objects that keep it. */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import type { DurationHistory, MoneyReport, MonthReport, ObjectiveHistory } from '../../worker/core/slo/history.ts';
import { packRecords } from '../../worker/core/slo/packed.ts';
import type { RequestRecord } from '../../worker/core/slo/record.ts';
import { recordOf } from '../unit/core/slo/support/record.ts';
import { callAdmin, refused } from './call-admin.ts';

const HOUR_MS = 3_600_000;
const now = Date.now();
const month = new Date(now).toISOString().slice(0, 7);
const feature = 'chat';
const RECORDS: readonly RequestRecord[] = [
  recordOf({ arrivedAt: now, tenant: 'acme', feature, costMicroUsd: 300_000 }),
  recordOf({ arrivedAt: now, tenant: 'acme', feature, cache: 'hit', costMicroUsd: 0, attempts: [], model: null }),
  recordOf({ arrivedAt: now, tenant: 'acme', feature, model: 'large', costMicroUsd: 600_000, failedMicroUsd: 100_000 }),
  recordOf({ arrivedAt: now, tenant: 'hooli', feature, ending: 'cut', code: 'stream_interrupted', costMicroUsd: 100 }),
  recordOf({
    arrivedAt: now,
    tenant: 'acme',
    feature,
    ending: 'refused',
    code: 'invalid_body',
    attempts: [],
    costMicroUsd: 0,
  }),
];

beforeAll(async () => {
  const book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName('book'));
  const body = JSON.stringify({ records: packRecords(RECORDS, () => false), dropped: {} });
  await book.record({ source: 'test', seq: 0, sentAt: Date.now(), body });
});

const get = async <Reply>(path: string): Promise<Reply> => {
  const { status, body } = await callAdmin('GET', path);
  expect([path, status]).toEqual([path, 200]);
  return body as unknown as Reply;
};

it('an objective over a window, in cells whose last one is as the report has it', async () => {
  const { objectives } = await get<{ objectives: { name: string; errorBudgetRemaining: number }[] }>('slo?window=30d');
  const history = await get<ObjectiveHistory>('slo/history?objective=chat-success');
  expect(history).toMatchObject({ objective: 'chat-success', tenant: null, widthMs: 4 * HOUR_MS, marks: [] });
  expect(history.points).toHaveLength(180);
  expect(history.points[0]).toMatchObject({ at: history.from, total: 0, value: null, budgetRemaining: null });
  const last = history.points.at(-1);
  expect(last).toMatchObject({ good: 3, total: 4, value: 0.75 });
  expect(last?.budgetRemaining).toBe(objectives.find(({ name }) => name === 'chat-success')?.errorBudgetRemaining);
  const ofTenant = await get<ObjectiveHistory>('slo/history?objective=chat-success&tenant=hooli&window=1h');
  expect(ofTenant).toMatchObject({ tenant: 'hooli', widthMs: 30_000 });
  expect(ofTenant.points.reduce((sum, { total }) => sum + total, 0)).toBe(1);
});

it('durations by hour, and by day', async () => {
  const hours = await get<DurationHistory>('slo/durations?feature=chat');
  expect([hours.widthMs, hours.ttftMs.length]).toEqual([HOUR_MS, 24]);
  expect(hours.ttftMs.at(-1)?.p50).toBeCloseTo(400, -2);
  expect(hours.totalMs.at(-2)).toMatchObject({ p50: null, p99: null });
  const days = await get<DurationHistory>('slo/durations?feature=chat&window=90d');
  expect([days.widthMs, days.totalMs.length, days.totalMs.at(-1)?.p99]).toEqual([24 * HOUR_MS, 90, expect.any(Number)]);
});

it('money: where it went, and what counts against the budget', async () => {
  await callAdmin('PUT', 'tenants/acme/limits', { scope: 'tenant', monthlyUsd: 2 });
  await callAdmin('POST', 'ledger/acme/adjustments', { scope: 'tenant', deltaUsd: 0.8 });
  const money = await get<MoneyReport>(`money?tenant=acme&month=${month}`);
  expect(money).toMatchObject({
    tenant: 'acme',
    month,
    isAmongOthers: false,
    spentUsd: 0.8,
    capUsd: 2,
    failedUsd: 0.1,
  });
  expect(money.where).toEqual([
    { feature, model: 'large', requests: 1, costUsd: 0.5 },
    { feature, model: 'small', requests: 1, costUsd: 0.3 },
    { feature, model: null, requests: 1, costUsd: 0 },
  ]);
  expect(money.days.at(-1)).toMatchObject({ costUsd: 0.9, requests: 3 });
  expect(money.ladder).toMatchObject([
    { percent: 60, usd: 1.2, isSafeguard: false, reachedAt: null },
    { percent: 85, usd: 1.7 },
    { percent: 95, usd: 1.9, isSafeguard: true },
  ]);
  expect((await get<MoneyReport>('money')).tenant).toBe('acme');
  expect((await get<MoneyReport>('money')).tenants.slice(0, 2)).toEqual(['acme', 'hooli']);
  expect(await get('money?tenant=carryon-judge')).toMatchObject({ spentUsd: 0, capUsd: null, ladder: [], where: [] });
});

it('a month, of all and of a tenant', async () => {
  const report = await get<MonthReport>(`slo/months/${month}`);
  expect(report).toMatchObject({
    tenant: null,
    isWhole: false,
    requests: 4,
    costUsd: 0.9001,
    incidents: [],
    drills: [],
  });
  const success = report.objectives.find(({ name }) => name === 'chat-success');
  expect(success).toMatchObject({ value: 0.75, kept: false, good: 3, total: 4, excluded: { caller: 1 } });
  expect(success).toMatchObject({ tenant: null, of: [], atMostUsd: null, isPublic: true });
  expect(success?.days.at(-1)).toBe('broken');
  expect(await get<MonthReport>(`slo/months/${month}?tenant=hooli`)).toMatchObject({ tenant: 'hooli', requests: 1 });
  expect(await get<MonthReport>('slo/months/2020-02')).toMatchObject({ requests: 0, isWhole: false, costUsd: 0 });
});

it('drills and incidents are marks of the time, and in the month', async () => {
  await callAdmin('POST', 'drills', { minutes: 5, maxCostUsd: 0.5, feature });
  await callAdmin('POST', 'incidents', {
    title: 'a is down',
    objective: 'chat-success',
    publicNote: 'We had an outage.',
  });
  const history = await get<ObjectiveHistory>('slo/history?objective=chat-success&window=1h');
  expect(history.marks).toEqual([
    { kind: 'incident', from: expect.any(Number), to: null, text: 'a is down' },
    { kind: 'drill', from: expect.any(Number), to: expect.any(Number), text: 'Drill of chat' },
  ]);
  expect((await get<ObjectiveHistory>('slo/history?objective=chat-ttft&window=1h')).marks).toHaveLength(1);
  const report = await get<MonthReport>(`slo/months/${month}`);
  expect(report.drills).toEqual([{ at: expect.any(Number), text: 'Drill of chat' }]);
  expect(report.incidents).toMatchObject([{ objective: 'chat-success', closedAt: null, text: 'We had an outage.' }]);
});

it.each([
  ['slo/history?objective=chat-succes', 'objective: did you mean "chat-success"?'],
  ['slo/history', 'objective'],
  ['slo/history?objective=chat-success&window=10d', 'window: write one of 5m'],
  ['slo/durations?feature=nope', 'feature: write one of chat'],
  ['slo/durations?feature=chat&window=1y', 'window: write one of 6h, 24h'],
  ['slo/months/2026-13', 'month: write a month such as 2026-11'],
  ['slo/months/2026-11-01', 'month: write a month such as 2026-11'],
  ['money?month=now', 'month: write a month such as 2026-11'],
  ['money?month=9999-12', `month: has not begun; write a month up to ${month}`],
  ['slo/months/9999-12', `month: has not begun; write a month up to ${month}`],
  ['money?tenant=hoolli', 'tenant: does not exist; did you mean "hooli"?'],
  [`slo/months/${month}?tenant=hoolli`, 'tenant: does not exist; did you mean "hooli"?'],
  ['slo/history?objective=chat-success&tenant=hoolli', 'tenant: does not exist; did you mean "hooli"?'],
])('%s says what would be right', async (path, words) => {
  expect(await refused(callAdmin('GET', path))).toContain(`400 invalid_body ${words}`);
});

it('a tenant that is counted with others: where its money went is what its ledger knows', async () => {
  const book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName('book'));
  const others = Array.from({ length: 200 }, (_, place) =>
    recordOf({ arrivedAt: now, tenant: `t${place}`, feature, costMicroUsd: 1 }),
  );
  const folded = recordOf({ arrivedAt: now, tenant: 'folded', feature, costMicroUsd: 300_000 });
  const body = JSON.stringify({ records: packRecords([...others, folded], () => false), dropped: {} });
  await book.record({ source: 'test', seq: 1, sentAt: Date.now(), body });
  await callAdmin('POST', 'keys', { tenant: 'folded' });
  expect(await get('money?tenant=folded')).toMatchObject({ isAmongOthers: true, spentUsd: 0, where: [] });
  for (const [scope, deltaUsd] of [
    ['tenant', 0.3],
    ['feature:chat', 0.1],
    ['feature:summarize', 0.2],
    ['key:0123456789abcdef0123', 0.3],
  ])
    await callAdmin('POST', 'ledger/folded/adjustments', { scope, deltaUsd });
  const unknown = { model: 'unknown', requests: null };
  expect(await get('money?tenant=folded')).toMatchObject({
    ...{ isAmongOthers: true, spentUsd: 0.3 },
    where: [
      { feature: 'summarize', costUsd: 0.2, ...unknown },
      { feature: 'chat', costUsd: 0.1, ...unknown },
    ],
  });
  // What was counted for itself stays as it is.
  expect((await get<MoneyReport>('money?tenant=acme')).where[0]).toMatchObject({ model: 'large', requests: 1 });
});
