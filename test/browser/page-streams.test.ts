/** What the page does for streams because its worker cannot: stop a run, and read on after the worker died. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startTravelBench, type TravelBench } from './support/bench.ts';
import { killWorkers } from './support/browser.ts';
import { contentOf, dataOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { listen, toldOf } from './support/travel-page.ts';

let bench: TravelBench;
beforeAll(async () => {
  bench = await startTravelBench();
});
afterEach(() => bench.reset());
afterAll(() => bench?.stop());

declare global {
  /** What a page has read so far. */
  var reading: { response: Response; text: string; isOver: boolean };
  var tokens: string[];
}

/** Asks for a stream, and reads it through `travel.follow` or directly. */
const read = (page: Page, prompt: string, how: 'followed' | 'as it comes', key = bench.publishableKey): Promise<void> =>
  page.evaluate(
    async ({ url, key, prompt, isFollowed }) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ prompt, stream: true }),
      });
      const followed = isFollowed ? travel.follow(response) : response;
      const reading = { response: followed, text: '', isOver: false };
      globalThis.reading = reading;
      const reader = followed.body?.pipeThrough(new TextDecoderStream()).getReader();
      const pump = async () => {
        for (let next = await reader?.read(); next && !next.done; next = await reader?.read())
          reading.text += next.value;
      };
      void pump().finally(() => {
        reading.isOver = true;
      });
    },
    { url: `${bench.line.origin}/ai`, key, prompt, isFollowed: how === 'followed' },
  );

const readSoFar = (page: Page): Promise<{ text: string; isOver: boolean }> =>
  page.evaluate(() => ({ text: reading.text, isOver: reading.isOver }));

const untilRead = (page: Page, word: string) =>
  until(`${word} is read`, async () => contentOf(await readSoFar(page)).includes(word));

const untilOver = (page: Page) =>
  until('the stream is over', async () => {
    const soFar = await readSoFar(page);
    return soFar.isOver ? soFar : undefined;
  });

/** The codes of errors that a stream ended with. */
const errorsIn = (text: string): (string | undefined)[] =>
  dataOf({ text })
    .filter((data) => data !== '[DONE]')
    .flatMap((data) => (JSON.parse(data) as { error?: { code: string } }).error?.code ?? []);

test.each([
  ['a person', 'ana'],
  ['nobody', null],
])('for %s, a followed stream is read to its end though the browser ended the worker', async (_, person) => {
  const page = await bench.openPage(await bench.newContext(), { person });
  await listen(page);
  bench.provider.set({ words: 30, pauseAfter: 10 });
  await read(page, 'Why?', 'followed');
  await untilRead(page, ' w9');
  await killWorkers(page);
  bench.provider.resume();
  const { text } = await untilOver(page);
  expect(contentOf({ text })).toBe(answerTo('Why?', 1, 30));
  expect(dataOf({ text }).at(-1)).toBe('[DONE]');
  expect(bench.provider.calls).toEqual(['Why?']);
  const streamId = await page.evaluate(() => reading.response.headers.get('x-carryon-stream-id'));
  expect(await toldOf(page, 'resuming')).toEqual([{ streamId }]);
  expect(await toldOf(page, 'resumed')).toEqual([{ streamId }]);
});

test('a followed stream goes on over more breaks after the worker died', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  bench.provider.set({ words: 40, pauseAfter: 10 });
  await read(page, 'Why?', 'followed');
  await untilRead(page, ' w9');
  bench.line.fault({ kind: 'cut', afterEvents: 10 }, { times: 2, match: ({ method }) => method === 'GET' });
  await killWorkers(page);
  bench.provider.resume();
  const { text } = await untilOver(page);
  expect(contentOf({ text })).toBe(answerTo('Why?', 1, 40));
  expect(bench.provider.calls).toEqual(['Why?']);
});

test('where the router stays away for 30 s, it ends with stream_lost, and what came is kept', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  bench.provider.set({ pauseAfter: 10 });
  await page.clock.install();
  await read(page, 'Why?', 'followed');
  await untilRead(page, ' w9');
  await bench.line.down();
  await killWorkers(page);
  const { text } = await until('it gives up', async () => {
    await page.clock.runFor(1_000);
    const soFar = await readSoFar(page);
    return soFar.isOver ? soFar : undefined;
  });
  expect(contentOf({ text })).toBe(answerTo('Why?', 1, 10));
  expect(errorsIn(text)).toEqual(['stream_lost']);
  expect(dataOf({ text })).not.toContain('[DONE]');
});

test('a stream that does not break is followed as it comes, and what is no stream is the same response', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  await read(page, 'Why?', 'followed');
  const { text } = await untilOver(page);
  expect(contentOf({ text })).toBe(answerTo('Why?', 1));
  const same = await page.evaluate(() => {
    const plain = new Response('{}');
    return travel.follow(plain) === plain;
  });
  expect(same).toBe(true);
});

test('the page keeps its worker awake while a stream is read, and only then', async () => {
  const context = await bench.newContext();
  await context.clock.install();
  const page = await bench.openPage(context, { person: 'ana' });
  const [worker] = context.serviceWorkers();
  await worker?.evaluate(() => {
    Object.assign(globalThis, { pings: 0 });
    globalThis.addEventListener('message', ({ data }) => {
      if (data.kind === 'ping') (globalThis as unknown as { pings: number }).pings++;
    });
  });
  const pings = () => worker?.evaluate(() => (globalThis as unknown as { pings: number }).pings);
  await page.clock.runFor(30_000);
  expect(await pings()).toBe(0);
  bench.provider.set({ pauseAfter: 5 });
  await read(page, 'Why?', 'as it comes');
  await untilRead(page, ' w4');
  await until('it is pinged', async () => {
    await page.clock.runFor(10_000);
    return ((await pings()) ?? 0) >= 2;
  });
  bench.provider.resume();
  await untilOver(page);
  await page.evaluate(() => travel.usage());
  const after = await pings();
  await page.clock.runFor(30_000);
  expect(await pings()).toBe(after);
});

describe('stop', () => {
  test.each(['followed', 'as it comes'] as const)('ends the run of a response that is read %s', async (how) => {
    const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
    bench.provider.set({ pauseAfter: 5 });
    const { aborted } = bench.provider;
    await read(page, 'Why?', how);
    await untilRead(page, ' w4');
    expect(await page.evaluate(() => travel.stop(reading.response))).toBe(true);
    await until('the provider is let go', () => bench.provider.aborted === aborted + 1);
    const { text } = await untilOver(page);
    expect(errorsIn(text)).toEqual(['stopped']);
    const calls = bench.line.seen.filter(({ method }) => method === 'DELETE');
    expect(calls.map(({ status }) => status)).toEqual([204]);
    expect(calls[0]?.headers).toMatchObject({
      authorization: `Bearer ${bench.publishableKey}`,
      'x-carryon-visitor': expect.stringMatching(/^\S{20,128}$/),
    });
  });

  test('asks for another token once where the first one has ended', async () => {
    const page = await bench.openPage(await bench.newContext());
    const token = await bench.token('ana');
    await page.evaluate(
      async ({ router, token }) => {
        const { travelMode } = await importScript(`${router}/travel.js`);
        globalThis.tokens = [token];
        globalThis.travel = await travelMode({
          person: 'ana',
          getToken: () => (tokens.length > 1 ? tokens.shift() : tokens[0]),
        });
      },
      { router: bench.line.origin, token },
    );
    bench.provider.set({ pauseAfter: 5 });
    await read(page, 'Why?', 'as it comes', token);
    await untilRead(page, ' w4');
    await page.evaluate(() => tokens.unshift('not-a-token'));
    expect(await page.evaluate(() => travel.stop(reading.response))).toBe(true);
    const calls = bench.line.seen.filter(({ method }) => method === 'DELETE');
    expect(calls.map(({ status }) => status)).toEqual([401, 204]);
  });

  test('is false for what has no run, and aborting the fetch ends none', async () => {
    const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
    expect(await page.evaluate(() => travel.stop(new Response('{}')))).toBe(false);
    bench.provider.set({ pauseAfter: 5 });
    const { aborted } = bench.provider;
    const ask = await bench.startAsk(page, { prompt: 'Why?' });
    await ask.until('some of it is read', ({ text }) => text.includes(' w4'));
    await ask.abort();
    bench.provider.resume();
    const again = await bench.ask(page, { prompt: 'Why?' });
    expect(contentOf(again)).toBe(answerTo('Why?', 1));
    expect([bench.provider.calls, bench.provider.aborted]).toEqual([['Why?'], aborted]);
  });
});
