/** The harness itself, and the basic case: a page under travel mode asks, and is answered as without it. */
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startTravelBench } from './support/bench.ts';
import { dispatchSync, killWorkers, openProfile } from './support/browser.ts';
import { isStream } from './support/line.ts';
import { contentOf, dataOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { SCRIPT } from './support/site.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

describe('without travel mode', () => {
  test('a page asks the router, and reads events as they come', async () => {
    const page = await bench.openPage(await bench.newContext());
    bench.provider.set({ words: 10, pauseAfter: 5 });
    const running = await bench.startAsk(page, { prompt: 'Why?' });
    const half = await running.until('five words', (answer) => contentOf(answer).endsWith('w4'));
    expect(half).toMatchObject({ state: 'open', status: 200 });
    bench.provider.resume();
    const answer = await running.ended();
    expect(answer.state).toBe('done');
    expect(contentOf(answer)).toBe(answerTo('Why?', 1, 10));
    expect(dataOf(answer).at(-1)).toBe('[DONE]');
    expect(bench.provider.calls).toEqual(['Why?']);
  });

  test('the line breaks, falls silent, ends early and answers in the router’s place', async () => {
    const page = await bench.openPage(await bench.newContext());
    const { line } = bench;
    line.fault({ kind: 'cut', afterEvents: 7 });
    const cut = await bench.ask(page);
    expect(cut).toMatchObject({ state: 'error', status: 200 });
    expect(dataOf(cut).length).toBeLessThanOrEqual(7);
    expect(line.seen.at(-1)?.events).toBe(7);
    line.fault({ kind: 'cut', afterEvents: 7, torn: true });
    expect(await bench.ask(page)).toMatchObject({ state: 'error', status: 200 });
    expect(line.seen.at(-1)?.events).toBe(7);
    line.fault({ kind: 'cut', afterBytes: 100 });
    expect(await bench.ask(page)).toMatchObject({ state: 'error', status: 200 });
    line.fault({ kind: 'end', afterEvents: 3 });
    const ended = await bench.ask(page);
    expect([ended.state, dataOf(ended).length]).toEqual(['done', 3]);
    line.fault({ kind: 'answer', status: 502 });
    expect(await bench.ask(page)).toMatchObject({ state: 'done', status: 502 });
    for (const kind of ['refuse', 'lose-headers'] as const) {
      line.fault({ kind }, { times: Number.POSITIVE_INFINITY });
      expect(await bench.ask(page)).toMatchObject({ state: 'error', status: undefined });
      line.clear();
    }
    line.fault({ kind: 'stall', afterEvents: 4 }, { match: isStream });
    const stalled = await bench.startAsk(page);
    await stalled.until('four events', (answer) => dataOf(answer).length === 4);
    line.drop();
    expect(await stalled.ended()).toMatchObject({ state: 'error' });
    await line.down();
    expect(await bench.ask(page)).toMatchObject({ state: 'error', status: undefined });
    await line.up();
    expect(contentOf(await bench.ask(page))).toContain('Answer-');
  });

  test('so does a page of another origin', async () => {
    const page = await bench.openPage(await bench.newContext(), { foreign: true });
    for (const path of ['/ai', '/v1/chat/completions']) {
      expect(contentOf(await bench.ask(page, { path, stream: false }))).toContain('Answer-');
    }
    expect(bench.line.seen.map(({ method }) => method)).toContain('OPTIONS');
  });
});

describe.each([{ foreign: false }, { foreign: true }])('under travel mode (foreign: $foreign)', ({ foreign }) => {
  test('an answer is live, whole and passes event by event; with the router gone it is the one that was kept', async () => {
    const page = await bench.openPage(await bench.newContext(), { person: 'ana', foreign });
    bench.provider.set({ pauseAfter: 5 });
    const running = await bench.startAsk(page, { prompt: 'Why?' });
    const half = await running.until('five words', (answer) => contentOf(answer).endsWith('w4'));
    expect(half).toMatchObject({ state: 'open', status: 200, headers: { 'x-carryon-travel': 'live' } });
    bench.provider.resume();
    const live = await running.ended();
    expect([live.state, contentOf(live), dataOf(live).at(-1)]).toEqual(['done', answerTo('Why?', 1), '[DONE]']);
    await bench.line.down();
    const kept = await bench.ask(page, { prompt: 'Why?' });
    expect(kept).toMatchObject({ state: 'done', status: 200, headers: { 'x-carryon-travel': 'stale' } });
    expect(contentOf(kept)).toBe(contentOf(live));
    expect(bench.provider.calls).toEqual(['Why?']);
  });
});

test('a page that is loaded again with the router gone has its module and its answers', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { person: 'ana', foreign: true });
  await bench.ask(page, { prompt: 'Why?' });
  await bench.line.down();
  await page.reload();
  await bench.travel(page, { person: 'ana' });
  expect((await bench.ask(page, { prompt: 'Why?' })).headers['x-carryon-travel']).toBe('stale');
  const another = await bench.openPage(context, { person: 'ana', foreign: true });
  expect((await bench.ask(another, { prompt: 'Why?' })).headers['x-carryon-travel']).toBe('stale');
});

describe('the harness', () => {
  test('ends a service worker, and wakes it by Background Sync', async () => {
    const { foreign } = bench;
    const text =
      'const born = Math.random(); onsync = (event) => { self.tag = event.tag; }; onmessage = ({ ports: [port] }) => port.postMessage({ born, tag: self.tag });';
    foreign.files.set('/plain-worker.js', { type: SCRIPT, text });
    const page = await bench.openPage(await bench.newContext(), { foreign: true });
    const worker = () =>
      page.evaluate(async () => {
        await navigator.serviceWorker.register('/plain-worker.js');
        const { active } = await navigator.serviceWorker.ready;
        const { port1, port2 } = new MessageChannel();
        const answer = new Promise<{ born: number; tag?: string }>((resolve) => {
          port1.onmessage = ({ data }) => resolve(data);
        });
        active?.postMessage('', [port2]);
        return answer;
      });
    const { born } = await worker();
    expect((await worker()).born).toBe(born);
    await killWorkers(page);
    const next = await worker();
    expect(next.born).not.toBe(born);
    await dispatchSync(page, 'a-tag');
    expect(await worker()).toEqual({ born: next.born, tag: 'a-tag' });
    foreign.files.delete('/plain-worker.js');
  });

  test('keeps a profile over a restart of the browser, and finds what is on its disk', async () => {
    const profile = await openProfile();
    try {
      const first = await bench.openPage(await bench.adopt(profile.context));
      await first.evaluate(() => {
        localStorage.setItem('a', 'Quetzalcoatlus-7301');
        localStorage.setItem('b', '«Архаеоптерикс»-7302');
      });
      const second = await bench.openPage(await bench.adopt(await profile.restart()));
      expect(await second.evaluate(() => localStorage.getItem('a'))).toBe('Quetzalcoatlus-7301');
      expect(await profile.search('Velociraptor-7303')).toEqual([]);
      for (const text of ['Quetzalcoatlus-7301', '«Архаеоптерикс»-7302']) {
        expect((await profile.search(text)).length).toBeGreaterThan(0);
      }
    } finally {
      await profile.close();
    }
  });
});
