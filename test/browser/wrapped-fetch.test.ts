/** A worker that wraps its `fetch` before travel mode, as for the demo's plug: the network fails inside it, while the browser's flag says online. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { killWorkers } from './support/browser.ts';
import { isChat } from './support/line.ts';
import { lookAt, queue, untilState } from './support/outbox.ts';
import { contentOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { connectionOf, listen, toldOf, untilTold } from './support/travel-page.ts';

const bench = await startTravelBench();

/** The plug outlives the worker, in a cache of its own. */
const WORKER = `
  const network = self.fetch.bind(self);
  let line = new AbortController();
  let pulled = caches.has('pulled');
  self.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (await pulled) throw new TypeError('Failed to fetch');
    return network(request, { signal: AbortSignal.any([request.signal, line.signal]) });
  };
  self.addEventListener('message', ({ data, ports }) => {
    if (typeof data?.pull !== 'boolean') return;
    pulled = Promise.resolve(data.pull);
    line.abort(new TypeError('Failed to fetch'));
    line = new AbortController();
    (data.pull ? caches.open('pulled') : caches.delete('pulled')).then(() => ports[0].postMessage('done'));
  });
  importScripts('${bench.line.origin}/sw.js');
`;
beforeEach(() => bench.deployForeign(WORKER));
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const pull = (page: Page, isPulled: boolean): Promise<void> =>
  page.evaluate(
    (isPulled) =>
      new Promise<void>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve();
        navigator.serviceWorker.controller?.postMessage({ pull: isPulled }, [port2]);
      }),
    isPulled,
  );

const open = async (): Promise<Page> => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana', foreign: true });
  await listen(page);
  return page;
};
const untilConnection = (page: Page, connection: string) =>
  until(`it is ${connection}`, async () => (await connectionOf(page)) === connection);
const passed = () => bench.line.seen.length;

/** Nothing in the browser changes when the plug goes in again, so the page announces it, or checks by itself. */
const SIGNS: [string, (page: Page) => Promise<void>][] = [
  ['an online event', (page) => page.evaluate(() => void dispatchEvent(new Event('online')))],
  ['a tab that is looked at', lookAt],
];

describe.each(SIGNS)('with %s', (_, sign) => {
  test('the router is unreachable, a question waits, and is sent once when the plug is in again', async () => {
    const page = await open();
    await pull(page, true);
    const before = passed();
    const id = await queue(bench, page, 'Why?');
    await untilConnection(page, 'unreachable');
    await sign(page);
    expect(await page.evaluate(() => travel.queue())).toMatchObject([{ id, state: 'waiting', tries: 0 }]);
    expect(passed()).toBe(before);
    await pull(page, false);
    await sign(page);
    await untilState(page, id, 'answered');
    await untilConnection(page, 'online');
    expect([bench.provider.calls, bench.line.seen.filter(isChat).length]).toEqual([['Why?'], 1]);
    expect(await toldOf(page, 'connection')).toEqual([{ connection: 'unreachable' }, { connection: 'online' }]);
  });

  test('with nothing waiting the strip is right again, too, in every tab', async () => {
    const page = await open();
    const second = await bench.openPage(page.context(), { person: 'bo', foreign: true });
    await pull(page, true);
    const asked = await bench.ask(page, { prompt: 'Why?' });
    expect([asked.status, asked.headers['x-carryon-travel']]).toEqual([503, 'offline']);
    for (const tab of [page, second]) await untilConnection(tab, 'unreachable');
    await pull(page, false);
    await sign(page);
    for (const tab of [page, second]) await untilConnection(tab, 'online');
  });
});

test('a saved answer stands in, and what was asked while the plug was out is not asked of the router', async () => {
  const page = await open();
  await bench.ask(page, { prompt: 'Why?' });
  await pull(page, true);
  const asked = await bench.ask(page, { prompt: 'Why?' });
  expect(asked.headers).toMatchObject({ 'x-carryon-travel': 'stale', 'x-carryon-travel-cause': 'unreachable' });
  expect(contentOf(asked)).toBe(answerTo('Why?', 1));
  expect(bench.provider.calls).toEqual(['Why?']);
});

test('a stream that is pulled breaks and goes on when the plug is in again: whole, asked and paid for once', async () => {
  const page = await open();
  bench.provider.set({ pauseAfter: 5 });
  const running = await bench.startAsk(page, { prompt: 'Why?' });
  await running.until('five words', (answer) => contentOf(answer).endsWith('w4'));
  await pull(page, true);
  await untilTold(page, 'resuming');
  await untilConnection(page, 'unreachable');
  bench.provider.resume();
  await pull(page, false);
  const answer = await running.ended();
  expect([answer.state, contentOf(answer)]).toEqual(['done', answerTo('Why?', 1)]);
  await untilConnection(page, 'online');
  expect(bench.provider.calls).toEqual(['Why?']);
});

test('the plug stays out over a killed worker and a reload: a question still waits, then goes', async () => {
  const page = await open();
  await pull(page, true);
  const id = await queue(bench, page, 'Why?');
  await killWorkers(page);
  await page.reload();
  await bench.travel(page, { person: 'ana' });
  await untilConnection(page, 'unreachable');
  expect(await page.evaluate(() => travel.queue())).toMatchObject([{ id, state: 'waiting' }]);
  expect(await page.evaluate(() => travel.notes.put('n', 'kept without a network'))).toBe(true);
  await pull(page, false);
  await lookAt(page);
  await untilState(page, id, 'answered');
  expect(bench.provider.calls).toEqual(['Why?']);
});
