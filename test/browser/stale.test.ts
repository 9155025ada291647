/** Asked online, then again without a network: the kept answer, marked and with its age, or a named 503. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { killWorkers, openProfile } from './support/browser.ts';
import { isChat } from './support/line.ts';
import { contentOf, dataOf, type PageAnswer, type PageAsk } from './support/page.ts';
import { answerTo } from './support/provider.ts';

const bench = await startTravelBench();
const { line, provider } = bench;
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const travelOf = ({ status, headers }: PageAnswer) => ({
  status,
  travel: headers['x-carryon-travel'],
  cause: headers['x-carryon-travel-cause'],
});
const chats = () => line.seen.filter(isChat);
/** Waits until this shows that the worker's work behind an answer is done. */
const kept = (page: Page, answers: number) =>
  until(`${answers} kept`, async () => (await page.evaluate(() => travel.usage())).answers === answers);
declare const travel: { usage(): Promise<{ answers: number }>; setMode(mode: string): Promise<void>; mode: string };

/** No network at all; and a router that is down while the browser believes that it is online. */
const OUTAGES = [
  {
    way: 'setOffline',
    cause: 'offline',
    begin: (context: BrowserContext) => context.setOffline(true),
    end: (context: BrowserContext) => context.setOffline(false),
  },
  { way: 'router gone', cause: 'unreachable', begin: () => line.down(), end: () => line.up() },
];

describe.each(OUTAGES)('without a network ($way)', ({ cause, begin, end }) => {
  test.each([false, true])('asked before: the same answer in either form (foreign: %s)', async (foreign) => {
    const context = await bench.newContext();
    const page = await bench.openPage(context, { person: 'ana', foreign });
    await bench.ask(page, { prompt: 'Why?' });
    await bench.ask(page, { prompt: 'How?', stream: false });
    await kept(page, 2);
    await begin(context);
    for (const [prompt, call] of [
      ['Why?', 1],
      ['How?', 2],
    ] as const) {
      for (const stream of [true, false]) {
        const answer = await bench.ask(page, { prompt, stream });
        expect(travelOf(answer)).toEqual({ status: 200, travel: 'stale', cause });
        expect(Number(answer.headers.age)).toBeGreaterThanOrEqual(0);
        expect(contentOf(answer)).toBe(answerTo(prompt, call));
        expect(answer.headers['content-type']).toContain(stream ? 'text/event-stream' : 'application/json');
        if (stream) expect(dataOf(answer).at(-1)).toBe('[DONE]');
      }
    }
    await end(context);
    const again = await bench.ask(page, { prompt: 'Why?' });
    expect([again.headers['x-carryon-travel'], contentOf(again)]).toEqual(['live', answerTo('Why?', 3)]);
    expect(provider.calls).toEqual(['Why?', 'How?', 'Why?']);
  });

  test('never asked before: 503 by name', async () => {
    const context = await bench.newContext();
    const page = await bench.openPage(context, { person: 'ana' });
    await begin(context);
    for (const stream of [true, false]) {
      const answer = await bench.ask(page, { prompt: 'What?', stream });
      expect(travelOf(answer)).toEqual({ status: 503, travel: 'offline', cause });
      expect(JSON.parse(answer.text)).toEqual({
        error: { message: expect.any(String), type: 'offline', code: 'offline', param: null },
      });
      expect(answer.headers).toMatchObject({
        'retry-after': expect.stringMatching(/^\d+$/),
        'x-should-retry': 'false',
        'cache-control': 'no-store',
      });
    }
    // The router cannot refuse a bad request now; a page that resumes by itself gets its browser's own error.
    expect(travelOf(await bench.ask(page, { body: { prompt: 7 } }))).toEqual({ status: 503, travel: 'offline', cause });
    expect((await bench.ask(page, { headers: { 'last-event-id': '3' } })).state).toBe('error');
    await end(context);
    expect(provider.calls).toEqual([]);
  });

  test('after a reload, a killed worker and a restart of the browser', async () => {
    const profile = await openProfile();
    try {
      let context = await bench.adopt(profile.context);
      let page = await bench.openPage(context, { person: 'ana' });
      await bench.ask(page, { prompt: 'Why?' });
      const look = async () => {
        const answer = await bench.ask(page, { prompt: 'Why?' });
        expect(travelOf(answer)).toEqual({ status: 200, travel: 'stale', cause });
        expect(contentOf(answer)).toBe(answerTo('Why?', 1));
      };
      await page.reload();
      await bench.travel(page, { person: 'ana' });
      await begin(context);
      await look();
      await killWorkers(page);
      await look();
      await end(context);
      context = await bench.adopt(await profile.restart());
      page = await bench.openPage(context, { person: 'ana' });
      await begin(context);
      await look();
      await end(context);
      expect(provider.calls).toEqual(['Why?']);
    } finally {
      await profile.close();
    }
  });
});

describe('what counts as the network failing', () => {
  const open = async () => {
    const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
    await bench.ask(page, { prompt: 'Why?', stream: false });
    await kept(page, 1);
    return page;
  };
  const PORTAL = { 'content-type': 'text/html' };

  test('gateways’ errors and captive portals; with nothing kept an error passes as it came, and a portal’s page does not', async () => {
    const page = await open();
    const times = { times: Number.POSITIVE_INFINITY };
    for (const status of [502, 503, 504, 520, 524, 200]) {
      const cause = status === 200 ? 'unreachable' : `http_${status}`;
      line.fault({ kind: 'answer', status, headers: PORTAL, body: 'Log in' }, times);
      expect(travelOf(await bench.ask(page, { prompt: 'Why?' }))).toEqual({ status: 200, travel: 'stale', cause });
      const other = await bench.ask(page, { prompt: `Unknown ${status}` });
      if (status === 200) expect(travelOf(other)).toEqual({ status: 503, travel: 'offline', cause });
      else expect([other.status, other.text, other.headers['x-carryon-travel']]).toEqual([status, 'Log in', 'live']);
      line.clear();
    }
    expect(provider.calls).toEqual(['Why?']);
  });

  test('a silent line, after 3 s where there is a copy', async () => {
    const page = await open();
    line.fault({ kind: 'stall-headers' });
    const answer = await bench.ask(page, { prompt: 'Why?' });
    expect(travelOf(answer)).toEqual({ status: 200, travel: 'stale', cause: 'timeout' });
    expect(answer.headersMs).toBeGreaterThan(2_900);
  });

  test('not what the router refuses', async () => {
    const page = await open();
    const refused = await bench.ask(page, { body: { prompt: 7 } });
    expect(refused).toMatchObject({ status: 400, headers: { 'x-carryon-travel': 'live' } });
    const unknown = await bench.ask(page, { prompt: 'Why?', feature: 'nowhere' });
    expect([unknown.status, JSON.parse(unknown.text).error.code]).toEqual([400, 'unknown_feature']);
    provider.set({ status: 400 });
    expect((await bench.ask(page, { prompt: 'Why?', stream: false })).status).toBe(400);
  });

  test('a connection lost before its headers is tried once more, and the provider is asked once', async () => {
    const page = await open();
    for (const kind of ['refuse', 'lose-headers'] as const) {
      line.fault({ kind });
      const answer = await bench.ask(page, { prompt: `Lost by ${kind}`, stream: kind === 'refuse' });
      expect([answer.status, answer.headers['x-carryon-travel']]).toEqual([200, 'live']);
    }
    expect(provider.calls).toEqual(['Why?', 'Lost by refuse', 'Lost by lose-headers']);
  });
});

describe('what is not kept', () => {
  const NEVER: [string, PageAsk][] = [
    ['travel mode off', { headers: { 'x-carryon-travel': 'off' } }],
    ['no-store', { headers: { 'x-carryon-cache': 'no-store' } }],
    ['a feature with travelTtl 0s', { feature: 'never' }],
  ];

  test('nor given, where the page wants neither', async () => {
    const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
    for (const [prompt, how] of NEVER)
      for (const stream of [true, false]) expect((await bench.ask(page, { prompt, ...how, stream })).status).toBe(200);
    expect((await page.evaluate(() => travel.usage())).answers).toBe(0);
    await bench.ask(page, { prompt: 'Kept' });
    await line.down();
    for (const [prompt, how] of NEVER)
      expect(travelOf(await bench.ask(page, { prompt, ...how }))).toMatchObject({ status: 503, travel: 'offline' });
    expect((await bench.ask(page, { prompt: 'Kept' })).headers['x-carryon-travel']).toBe('stale');
    for (const [, how] of NEVER) expect((await bench.ask(page, { prompt: 'Kept', ...how })).status).toBe(503);
  });

  test('anything of nobody', async () => {
    const page = await bench.openPage(await bench.newContext(), { person: null });
    expect((await bench.ask(page)).headers['x-carryon-travel']).toBe('live');
    await line.down();
    expect(travelOf(await bench.ask(page))).toEqual({ status: 503, travel: 'offline', cause: 'unreachable' });
  });

  test('what its feature keeps for two seconds, after two seconds', async () => {
    const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
    const asked = performance.now();
    await bench.ask(page, { feature: 'brief' });
    await line.down();
    await until('it is too old', async () => (await bench.ask(page, { feature: 'brief' })).status === 503);
    expect(performance.now() - asked).toBeGreaterThan(2_000);
  });
});

describe('mode travel', () => {
  test('gives what is kept at once, and asks the router behind it', async () => {
    const context = await bench.newContext();
    const page = await bench.openPage(context, { person: 'ana' });
    await bench.ask(page);
    await page.evaluate(() => travel.setMode('travel'));
    await killWorkers(page);
    const first = await bench.ask(page);
    expect(travelOf(first)).toEqual({ status: 200, travel: 'stale', cause: 'mode' });
    expect(contentOf(first)).toBe(answerTo('What is a failover?', 1));
    // Each of these asks the router behind its answer; the newest kept answer is given.
    await until('the second answer is kept', async () => contentOf(await bench.ask(page)).startsWith('Answer-2'));
    expect((await bench.ask(page, { prompt: 'New?' })).headers['x-carryon-travel']).toBe('live');
    const other = await bench.openPage(context, { person: 'ana' });
    expect(await other.evaluate(() => travel.mode)).toBe('travel');
    await other.evaluate(() => travel.setMode('auto'));
    await until('told to all tabs', () => page.evaluate(() => travel.mode === 'auto'));
    expect((await bench.ask(page)).headers['x-carryon-travel']).toBe('live');
  });
});

describe('what goes out', () => {
  test('has a key of the router’s time: one of a clock that is days behind is replaced', async () => {
    const page = await bench.openPage(await bench.newContext(), { person: null });
    await page.evaluate(async (name) => {
      const opening = indexedDB.open(name);
      await new Promise((resolve) => opening.addEventListener('success', resolve));
      const writing = opening.result.transaction('facts', 'readwrite');
      writing.objectStore('facts').put(-3 * 86_400_000, 'clockOffsetMs');
      await new Promise((resolve) => writing.addEventListener('complete', resolve));
      opening.result.close();
    }, `carryon ${line.origin}`);
    await killWorkers(page);
    for (const stream of [true, false]) expect((await bench.ask(page, { stream })).status).toBe(200);
    expect(chats().map(({ status }) => status)).toEqual([409, 200, 200]);
  });

  test('has a key, a visitor and no header that is for the worker; other paths are left alone', async () => {
    const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
    await bench.ask(page, { headers: { 'x-carryon-travel': 'queue' } });
    await bench.ask(page, { feature: 'plain' });
    await bench.ask(page, { headers: { 'x-carryon-travel': 'off' } });
    await bench.ask(page, {
      stream: false,
      headers: { 'idempotency-key': 'my-own', 'x-carryon-visitor': 'v'.repeat(20) },
    });
    const sent = chats().map(({ headers }) => headers);
    expect(sent.every((headers) => headers['x-carryon-travel'] === undefined)).toBe(true);
    expect(sent[0]).toMatchObject({
      'idempotency-key': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      'x-carryon-resume': '1',
      'x-carryon-visitor': expect.stringMatching(/^.{32,}$/),
    });
    for (const plain of [sent[1], sent[2]]) {
      expect(plain?.['idempotency-key']).toBeUndefined();
      expect(plain?.['x-carryon-resume']).toBeUndefined();
    }
    expect(sent[3]).toMatchObject({ 'idempotency-key': 'my-own', 'x-carryon-visitor': 'v'.repeat(20) });
    const models = await page.evaluate(async (url) => {
      const { status, headers } = await fetch(url);
      return [status, headers.get('x-carryon-travel')];
    }, `${line.origin}/v1/models`);
    expect(models).toEqual([401, null]);
  });
});
