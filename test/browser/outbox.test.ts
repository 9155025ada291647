import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { dispatchSync, killWorkers, openProfile } from './support/browser.ts';
import { isChat } from './support/line.ts';
import { answerText, lookAt, outages, QUEUE, questionOf, questions, queue, untilState } from './support/outbox.ts';
import { contentOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { listen } from './support/travel-page.ts';

// Background Sync is the browser's own.
const bench = await startTravelBench({ browserKind: 'whole' });
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const sends = () => bench.line.seen.filter(isChat).length;

const contentById = async (page: Page, id: string) => contentOf({ text: (await answerText(page, id)) ?? '' });

describe.each(outages(bench))('with $name', (outage) => {
  test('a question is queued, sent exactly once when the network is back, and its answer read by its id and offline', async () => {
    const context = await bench.newContext();
    const page = await bench.openPage(context, { person: 'ana' });
    await listen(page);
    await outage.begin(context);
    const id = await queue(bench, page, 'Why?');
    expect(await questionOf(page, id)).toMatchObject({ id, state: 'waiting', tries: 0, lastError: null });
    expect(await answerText(page, id)).toBeUndefined();
    await outage.end(context);
    await untilState(page, id, 'answered');
    expect(await contentById(page, id)).toBe(answerTo('Why?', 1));
    const events = [
      { type: 'queue', detail: { waiting: 1 } },
      { type: 'answered', detail: { id } },
      { type: 'queue', detail: { waiting: 0 } },
    ].map((event) => JSON.stringify(event));
    await until('the page is told', async () => {
      const said = JSON.stringify(await page.evaluate(() => told));
      return events.every((event) => said.includes(event));
    });
    expect([sends(), bench.provider.calls]).toEqual([1, ['Why?']]);
    await outage.begin(context);
    const again = await bench.ask(page, { prompt: 'Why?' });
    expect(again.headers['x-carryon-travel']).toBe('stale');
    expect(contentOf(again)).toBe(answerTo('Why?', 1));
    expect(bench.provider.calls).toEqual(['Why?']);
  });

  test('a question outlives reload and the death of its worker, on another origin', async () => {
    const context = await bench.newContext();
    const page = await bench.openPage(context, { person: 'ana', foreign: true });
    await outage.begin(context);
    const id = await queue(bench, page, 'Why?');
    await killWorkers(page);
    expect(await questionOf(page, id)).toMatchObject({ state: 'waiting' });
    await outage.end(context);
    await page.reload();
    await bench.travel(page, { person: 'ana' });
    await untilState(page, id, 'answered');
    expect(await contentById(page, id)).toBe(answerTo('Why?', 1));
    expect(bench.provider.calls).toEqual(['Why?']);
  });
});

test('a question outlives a restart of the browser, and is sent when a tab of its person opens', async () => {
  const profile = await openProfile();
  try {
    const page = await bench.openPage(await bench.adopt(profile.context), { person: 'ana' });
    await bench.line.down();
    const id = await queue(bench, page, 'Why?');
    await bench.line.up();
    const context = await bench.adopt(await profile.restart());
    const stranger = await bench.openPage(context, { person: 'bo' });
    await lookAt(stranger);
    expect(await questions(stranger)).toEqual([]);
    const next = await bench.openPage(context, { person: 'ana' });
    await untilState(next, id, 'answered');
    expect(await contentById(next, id)).toBe(answerTo('Why?', 1));
    expect(bench.provider.calls).toEqual(['Why?']);
  } finally {
    await profile.close();
  }
});

test('questions are sent once each, though three tabs and Background Sync wake the worker at once', async () => {
  const context = await bench.newContext();
  const pages = await Promise.all([1, 2, 3].map(() => bench.openPage(context, { person: 'ana' })));
  const [page] = pages as [Page];
  await bench.line.down();
  const prompts = ['a', 'b', 'c', 'd', 'e'];
  for (const prompt of prompts) await queue(bench, page, prompt);
  await bench.line.up();
  await Promise.all([...pages.map(lookAt), dispatchSync(page, `carryon outbox ${bench.line.origin}`)]);
  await until('all are answered', async () =>
    (await questions(page)).every(({ state, tries }) => state === 'answered' && tries === 1),
  );
  expect(bench.provider.calls).toEqual(prompts);
  expect(sends()).toBe(prompts.length);
});

test('Background Sync alone wakes it; a worker that dies while it sends is paid once', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  await bench.line.down();
  const id = await queue(bench, page, 'Why?');
  await bench.line.up();
  bench.provider.set({ firstAfterMs: 1000 });
  const sync = dispatchSync(page, `carryon outbox ${bench.line.origin}`);
  await until('it is on its way', () => bench.provider.calls.length === 1);
  await killWorkers(page);
  await sync;
  await until('it waits again', async () => {
    await lookAt(page);
    return (await questionOf(page, id))?.state !== 'sending';
  });
  await untilState(page, id, 'answered');
  expect(await contentById(page, id)).toBe(answerTo('Why?', 1));
  expect(bench.provider.calls).toEqual(['Why?']);
});

test('a question that the router had, and whose answer was lost, is queued under the key it was sent with', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  bench.line.fault({ kind: 'lose-headers' }, { times: Number.POSITIVE_INFINITY });
  const id = await queue(bench, page, 'Why?');
  expect(bench.provider.calls).toEqual(['Why?']);
  bench.line.clear();
  await lookAt(page);
  await untilState(page, id, 'answered');
  expect(await contentById(page, id)).toBe(answerTo('Why?', 1));
  expect(bench.provider.calls).toEqual(['Why?']);
});

test('where a token is refused the page is asked once more, and no question goes without one', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  // From then on its features are known, so that only the outbox needs a token.
  await bench.ask(page, { prompt: 'First?' });
  await bench.line.down();
  const id = await queue(bench, page, 'Why?');
  const token = await bench.token('ana');
  const over = `${token.slice(0, -8)}AAAAAAAA`;
  // The page returns the first of these until the test says otherwise, and each of the others once.
  await page.evaluate(`(async () => {
    const { travelMode } = await import('${bench.line.origin}/travel.js');
    Object.assign(globalThis, { tokens: [null], asked: 0 });
    const getToken = () => {
      asked += 1;
      return tokens.length > 1 ? tokens.shift() : tokens[0];
    };
    globalThis.travel = await travelMode({ person: 'ana', getToken });
  })()`);
  await bench.line.up();
  await lookAt(page);
  await until('the page was asked for a token', () => page.evaluate('asked > 0') as Promise<boolean>);
  expect(await questionOf(page, id)).toMatchObject({ state: 'waiting', tries: 0, lastError: null });
  expect(sends()).toBe(1);
  await page.evaluate(`tokens = ${JSON.stringify([over, token])}`);
  await page.evaluate((one) => travel.sendNow(one), id);
  expect(await untilState(page, id, 'answered')).toMatchObject({ tries: 1 });
  expect(bench.line.seen.filter(isChat).map(({ status }) => status)).toEqual([200, 401, 200]);
});

describe('what comes back', () => {
  let page: Page;
  let id: string;
  beforeEach(async () => {
    page = await bench.openPage(await bench.newContext(), { person: 'ana' });
    await bench.line.down();
    id = await queue(bench, page, 'Why?');
    await bench.line.up();
  });

  const ours = { 'x-request-id': '019aca15-7e5e-7c4a-9d3a-3f1c2b4d5e6f', 'content-type': 'application/json' };
  const refusal = (code: string) => JSON.stringify({ error: { message: 'no', type: 'x', code, param: null } });
  const answerWith = (status: number, headers: Record<string, string>, body: string, match = isChat) =>
    bench.line.fault({ kind: 'answer', status, headers, body }, { times: Number.POSITIVE_INFINITY, match });

  test('a captive portal is no answer: the prompt does not go to it', async () => {
    answerWith(200, { 'content-type': 'text/html' }, '<h1>Welcome to the airport</h1>', () => true);
    await lookAt(page);
    await until('the portal was asked', () => bench.line.seen.some(({ path }) => path === '/healthz'));
    expect(await questionOf(page, id)).toMatchObject({ state: 'waiting', tries: 0 });
    expect(sends()).toBe(0);
    bench.line.clear();
    await until('answered', async () => {
      await lookAt(page);
      return (await questionOf(page, id))?.state === 'answered';
    });
    expect(bench.provider.calls).toEqual(['Why?']);
  });

  test('whatever is not its answer leaves it waiting, and sendNow sends it under its own key', async () => {
    // No two in a row leave the same code, so a new code shows that the next one has come.
    const replies: [number, Record<string, string>, string, string][] = [
      [200, { 'content-type': 'text/html' }, '<h1>Log in</h1>', 'unreachable'],
      [502, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>', 'http_502'],
      [200, { 'content-type': 'application/json' }, '{"choices":[]}', 'unreachable'],
      [200, ours, '{"ok":true}', 'cut'],
      [500, ours, refusal('internal_error'), 'internal_error'],
      [503, { ...ours, 'retry-after': '600' }, refusal('overloaded'), 'overloaded'],
      [429, { ...ours, 'retry-after': '600' }, refusal('rate_limit_exceeded'), 'rate_limit_exceeded'],
      [401, ours, refusal('token_expired'), 'token_expired'],
      // Proxies also add such an id.
      [200, { ...ours, 'content-type': 'text/html' }, '<h1>Log in</h1>', 'unreachable'],
      [503, ours, refusal('overloaded'), 'overloaded'],
      [511, { 'content-type': 'text/html' }, '<h1>Log in</h1>', 'unreachable'],
    ];
    const seen: (string | null)[] = [];
    for (const [status, headers, body] of replies) {
      bench.line.clear();
      answerWith(status, headers, body);
      expect(await page.evaluate((one) => travel.sendNow(one), id)).toBe(id);
      const question = await until('it was sent', async () => {
        const known = await questionOf(page, id);
        return known?.state === 'waiting' && known.lastError !== (seen.at(-1) ?? null) ? known : undefined;
      });
      seen.push(question.lastError);
    }
    bench.line.clear();
    expect(seen).toEqual(replies.map(([, , , lastError]) => lastError));
    await page.evaluate((one) => travel.sendNow(one), id);
    expect(await untilState(page, id, 'answered')).toMatchObject({ lastError: null });
    expect(bench.provider.calls).toEqual(['Why?']);
    expect(new Set(bench.line.seen.filter(isChat).map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set([id]),
    );
  });

  test('the wait that the router names is kept, and then it goes again by itself', async () => {
    const headers = { ...ours, 'retry-after-ms': '700' };
    bench.line.fault({ kind: 'answer', status: 429, headers, body: refusal('rate_limit_exceeded') });
    await lookAt(page);
    await until('it was put off', async () => (await questionOf(page, id))?.lastError === 'rate_limit_exceeded');
    await lookAt(page);
    await untilState(page, id, 'answered');
    expect(bench.line.seen.filter(isChat).map(({ status }) => status)).toEqual([429, 200]);
  });

  test('any other 4xx fails it for good, and sendNow takes a new key', async () => {
    answerWith(400, ours, refusal('invalid_body'));
    await lookAt(page);
    expect(await untilState(page, id, 'failed')).toMatchObject({ lastError: 'invalid_body', tries: 1 });
    bench.line.clear();
    await lookAt(page);
    const next = await page.evaluate((one) => travel.sendNow(one), id);
    expect(next).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(next).not.toBe(id);
    await untilState(page, next ?? '', 'answered');
    expect((await questions(page)).map((question) => question.id)).toEqual([next]);
    expect(bench.provider.calls).toEqual(['Why?']);
    expect(bench.line.seen.filter(isChat).map(({ headers }) => headers['idempotency-key'])).toEqual([id, next]);
  });
});

test('one that is older than a day is shown as expired, and goes only by sendNow', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  await bench.line.down();
  const id = await queue(bench, page, 'Why?');
  await page.evaluate(
    async ({ name, id }) => {
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve) => {
          request.onsuccess = () => resolve(request.result);
        });
      const database = await done(indexedDB.open(name));
      const outbox = database.transaction('outbox', 'readwrite').objectStore('outbox');
      for (const row of await done(outbox.getAll()))
        if (row.id === id) await done(outbox.put({ ...row, askedAt: row.askedAt - 24 * 3_600_000 }));
      database.close();
    },
    { name: `carryon ${bench.line.origin}`, id },
  );
  expect(await questionOf(page, id)).toMatchObject({ state: 'expired' });
  await bench.line.up();
  await lookAt(page);
  await bench.ask(page, { prompt: 'Another?' });
  expect(await questionOf(page, id)).toMatchObject({ state: 'expired', tries: 0 });
  const next = (await page.evaluate((one) => travel.sendNow(one), id)) ?? '';
  await untilState(page, next, 'answered');
  expect(bench.provider.calls).toEqual(['Another?', 'Why?']);
});

test('it holds 20 questions of 256 KB at most; the same one is not held twice, and a cancelled one is not sent', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { person: 'ana' });
  await context.setOffline(true);
  const large = await bench.ask(page, { prompt: 'x'.repeat(256 * 1024), headers: QUEUE });
  expect(large.headers['x-carryon-travel']).toBe('offline');
  const ids: string[] = [];
  for (let number = 1; number <= 20; number += 1) ids.push(await queue(bench, page, `question ${number}`));
  expect(await queue(bench, page, 'question 7')).toBe(ids[6]);
  const refused = await bench.ask(page, { prompt: 'question 21', headers: QUEUE });
  expect([refused.status, refused.headers['x-carryon-travel']]).toEqual([503, 'offline']);
  expect(JSON.parse(refused.text)).toMatchObject({ error: { code: 'offline' } });
  expect(await page.evaluate(() => travel.usage())).toMatchObject({ queued: 20 });
  for (const id of ids.slice(1)) expect(await page.evaluate((one) => travel.cancel(one), id)).toBe(true);
  expect(await page.evaluate((one) => travel.cancel(one), ids[1] ?? '')).toBe(false);
  expect((await questions(page)).map(({ id }) => id)).toEqual([ids[0]]);
  await context.setOffline(false);
  await untilState(page, ids[0] ?? '', 'answered');
  expect(await page.evaluate((one) => travel.cancel(one), ids[0] ?? '')).toBe(true);
  expect(await answerText(page, ids[0] ?? '')).toBeUndefined();
  expect(bench.provider.calls).toEqual(['question 1']);
});

test('what was seen without a network is reported once, behind the next live answer', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana', credential: await bench.token('ana') });
  const ask = { prompt: 'Why?', feature: 'chat' };
  await bench.ask(page, ask);
  await bench.line.down();
  await bench.ask(page, ask);
  await bench.ask(page, { ...ask, prompt: 'Unknown?' });
  await bench.line.up();
  await bench.ask(page, { ...ask, prompt: 'Live?' });
  const reports = () => bench.line.seen.filter(({ path }) => path === '/ai/reports');
  await until('the reports are taken', () => reports()[0]?.status === 204);
  const told = JSON.parse(reports()[0]?.body ?? '') as {
    reports: { kind: string; feature: string; waitedMs: number }[];
  };
  expect(told.reports.map(({ kind }) => kind)).toEqual(['stale', 'offline']);
  expect(told.reports[0]).toEqual({
    ...{ id: expect.any(String), at: expect.any(Number), kind: 'stale', feature: 'chat', waitedMs: expect.any(Number) },
  });
  await bench.ask(page, { ...ask, prompt: 'Live again?' });
  expect(reports().length).toBe(1);
});
