/** The demo's pulled Wi-Fi: travel mode behaves as if the network were gone. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { killWorkers } from './support/browser.ts';
import { untilServed, wifi } from './support/demo-page.ts';
import { contentOf, dataOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { connectionOf, listen, untilTold } from './support/travel-page.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

/** A page of the router's origin with the demo's worker, without the demo's own code in it. */
async function openPage(context: BrowserContext, person = 'ana'): Promise<Page> {
  const page = await bench.openPage(context);
  await page.evaluate(
    async ([name, token]) => {
      const { travelMode } = await importScript('/travel.js');
      globalThis.travel = await travelMode({ worker: '/demo-sw.js', person: name, getToken: () => token });
    },
    [person, bench.publishableKey] as const,
  );
  await untilServed(page);
  await listen(page);
  return page;
}

const chats = () => bench.line.seen.filter(({ method }) => method === 'POST').length;
const call = (page: Page, method: string, path: string): Promise<number | string> =>
  page.evaluate(
    async ([how, where]) => {
      try {
        return (await fetch(where, { method: how })).status;
      } catch (error) {
        return (error as Error).name;
      }
    },
    [method, path] as const,
  );

test('a question asked before has its saved answer, and another one waits until the Wi-Fi is back', async () => {
  const page = await openPage(await bench.newContext());
  await bench.ask(page, { prompt: 'Why?' });
  expect(await wifi(page)).toBe(false);
  expect(await wifi(page, true)).toBe(true);
  const asked = chats();
  const saved = await bench.ask(page, { prompt: 'Why?' });
  expect(saved.headers).toMatchObject({ 'x-carryon-travel': 'stale', 'x-carryon-travel-cause': 'offline' });
  expect(contentOf(saved)).toBe(answerTo('Why?', 1));
  const queued = await bench.ask(page, { prompt: 'And then?', headers: { 'x-carryon-travel': 'queue' } });
  expect([queued.status, queued.headers['x-carryon-travel']]).toEqual([503, 'queued']);
  expect((await bench.ask(page, { prompt: 'Never.' })).text).toContain('offline');
  await page.evaluate(() => navigator.sendBeacon('/ai', '{"prompt": "Into the blue?"}'));
  expect(await page.evaluate(() => fetch('/ai', { method: 'POST', mode: 'no-cors' }).catch(({ name }) => name))).toBe(
    'TypeError',
  );
  expect([chats(), bench.provider.calls]).toEqual([asked, ['Why?']]);

  expect(await wifi(page, false)).toBe(false);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await untilTold(page, 'answered');
  expect(bench.provider.calls).toEqual(['Why?', 'And then?']);
  expect((await bench.ask(page, { prompt: 'Live?' })).headers['x-carryon-travel']).toBe('live');
});

test('an answer that is open breaks, and goes on where it broke', async () => {
  const page = await openPage(await bench.newContext());
  bench.provider.set({ pauseAfter: 5 });
  const ask = await bench.startAsk(page, { prompt: 'Why?' });
  await ask.until('some of it is read', ({ text }) => text.includes(' w4'));
  await wifi(page, true);
  await untilTold(page, 'resuming');
  bench.provider.resume();
  const seen = bench.line.seen.length;
  await until('the run goes on without the page', () => bench.provider.calls.length === 1);
  expect((await ask.now()).state).toBe('open');
  expect(bench.line.seen.length).toBe(seen);
  await wifi(page, false);
  const answer = await ask.ended();
  expect([contentOf(answer), dataOf(answer).at(-1)]).toEqual([answerTo('Why?', 1), '[DONE]']);
  expect(bench.provider.calls).toEqual(['Why?']);
});

test('a question on its way breaks as well', async () => {
  const page = await openPage(await bench.newContext());
  await bench.ask(page, { prompt: 'Why?' });
  bench.line.fault({ kind: 'stall-headers' });
  const ask = await bench.startAsk(page, { prompt: 'Why?' });
  await until('it is out', () => chats() === 2);
  await wifi(page, true);
  expect((await ask.ended()).headers).toMatchObject({
    'x-carryon-travel': 'stale',
    'x-carryon-travel-cause': 'offline',
  });
});

test('it stays pulled where the browser ends the worker, and in the next page', async () => {
  const context = await bench.newContext();
  const page = await openPage(context);
  await bench.ask(page, { prompt: 'Why?' });
  await wifi(page, true);
  const seen = bench.line.seen.length;
  for (let time = 0; time < 3; time++) {
    await killWorkers(page);
    // The first request of a worker that has just woken up, of either kind.
    if (time === 1) expect(await call(page, 'GET', '/ai/features')).toBe('TypeError');
    const saved = await bench.ask(page, { prompt: 'Why?' });
    expect(saved.headers).toMatchObject({ 'x-carryon-travel': 'stale', 'x-carryon-travel-cause': 'offline' });
  }
  expect(await wifi(page)).toBe(true);
  expect(bench.line.seen.length).toBe(seen);
  const other = await openPage(context, 'ben');
  expect(await wifi(other)).toBe(true);
  await wifi(other, false);
  await killWorkers(page);
  expect(await wifi(page)).toBe(false);
  expect((await bench.ask(page, { prompt: 'Why?' })).headers['x-carryon-travel']).toBe('live');
});

test('a worker that is removed by hand can be installed again', async () => {
  const context = await bench.newContext();
  const first = await openPage(context);
  await wifi(first, true);
  await first.evaluate(async () => {
    await (await navigator.serviceWorker.getRegistration())?.unregister();
    for (const name of await caches.keys()) if (name.startsWith('workbox-precache')) await caches.delete(name);
  });
  await first.close();
  const page = await openPage(context);
  expect(await wifi(page)).toBe(true);
  expect(await wifi(page, false)).toBe(false);
  expect((await bench.ask(page, { prompt: 'Why?' })).headers['x-carryon-travel']).toBe('live');
});

const OWN = [
  ['GET', '/ai/features'],
  ['GET', '/ai/streams/0123456789abcdef0123456789abcdef'],
  ['DELETE', '/ai/streams/0123456789abcdef0123456789abcdef'],
  ['GET', '/demo/settings'],
  ['POST', '/demo/token'],
  ['PUT', '/demo/limits'],
  ['PUT', '/demo/faults/a'],
  ['GET', '/healthz'],
  ['GET', '/v1/models'],
] as const;

test('none of the page’s own calls reaches the router meanwhile; what is not the demo’s does', async () => {
  const page = await openPage(await bench.newContext());
  for (const [method, path] of OWN) expect(typeof (await call(page, method, path)), path).toBe('number');
  await wifi(page, true);
  bench.line.seen.splice(0);
  for (const [method, path] of OWN) expect([path, await call(page, method, path)]).toEqual([path, 'TypeError']);
  expect(bench.line.seen).toEqual([]);
  for (const path of ['/admin/keys', '/operator', '/status'])
    expect(typeof (await call(page, 'GET', path))).toBe('number');
});

test('other tabs hear of it, and all of them see no network', async () => {
  const context = await bench.newContext();
  const page = await openPage(context);
  const other = await openPage(context);
  await other.evaluate(() => {
    Object.assign(globalThis, { heard: [] });
    navigator.serviceWorker.addEventListener('message', ({ data }) => {
      if (data.demo) (globalThis as unknown as { heard: unknown[] }).heard.push(data);
    });
  });
  const heard = () => other.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard);
  await wifi(page, true);
  // Nothing changes if it is already pulled.
  await wifi(page, true);
  await wifi(page, false);
  const both = [true, false].map((off) => ({ demo: 'wifi', off }));
  await until('it is told', async () => (await heard()).length >= 2);
  expect(await heard()).toEqual(both);
  expect(await connectionOf(page)).toBe('online');
});

test('a new version that waited meanwhile knows that it is pulled', async () => {
  const page = await openPage(await bench.newContext());
  await bench.ask(page, { prompt: 'Why?' });
  const worker = await (await fetch(`${bench.routerUrl}/demo-sw.js`)).text();
  bench.line.fault(
    { kind: 'answer', status: 200, headers: { 'content-type': 'text/javascript' }, body: `${worker}// 2\n` },
    { times: Number.POSITIVE_INFINITY, match: ({ path }) => path === '/demo-sw.js' },
  );
  await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
  await untilTold(page, 'update');
  await wifi(page, true);
  await page.evaluate(() => travel.update());
  await untilServed(page);
  expect(await wifi(page)).toBe(true);
  const saved = await bench.ask(page, { prompt: 'Why?' });
  expect(saved.headers).toMatchObject({ 'x-carryon-travel': 'stale', 'x-carryon-travel-cause': 'offline' });
});
