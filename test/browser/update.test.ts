/** A new version of the worker: it waits, breaks no stream, and comes in when the page says so. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { contentOf, dataOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { listen, toldOf, untilTold } from './support/travel-page.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

/** Checks for an update, as the browser does at each visit. */
const lookForUpdate = (page: Page): Promise<void> =>
  page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));

const isWaiting = (page: Page): Promise<boolean> =>
  page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting));

const foreignPage = async (context: BrowserContext, person: string) => {
  const page = await bench.openPage(context, { person, foreign: true });
  await listen(page);
  await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
  return page;
};

test('waits, is announced to all tabs, lets every stream end first, and needs no reload', async () => {
  const context = await bench.newContext();
  const [page, other] = [await foreignPage(context, 'ana'), await foreignPage(context, 'ben')];
  await bench.ask(page, { prompt: 'Since when?' });
  bench.provider.set({ pauseAfter: 5 });
  const ask = await bench.startAsk(other, { prompt: 'Why?' });
  await ask.until('some of it is read', ({ text }) => text.includes(' w4'));

  bench.deployForeign(`${bench.foreignWorker}// 2\n`);
  await lookForUpdate(page);
  for (const one of [page, other])
    await until('update is told', async () => (await toldOf(one, 'update')).length === 1);
  await page.evaluate(() => {
    Object.assign(globalThis, { isIn: false });
    void travel.update().then(() => Object.assign(globalThis, { isIn: true }));
  });
  const isIn = () => page.evaluate(() => (globalThis as unknown as { isIn: boolean }).isIn);
  // The page has asked at least once whether a stream is open.
  for (let asked = 0; asked < 5; asked++) await page.evaluate(() => travel.usage());
  expect([await isWaiting(page), await isIn()]).toEqual([true, false]);

  bench.provider.resume();
  const answer = await ask.ended();
  expect([contentOf(answer), dataOf(answer).at(-1)]).toEqual([answerTo('Why?', 2), '[DONE]']);
  await until('the new worker is in', isIn);
  expect(await isWaiting(page)).toBe(false);
  expect(bench.provider.calls).toEqual(['Since when?', 'Why?']);

  // It knows both tabs, though neither has named its person again.
  await bench.line.down();
  expect(contentOf(await bench.ask(page, { prompt: 'Since when?' }))).toBe(answerTo('Since when?', 1));
  expect(contentOf(await bench.ask(other, { prompt: 'Why?' }))).toBe(answerTo('Why?', 2));
  expect((await bench.ask(other, { prompt: 'Since when?' })).status).toBe(503);
  for (const one of [page, other])
    expect(await one.evaluate(() => (globalThis as unknown as { isSamePage?: boolean }).isSamePage)).toBe(true);
});

test('a second new version is told too, and update() without one does nothing', async () => {
  const page = await foreignPage(await bench.newContext(), 'ana');
  await page.evaluate(() => travel.update());
  for (const version of [2, 3]) {
    bench.deployForeign(`${bench.foreignWorker}// ${version}\n`);
    await lookForUpdate(page);
    await until('update is told', async () => (await toldOf(page, 'update')).length === version - 1);
    await page.evaluate(() => travel.update());
    expect(await isWaiting(page)).toBe(false);
  }
});

test('update() ends in a tab that another tab has overtaken', async () => {
  const context = await bench.newContext();
  const [page, other] = [await foreignPage(context, 'ana'), await foreignPage(context, 'ben')];
  bench.deployForeign(`${bench.foreignWorker}// 2\n`);
  await lookForUpdate(page);
  for (const one of [page, other]) await untilTold(one, 'update');
  // What this tab asks the new worker arrives once the other tab has let it in.
  await page.evaluate(async () => {
    const waiting = (await navigator.serviceWorker.getRegistration())?.waiting as ServiceWorker;
    Object.assign(waiting, {
      postMessage: (message: unknown, transfer: Transferable[]) =>
        waiting.addEventListener('statechange', () => {
          if (waiting.state === 'activated') ServiceWorker.prototype.postMessage.call(waiting, message, { transfer });
        }),
    });
  });
  await Promise.all([page, other].map((one) => one.evaluate(() => travel.update())));
  expect(await isWaiting(page)).toBe(false);
});

test('a version that waited before the page was opened is told as well', async () => {
  const context = await bench.newContext();
  const page = await foreignPage(context, 'ana');
  bench.deployForeign(`${bench.foreignWorker}// 2\n`);
  await lookForUpdate(page);
  await untilTold(page, 'update');
  const second = await foreignPage(context, 'ana');
  await untilTold(second, 'update');
});

test('a front end that lets its worker in by itself breaks no stream either', async () => {
  const page = await foreignPage(await bench.newContext(), 'ana');
  bench.provider.set({ pauseAfter: 5 });
  const ask = await bench.startAsk(page, { prompt: 'Why?' });
  await ask.until('some of it is read', ({ text }) => text.includes(' w4'));
  bench.deployForeign(`${bench.foreignWorker}self.addEventListener('install', () => self.skipWaiting());\n`);
  await lookForUpdate(page);
  bench.provider.resume();
  expect(contentOf(await ask.ended())).toBe(answerTo('Why?', 1));
  await until('the new worker is in', async () => !(await isWaiting(page)));
  expect(bench.provider.calls).toEqual(['Why?']);
});

test('a front end whose worker had no travel mode yet gets it by update()', async () => {
  const context = await bench.newContext();
  await context.clock.install();
  bench.deployForeign('self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));\n');
  const page = await bench.openPage(context, { foreign: true });
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js');
    while (navigator.serviceWorker.controller === null)
      await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
  });
  bench.deployForeign(bench.foreignWorker);
  await lookForUpdate(page);
  await until('the new one waits', () => isWaiting(page));
  let isOn = false;
  void bench.travel(page, { person: 'ana' }).then(() => {
    isOn = true;
  });
  // The page waits a while for a worker that does not know the message.
  await until('travelMode() resolves', async () => {
    await page.clock.runFor(1_000);
    return isOn;
  });
  await listen(page);
  expect((await bench.ask(page, { prompt: 'Why?' })).headers).not.toHaveProperty('x-carryon-travel');
  await page.evaluate(() => travel.update());
  expect((await bench.ask(page, { prompt: 'Why?' })).headers['x-carryon-travel']).toBe('live');
  expect((await page.evaluate(() => travel.usage())).answers).toBe(1);
});

test('a worker that is older than what is stored keeps nothing, says so, and lets requests pass', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { foreign: true });
  await page.evaluate(
    (name) =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open(name, 1_000_000);
        opening.onsuccess = () => resolve(opening.result.close());
        opening.onerror = reject;
      }),
    `carryon ${bench.line.origin}`,
  );
  const warnings: string[] = [];
  page.on('console', (message) => warnings.push(message.text()));
  await bench.travel(page, { person: 'ana' });
  for (const call of [1, 2]) {
    const answer = await bench.ask(page, { prompt: 'Why?' });
    expect([contentOf(answer), answer.headers['x-carryon-travel']]).toEqual([answerTo('Why?', call), 'live']);
  }
  expect(await page.evaluate(() => travel.usage())).toEqual({ answers: 0, bytes: 0, queued: 0 });
  await until('the page says so', () => warnings.some((text) => text.includes('full or broken')));
  expect(warnings.filter((text) => text.includes('full or broken')).length).toBe(1);
});
