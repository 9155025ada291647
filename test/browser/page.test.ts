/** `/travel.js`: what `travelMode()` resolves to, its members and its events. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TravelOptions } from '../../public/travel.d.ts';
import { until } from '../support/until.ts';
import { startTravelBench, type TravelBench } from './support/bench.ts';
import { lookAt, QUEUE, questions, rowsOnDisk } from './support/outbox.ts';
import { contentOf, withAsker } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { startSite } from './support/site.ts';
import { connectionOf, listen, toldOf, untilTold } from './support/travel-page.ts';

let bench: TravelBench;
beforeAll(async () => {
  bench = await startTravelBench();
});
afterEach(() => bench.reset());
afterAll(() => bench?.stop());

const isControlled = (page: Page) => page.evaluate(() => navigator.serviceWorker.controller !== null);
const usageOf = (page: Page) => page.evaluate(() => travel.usage());

describe.each([
  ['the router’s own origin', false],
  ['another origin', true],
])('travelMode() on %s', (_, foreign) => {
  test('resolves when the page is controlled: at the first visit, at the next, in a second tab, offline', async () => {
    const context = await bench.newContext();
    const page = await bench.openPage(context, { person: 'ana', foreign });
    expect(await isControlled(page)).toBe(true);
    await page.reload();
    await bench.travel(page, { person: 'ana' });
    expect(await isControlled(page)).toBe(true);
    const second = await bench.openPage(context, { person: 'ana', foreign });
    expect(await isControlled(second)).toBe(true);
    await context.setOffline(true);
    await bench.travel(page, { person: 'ana' });
    expect(await isControlled(page)).toBe(true);
  });

  test('resolves with exactly these members', async () => {
    const page = await bench.openPage(await bench.newContext(), { person: null, foreign });
    const members = await page.evaluate(() =>
      [travel, Object.getPrototypeOf(travel)].flatMap((object) => Object.getOwnPropertyNames(object)).sort(),
    );
    expect(members.filter((name) => !['addEventListener', 'begin', 'constructor'].includes(name))).toEqual(
      [
        ...['answer', 'cancel', 'clear', 'connection', 'follow', 'mode', 'notes', 'queue', 'sendNow'],
        ...['setMode', 'signOut', 'stop', 'update', 'usage'],
      ].sort(),
    );
    expect(await page.evaluate(() => [travel instanceof EventTarget, travel.mode, travel.connection])).toEqual([
      true,
      'auto',
      'online',
    ]);
  });
});

test('wrong options are named', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  const messageOf = (options: object) =>
    page.evaluate(
      async ({ router, options }) => {
        const { travelMode } = await importScript(`${router}/travel.js`);
        return travelMode(options as TravelOptions).catch((error: Error) => error.message);
      },
      { router: bench.line.origin, options },
    );
  expect(await messageOf({})).toContain('person must be an id');
  expect(await messageOf({ person: '' })).toContain('person must be an id');
  expect(await messageOf({ person: 'ana', getToken: 'token' })).toContain('getToken must be a function');
});

describe('without service workers', () => {
  const ways: [string, () => Promise<BrowserContext>][] = [
    ['where the browser has none', async () => bench.newContext()],
    ['where they are switched off', async () => bench.browser.newContext({ serviceWorkers: 'block' })],
    ['where the script cannot be registered', async () => bench.newContext()],
  ];
  test.each(ways)('%s, requests go to the router, and nothing is kept', async (way, open) => {
    const context = await open();
    await withAsker(context);
    if (way.includes('none'))
      await context.addInitScript(() => Object.defineProperty(navigator, 'serviceWorker', { value: undefined }));
    if (way.includes('script')) await context.route('**/sw.js', (route) => route.fulfill({ status: 404, body: '' }));
    const page = await context.newPage();
    const warnings: string[] = [];
    page.on('console', (message) => warnings.push(message.text()));
    await page.goto(`${bench.line.origin}/page`);
    await bench.travel(page, { person: 'ana' });
    const answer = await bench.ask(page, { prompt: 'Why?', headers: QUEUE });
    expect(contentOf(answer)).toBe(answerTo('Why?', 1));
    expect(answer.headers).not.toHaveProperty('x-carryon-travel');
    expect(await usageOf(page)).toEqual({ answers: 0, bytes: 0, queued: 0 });
    expect(await questions(page)).toEqual([]);
    const rest = await page.evaluate(async () => [
      ...[
        await travel.cancel('q'),
        await travel.sendNow('q'),
        await travel.answer('q'),
        travel.mode,
        travel.connection,
      ],
      ...[await travel.setMode('travel'), await travel.clear(), await travel.update(), await travel.signOut()],
    ]);
    expect(rest).toEqual([false, undefined, undefined, 'auto', 'online', undefined, undefined, undefined, undefined]);
    const notes = await page.evaluate(async () => [
      ...[await travel.notes.put('n', 'text'), await travel.notes.get('n'), await travel.notes.list('')],
      await travel.notes.delete('n'),
    ]);
    expect(notes).toEqual([false, undefined, [], undefined]);
    expect(warnings.join('\n')).toContain('Carryon travel mode: ');
    await context.close();
  });
});

test('a page whose origin config does not name is told on its console where to look', async () => {
  const unnamed = await startSite(bench.foreign.files);
  const page = await (await bench.newContext()).newPage();
  const warnings: string[] = [];
  page.on('console', (message) => warnings.push(message.text()));
  await page.goto(unnamed.origin);
  await bench.travel(page, { person: 'ana' });
  expect((await bench.ask(page, { prompt: 'Why?' })).headers['x-carryon-travel']).toBe('offline');
  await until('it is told', () => warnings.some((text) => text.includes(`is ${unnamed.origin} in "origins" of`)));
  await unnamed.close();
});

test('connection follows the browser’s flag and what the worker sees of the router', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { person: 'ana' });
  await listen(page);
  await context.setOffline(true);
  await until('it is offline', async () => (await connectionOf(page)) === 'offline');
  await context.setOffline(false);
  await until('it is online', async () => (await connectionOf(page)) === 'online');
  await bench.line.down();
  await bench.ask(page, { prompt: 'Why?' });
  await until('it is unreachable', async () => (await connectionOf(page)) === 'unreachable');
  await bench.line.up();
  await lookAt(page);
  await until('it is online again', async () => (await connectionOf(page)) === 'online');
  expect(await toldOf(page, 'connection')).toEqual(
    ['offline', 'online', 'unreachable', 'online'].map((connection) => ({ connection })),
  );
});

test('mode holds in all tabs and between visits, and asks the browser to keep its storage', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { person: 'ana' });
  const other = await bench.openPage(context, { person: 'ben' });
  const asked = await page.evaluate(async () => {
    let asked = 0;
    navigator.storage.persist = async () => asked++ > 0;
    await travel.setMode('travel');
    return asked;
  });
  expect(asked).toBe(1);
  await until('the other tab has it', () => other.evaluate(() => travel.mode === 'travel'));
  await page.reload();
  await bench.travel(page, { person: 'ana' });
  expect(await page.evaluate(() => travel.mode)).toBe('travel');
  await page.evaluate(() => travel.setMode('auto'));
  await until('the other tab has it', () => other.evaluate(() => travel.mode === 'auto'));
});

test('the outbox: queue, cancel, sendNow, answer and their events', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { person: 'ana' });
  await listen(page);
  // Read behind the hello; without them a question's feature is not known yet.
  await until('its features are known', async () => {
    const { features } = await rowsOnDisk(page, `carryon ${bench.line.origin}`);
    return (features ?? []).length > 0;
  });
  await context.setOffline(true);
  const first = await bench.ask(page, { prompt: 'Why?', stream: false, headers: QUEUE });
  expect(first.status).toBe(503);
  expect(JSON.parse(first.text).error).toMatchObject({ type: 'offline', code: 'offline_queued', param: null });
  const id = first.headers['x-carryon-travel-id'] ?? '';
  const second =
    (await bench.ask(page, { prompt: 'Since when?', headers: QUEUE })).headers['x-carryon-travel-id'] ?? '';
  expect(await questions(page)).toEqual(
    [id, second].map((one) => ({
      id: one,
      askedAt: expect.any(Number),
      feature: 'chat',
      state: 'waiting',
      tries: expect.any(Number),
      lastError: null,
    })),
  );
  expect(await usageOf(page)).toMatchObject({ answers: 0, queued: 2 });
  expect(await page.evaluate((one) => travel.cancel(one), second)).toBe(true);
  expect(await page.evaluate((one) => travel.cancel(one), second)).toBe(false);
  expect(await page.evaluate((one) => travel.answer(one), id)).toBeUndefined();
  await until('the page was told', async () => (await toldOf(page, 'queue')).length >= 3);

  await context.setOffline(false);
  expect(await untilTold(page, 'answered')).toEqual({ id });
  const answer = await page.evaluate(async (one) => {
    const response = await travel.answer(one);
    return { status: response?.status, completion: await response?.json() };
  }, id);
  expect(answer).toMatchObject({
    status: 200,
    completion: { choices: [{ message: { content: answerTo('Why?', 1) } }] },
  });
  expect(await questions(page)).toMatchObject([{ id, state: 'answered' }]);
  expect(bench.provider.calls).toEqual(['Why?']);
  expect(await page.evaluate((one) => travel.sendNow(one), 'nobody-knows')).toBeUndefined();
});

test('usage and clear are of this person alone', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { person: 'ana' });
  const other = await bench.openPage(context, { person: 'ben' });
  await bench.ask(page, { prompt: 'Why?' });
  await bench.ask(other, { prompt: 'Why?' });
  expect(await usageOf(page)).toEqual({ answers: 1, bytes: expect.any(Number), queued: 0 });
  await page.evaluate(() => travel.clear());
  expect(await usageOf(page)).toEqual({ answers: 0, bytes: 0, queued: 0 });
  expect((await usageOf(other)).answers).toBe(1);
});

test('another person: the former one’s answers are out of reach, and come back with that person', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { person: 'ana' });
  await listen(page);
  await bench.ask(page, { prompt: 'Why?' });
  await context.setOffline(true);
  await bench.ask(page, { prompt: 'Since when?', headers: QUEUE });
  await bench.travel(page, { person: 'ben' });
  expect((await bench.ask(page, { prompt: 'Why?' })).status).toBe(503);
  expect(await questions(page)).toEqual([]);
  await context.setOffline(false);
  expect((await bench.ask(page, { prompt: 'And then?' })).status).toBe(200);
  expect(bench.provider.calls).toEqual(['Why?', 'And then?']);
  await bench.travel(page, { person: 'ana' });
  await untilTold(page, 'answered');
  expect(bench.provider.calls).toEqual(['Why?', 'And then?', 'Since when?']);
});

test('signing out reaches all tabs of the person, and no other', async () => {
  const context = await bench.newContext();
  const [page, second, other] = [
    await bench.openPage(context, { person: 'ana' }),
    await bench.openPage(context, { person: 'ana' }),
    await bench.openPage(context, { person: 'ben' }),
  ];
  for (const one of [page, other]) await bench.ask(one, { prompt: 'Why?' });
  await bench.line.down();
  await bench.ask(page, { prompt: 'Since when?', headers: QUEUE });
  await until('the second tab knows', () => second.evaluate(async () => (await travel.queue()).length === 1));
  await listen(second);
  await page.evaluate(() => {
    // As a page keeps its list of questions.
    Object.assign(globalThis, { list: undefined });
    travel.addEventListener('queue', async () => Object.assign(globalThis, { list: await travel.queue() }));
    return travel.signOut();
  });
  await until('the list is drawn again, and empty', () =>
    page.evaluate(() => (globalThis as unknown as { list?: unknown[] }).list?.length === 0),
  );
  expect(await usageOf(page)).toEqual({ answers: 0, bytes: 0, queued: 0 });
  expect(await untilTold(second, 'queue')).toEqual({ waiting: 0 });
  expect(await usageOf(second)).toEqual({ answers: 0, bytes: 0, queued: 0 });
  expect((await usageOf(other)).answers).toBe(1);
  expect((await bench.ask(second, { prompt: 'Why?' })).status).toBe(503);
  expect((await bench.ask(other, { prompt: 'Why?' })).headers['x-carryon-travel']).toBe('stale');
});
