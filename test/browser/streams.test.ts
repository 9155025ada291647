/** Streams over bad connections: the page's own reader gets every byte once and in order, and the answer is paid for once. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { dispatchSync, killWorkers } from './support/browser.ts';
import { type Fault, isChat, isStream } from './support/line.ts';
import { questions } from './support/outbox.ts';
import { contentOf, dataOf, type PageAnswer } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { connectionOf, listen, toldOf, untilTold } from './support/travel-page.ts';

const bench = await startTravelBench();
const { line, provider } = bench;
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const PROMPT = 'Why?';
const WORDS = 200;
const ALWAYS = { times: Number.POSITIVE_INFINITY, match: isStream };

const open = async (foreign = false): Promise<Page> => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana', foreign });
  await listen(page);
  return page;
};

/** Resolves once nothing is held any more. */
const settled = () =>
  until('settled', async () => {
    const { spent, held } = await bench.spentMicroUsd();
    return held === 0 ? { spent } : undefined;
  });

function expectWhole(answer: PageAnswer, call = 1, words = WORDS): void {
  expect(answer).toMatchObject({ state: 'done', status: 200, headers: { 'x-carryon-travel': 'live' } });
  expect(contentOf(answer)).toBe(answerTo(PROMPT, call, words));
  const data = dataOf(answer);
  expect(data.filter((one) => one === '[DONE]')).toHaveLength(1);
  expect(data.at(-1)).toBe('[DONE]');
  const ids = [...answer.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  // The usage chunk, which the page did not ask for, has an id of its own.
  expect(ids).toEqual(ids.toSorted((one, other) => one - other));
  expect(new Set(ids).size).toBe(ids.length);
}

/** The idempotency keys of the page's questions. */
const keysSent = () => [
  ...new Set(line.seen.filter(isChat).flatMap(({ headers }) => headers['idempotency-key'] ?? [])),
];

const CASES: [string, Fault, boolean][] = [
  ['cut behind every tenth event', { kind: 'cut', afterEvents: 10 }, false],
  [
    'cut in the middle of every eleventh, for a page of another origin',
    { kind: 'cut', afterEvents: 10, torn: true },
    true,
  ],
  ['ended in good order every ten events', { kind: 'end', afterEvents: 10 }, false],
];

describe('a stream of 200 events', () => {
  test.each(CASES)('%s', async (_, fault, foreign) => {
    const page = await open(foreign);
    provider.set({ words: WORDS, paceMs: 0 });
    const before = (await settled()).spent;
    line.fault(fault, ALWAYS);
    const answer = await bench.ask(page, { prompt: PROMPT });
    expectWhole(answer);
    const [first, ...rest] = line.seen.filter((seen) => seen.method !== 'OPTIONS' && isStream(seen));
    expect([first?.method, new Set(rest.map(({ method }) => method))]).toEqual(['POST', new Set(['GET'])]);
    expect(rest.length).toBeGreaterThanOrEqual(19);
    expect(provider.calls).toEqual([PROMPT]);
    expect((await toldOf(page, 'resumed')).length).toBeGreaterThanOrEqual(19);
    const cost = (await settled()).spent - before;
    expect(cost).toBeGreaterThan(0);

    line.clear();
    const clean = await bench.ask(page, { prompt: PROMPT });
    expectWhole(clean, 2);
    // Charged once: as much as over a good connection.
    expect((await settled()).spent - before).toBe(2 * cost);
    // Every byte: the two answers differ only in the number of the call.
    const sameCall = (text: string) => text.replaceAll(/Answer-\d|chatcmpl-\w+|"id":"[^"]+"|"created":\d+/g, '');
    expect(sameCall(answer.text)).toBe(sameCall(clean.text));
  });
});

const OUTAGES: [string, (page: Page) => Promise<void>, (page: Page) => Promise<void>][] = [
  ['the router is gone', () => line.down(), () => line.up()],
  [
    'there is no network',
    async (page) => {
      await page.context().setOffline(true);
      line.drop();
    },
    (page) => page.context().setOffline(false),
  ],
];

describe('while an answer is being written', () => {
  test.each(OUTAGES)('%s, and comes back: the reader notices nothing', async (_, begin, end) => {
    const page = await open();
    provider.set({ words: 30, pauseAfter: 10 });
    const running = await bench.startAsk(page, { prompt: PROMPT });
    await running.until('ten words', (answer) => contentOf(answer).endsWith('w9'));
    await begin(page);
    await untilTold(page, 'resuming');
    await until('the page knows', async () => (await connectionOf(page)) !== 'online');
    expect((await running.now()).state).toBe('open');
    provider.resume();
    await end(page);
    expectWhole(await running.ended(), 1, 30);
    await untilTold(page, 'resumed');
    await until('the page knows', async () => (await connectionOf(page)) === 'online');
    expect(provider.calls).toEqual([PROMPT]);
  });

  test('the line falls silent: 2.5 s of it count as dead', async () => {
    const page = await open();
    line.fault({ kind: 'stall', afterEvents: 10 }, { match: isStream });
    const answer = await bench.ask(page, { prompt: PROMPT });
    expectWhole(answer, 1, 20);
    expect(provider.calls).toEqual([PROMPT]);
  });

  test('the page is reloaded and asks again: the same run', async () => {
    const page = await open();
    provider.set({ words: 30, pauseAfter: 10 });
    const running = await bench.startAsk(page, { prompt: PROMPT });
    await running.until('ten words', (answer) => contentOf(answer).endsWith('w9'));
    await page.reload();
    await bench.travel(page, { person: 'ana' });
    provider.resume();
    expectWhole(await bench.ask(page, { prompt: PROMPT }), 1, 30);
    expect(keysSent()).toHaveLength(1);
    expect(provider.calls).toEqual([PROMPT]);
  });

  test('its worker dies before the answer is kept: asked again, the provider is not, and then it is kept', async () => {
    const page = await open();
    provider.set({ words: 30, pauseAfter: 10 });
    const before = (await settled()).spent;
    const running = await bench.startAsk(page, { prompt: PROMPT });
    await running.until('ten words', (answer) => contentOf(answer).endsWith('w9'));
    await killWorkers(page);
    provider.resume();
    expect((await running.ended()).text).not.toContain('[DONE]');
    const cost = (await settled()).spent - before;
    expectWhole(await bench.ask(page, { prompt: PROMPT }), 1, 30);
    expect([keysSent().length, provider.calls, (await settled()).spent - before]).toEqual([1, [PROMPT], cost]);
    await line.down();
    const stale = await bench.ask(page, { prompt: PROMPT });
    expect([stale.headers['x-carryon-travel'], contentOf(stale)]).toEqual(['stale', answerTo(PROMPT, 1, 30)]);
    await line.up();
    provider.set({ pauseAfter: Number.POSITIVE_INFINITY });
    // A complete answer was delivered, so this is a new question.
    expectWhole(await bench.ask(page, { prompt: PROMPT }), 2, 30);
    expect(keysSent()).toHaveLength(2);
  });
});

test('a user that the body names owns the stream, and its rest', async () => {
  const page = await bench
    .newContext()
    .then((context) => bench.openPage(context, { person: 'ana', credential: bench.browserKey }));
  line.fault({ kind: 'cut', afterEvents: 5 });
  const body = { model: 'app/chat', messages: [{ role: 'user', content: PROMPT }], stream: true, user: 'zoë' };
  expectWhole(await bench.ask(page, { path: '/v1/chat/completions', body }), 1, 20);
});

test('an older run of the question that ends late leaves the newer one its key', async () => {
  const page = await open();
  const other = await bench.openPage(page.context(), { person: 'ana' });
  provider.set({ words: 30, pauseAfter: 10 });
  const first = await bench.startAsk(page, { prompt: PROMPT });
  await first.until('ten words', (answer) => contentOf(answer).endsWith('w9'));
  line.fault({ kind: 'stall', afterEvents: 5 });
  const late = await bench.startAsk(other, { prompt: PROMPT });
  await late.until('five words', (answer) => contentOf(answer).includes('w4'));
  provider.resume();
  expectWhole(await first.ended(), 1, 30);
  const second = await bench.startAsk(page, { prompt: PROMPT });
  await second.until('ten words', (answer) => contentOf(answer).endsWith('w9'));
  expectWhole(await late.ended(), 1, 30);
  await second.abort();
  const third = await bench.startAsk(page, { prompt: PROMPT });
  await third.until('the same ten words', (answer) => contentOf(answer).endsWith('w9'));
  provider.resume();
  expectWhole(await third.ended(), 2, 30);
  expect(provider.calls).toEqual([PROMPT, PROMPT]);
});

test('the router dies with the answer in its memory: the stream ends at once, and asked again it is a new question', async () => {
  const page = await open();
  provider.set({ words: 30, pauseAfter: 10 });
  const running = await bench.startAsk(page, { prompt: PROMPT });
  await running.until('ten words', (answer) => contentOf(answer).endsWith('w9'));
  await bench.restartRouter();
  const { text } = await running.ended();
  expect([text.includes('stream_'), text.includes('[DONE]')]).toEqual([true, false]);
  // The router says it once: as an error if it had stored nothing yet, else as an event after what it had.
  const told = line.seen.filter(({ path, status }) => path.startsWith('/ai/streams/') && status !== undefined);
  expect(told).toHaveLength(1);
  provider.reset();
  expectWhole(await bench.ask(page, { prompt: PROMPT }), 2, 20);
});

describe('a key whose run has ended without a whole answer', () => {
  test.each([true, false])('is not asked with again: the same question is a new one (stream: %s)', async (stream) => {
    const page = await open();
    provider.set({ words: 30, pauseAfter: 10 });
    const running = await bench.startAsk(page, { prompt: PROMPT });
    const { headers } = await running.until('ten words', (answer) => contentOf(answer).endsWith('w9'));
    // No tab of this browser sees how it ends.
    await page.goto('about:blank');
    const { 'x-carryon-visitor': visitor } = line.seen.find(isChat)?.headers ?? {};
    const stopped = await fetch(`${bench.routerUrl}/ai/streams/${headers['x-carryon-stream-id']}`, {
      method: 'DELETE',
      headers: {
        authorization: `Bearer ${bench.publishableKey}`,
        origin: line.origin,
        'x-carryon-visitor': `${visitor}`,
      },
    });
    expect(stopped.status).toBe(204);
    provider.set({ pauseAfter: Number.POSITIVE_INFINITY });
    await page.goto(`${line.origin}/page`);
    await bench.travel(page, { person: 'ana' });
    const answer = await bench.ask(page, { prompt: PROMPT, stream });
    expect([answer.status, contentOf(answer)]).toEqual([200, answerTo(PROMPT, 2, 30)]);
    expect(keysSent()).toHaveLength(2);
  });
});

describe('what cannot be resumed', () => {
  test.each([{ feature: 'plain' }, { headers: { 'x-carryon-travel': 'off' } }])(
    'ends by name where it breaks, and is not kept: %j',
    async (how) => {
      const page = await open();
      line.fault({ kind: 'cut', afterEvents: 5 });
      const answer = await bench.ask(page, { prompt: PROMPT, ...how });
      expect(answer).toMatchObject({ state: 'done', status: 200 });
      expect(JSON.parse(dataOf(answer).at(-1) ?? '').error).toMatchObject({ type: 'offline', code: 'stream_lost' });
      expect(answer.text).not.toContain('[DONE]');
      await line.down();
      expect((await bench.ask(page, { prompt: PROMPT, ...how })).status).toBe(503);
    },
  );
});

describe('with the outbox wished for', () => {
  const QUEUE = { headers: { 'x-carryon-travel': 'queue' } };

  test.each([true, false])('a question that no provider answers waits there (stream: %s)', async (stream) => {
    const page = await open();
    provider.set({ status: 503 });
    const answer = await bench.ask(page, { prompt: PROMPT, stream, ...QUEUE });
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([503, 'offline_queued']);
    expect(answer.headers).toMatchObject({ 'x-carryon-travel': 'queued', 'x-carryon-travel-cause': 'http_503' });
    // That run is over too, so that none of its calls reaches the next test.
    await dispatchSync(page, `carryon outbox ${line.origin}`).catch(() => {});
    await until('it is put off', async () => {
      const [waiting] = await questions(page);
      return waiting?.state === 'waiting' && waiting.tries > 0;
    });
  });

  test('a stream that breaks before its first event goes on', async () => {
    const page = await open();
    line.fault({ kind: 'cut', afterEvents: 0 });
    expectWhole(await bench.ask(page, { prompt: PROMPT, ...QUEUE }), 1, 20);
    expect(provider.calls).toEqual([PROMPT]);
  });
});

describe('with an answer kept', () => {
  test('a stream that breaks before its first event, or cannot begin because no provider answers', async () => {
    const page = await open();
    await bench.ask(page, { prompt: PROMPT });
    line.fault({ kind: 'cut', afterEvents: 0 });
    provider.set({ pauseAfter: 0 });
    const cut = await bench.ask(page, { prompt: PROMPT });
    expect(cut.headers).toMatchObject({ 'x-carryon-travel': 'stale', 'x-carryon-travel-cause': 'cut' });
    expect(contentOf(cut)).toBe(answerTo(PROMPT, 1));
    provider.reset();
    expect(contentOf(await bench.ask(page, { prompt: PROMPT }))).toBe(answerTo(PROMPT, 2));
    provider.set({ status: 500 });
    const failed = await bench.ask(page, { prompt: PROMPT });
    expect(failed.headers).toMatchObject({ 'x-carryon-travel': 'stale', 'x-carryon-travel-cause': 'http_503' });
    expect(contentOf(failed)).toBe(answerTo(PROMPT, 2));
  });

  test('a model that thinks for long is waited for', async () => {
    const page = await open();
    await bench.ask(page, { prompt: PROMPT });
    provider.set({ firstAfterMs: 4_000 });
    expectWhole(await bench.ask(page, { prompt: PROMPT }), 2, 20);
  });
});
