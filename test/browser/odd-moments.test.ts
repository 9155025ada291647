/** Travel mode at odd moments: people who change while a message is under way, sign-outs during a sign-in, frames and web workers. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import { travelMessage, type WorkerMessage } from '../../protocol/travel-messages.ts';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { killWorkers } from './support/browser.ts';
import { lookAt, questionOf, questions, queue, untilState } from './support/outbox.ts';
import { contentOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';
import { listen, toldOf } from './support/travel-page.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

/** Sends this page a message as if from the worker. */
const tell = (page: Page, message: WorkerMessage): Promise<void> =>
  page.evaluate(
    (data) => void navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data })),
    travelMessage(message),
  );

test('a message about the person that a tab had a moment ago does not reach the page; a full disk is reported once', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  await bench.travel(page, { person: 'bo' });
  await listen(page);
  for (const person of ['ana', 'bo']) {
    await tell(page, { kind: 'told', event: 'answered', detail: { id: `of ${person}` }, person });
    await tell(page, { kind: 'told', event: 'queue', detail: { waiting: person.length }, person });
  }
  for (let worker = 0; worker < 2; worker += 1) await tell(page, { kind: 'told', event: 'full', detail: {} });
  expect(await toldOf(page, 'full')).toEqual([null]);
  expect(await toldOf(page, 'answered')).toEqual([{ id: 'of bo' }]);
  expect(await toldOf(page, 'queue')).toEqual([{ waiting: 2 }]);
});

test('signing out and in again in one breath: the person is there, and what was kept is gone, in every tab', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { person: 'ana' });
  const other = await bench.openPage(context, { person: 'ana' });
  for (let turn = 1; turn <= 5; turn += 1) {
    await bench.ask(page, { prompt: 'Why?' });
    await page.evaluate(async (router) => {
      const { travelMode } = await importScript(`${router}/travel.js`);
      const out = travel.signOut();
      await travelMode({ person: 'ana', getToken: () => null });
      await out;
    }, bench.line.origin);
    expect(await page.evaluate(() => travel.usage())).toEqual({ answers: 0, bytes: 0, queued: 0 });
    await bench.ask(page, { prompt: 'And now?' });
    expect(await page.evaluate(() => travel.usage())).toMatchObject({ answers: 1 });
    await bench.line.down();
    const asked = await bench.ask(page, { prompt: 'And now?' });
    expect(asked.headers['x-carryon-travel']).toBe('stale');
    await until('the other tab has nobody', async () => (await other.evaluate(() => travel.usage())).answers === 0);
    await bench.line.up();
  }
});

test('people who change quickly: the tab has the last one', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'bo' });
  await bench.ask(page, { prompt: 'Why?' });
  for (let turn = 0; turn < 5; turn += 1) {
    await page.evaluate(
      async ({ router, turn }) => {
        const { travelMode } = await importScript(`${router}/travel.js`);
        await Promise.all([`new ${turn}`, 'bo'].map((person) => travelMode({ person })));
      },
      { router: bench.line.origin, turn },
    );
    expect(await page.evaluate(() => travel.usage())).toMatchObject({ answers: 1 });
  }
});

test('travelMode() called many times listens once', async () => {
  const context = await bench.newContext();
  await context.addInitScript(() => {
    const counts = { listeners: 0 };
    Object.assign(globalThis, { counts });
    const add = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (this: EventTarget, ...rest: Parameters<typeof add>) {
      counts.listeners += 1;
      return add.apply(this, rest);
    };
  });
  const page = await bench.openPage(context, { person: 'ana' });
  const count = () =>
    page.evaluate(() => (globalThis as unknown as { counts: { listeners: number } }).counts.listeners);
  await bench.travel(page, { person: 'bo' });
  const before = await count();
  for (let turn = 0; turn < 20; turn += 1) await bench.travel(page, { person: `person ${turn}` });
  expect((await count()) - before).toBe(0);
});

test('a frame that is sandboxed has no service workers: travelMode() resolves, requests go to the router', async () => {
  const page = await bench.openPage(await bench.newContext(), {});
  const asked = await page.evaluate(
    (router) =>
      new Promise((resolve) => {
        addEventListener('message', ({ data }) => resolve(data), { once: true });
        const frame = document.createElement('iframe');
        frame.sandbox.add('allow-scripts');
        frame.srcdoc = `<script type="module">
          const { travelMode } = await import('${router}/travel.js');
          travelMode({ person: 'ana' })
            .then(async (travel) => [
              await travel.queue(), await travel.usage(), await travel.notes.put('n', 'text'),
              await travel.notes.list(''), await travel.signOut(),
            ])
            .then((said) => parent.postMessage(said, '*'), (error) => parent.postMessage(String(error), '*'));
        </script>`;
        document.body.append(frame);
      }),
    bench.line.origin,
  );
  expect(asked).toEqual([[], { answers: 0, bytes: 0, queued: 0 }, false, [], undefined]);
});

test('one question that a filter on the way refuses holds up no other', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  await bench.line.down();
  const filtered = await queue(bench, page, 'DROP TABLE users?');
  const id = await queue(bench, page, 'Why?');
  bench.line.fault(
    { kind: 'answer', status: 403, body: '<h1>Blocked</h1>' },
    { times: Number.POSITIVE_INFINITY, match: ({ headers }) => headers['idempotency-key'] === filtered },
  );
  await bench.line.up();
  await lookAt(page);
  await untilState(page, id, 'answered');
  expect(await questionOf(page, filtered)).toMatchObject({ state: 'waiting', lastError: 'unreachable' });
  expect(bench.provider.calls).toEqual(['Why?']);
});

test('a key of the page’s own that stands for another question already is not taken for it', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  await bench.line.down();
  const headers = { 'x-carryon-travel': 'queue', 'idempotency-key': 'a-key-of-my-own' };
  const asked = [];
  for (const prompt of ['Why?', 'Why?', 'Who?'])
    asked.push((await bench.ask(page, { prompt, headers })).headers['x-carryon-travel']);
  expect(asked).toEqual(['queued', 'queued', 'offline']);
  await bench.line.up();
  await lookAt(page);
  await untilState(page, 'a-key-of-my-own', 'answered');
  expect(bench.provider.calls).toEqual(['Why?']);
  expect((await questions(page)).length).toBe(1);
});

test('a sign-out that its worker does not confirm is told; a new worker without travel mode does not hang update()', async () => {
  const context = await bench.newContext();
  await context.clock.install();
  const page = await bench.openPage(context, { person: 'ana', foreign: true });
  expect(contentOf(await bench.ask(page, { prompt: 'Why?' }))).toBe(answerTo('Why?', 1));
  bench.deployForeign('// no travel mode\n');
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.update();
    while (!registration?.waiting)
      await new Promise((resolve) =>
        registration?.installing?.addEventListener('statechange', resolve, { once: true }),
      );
  });
  const settled = async (work: () => Promise<unknown>): Promise<string> => {
    let end: string | undefined;
    void work().then(
      () => {
        end = 'resolved';
      },
      (error: Error) => {
        end = error.message;
      },
    );
    return until('it settles', async () => {
      await page.clock.runFor(1_000);
      return end;
    });
  };
  expect(await settled(() => page.evaluate(() => travel.update()))).toBe('resolved');
  await page.goto('about:blank');
  // Once no page is left the new worker is active.
  await until('it is in', async () => {
    await page.goto(`${bench.foreign.origin}/`);
    const isIn = await page.evaluate(async () => !(await navigator.serviceWorker.getRegistration())?.waiting);
    if (!isIn) await page.goto('about:blank');
    return isIn;
  });
  expect(await settled(() => bench.travel(page, { person: 'ana' }))).toBe('resolved');
  expect(await settled(() => page.evaluate(() => travel.signOut()))).toContain('could not forget');
});

test('a page that names another person and asks at once gets, queues and keeps nothing of the former person', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  await bench.ask(page, { prompt: 'Why?', stream: false });
  await bench.travel(page, { person: 'bo' });
  const word = { router: bench.line.origin, key: bench.publishableKey };
  await page.evaluate(async ({ router, key }) => {
    const { travelMode } = await importScript(`${router}/travel.js`);
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-carryon-travel': 'queue' };
    const ask = async (prompt: string) => {
      const response = await fetch(`${router}/ai`, { method: 'POST', headers, body: JSON.stringify({ prompt }) });
      await response.text();
      return response.headers.get('x-carryon-travel');
    };
    const askAtOnce = async (prompt: string, pause: number) => {
      await travelMode({ person: 'ana' });
      const named = travelMode({ person: 'bo' });
      if (pause > 0) await Promise.resolve();
      const said = await ask(prompt);
      await named;
      return said;
    };
    Object.assign(globalThis, { askAtOnce });
  }, word);
  type Page = { askAtOnce(prompt: string, pause: number): Promise<string | null> };
  const askAtOnce = (prompt: string, pause: number) =>
    page.evaluate(({ prompt, pause }) => (globalThis as unknown as Page).askAtOnce(prompt, pause), { prompt, pause });
  const prompts = Array.from({ length: 8 }, (_, number) => `Live ${number}?`);
  for (const [number, prompt] of prompts.entries()) await askAtOnce(prompt, number % 2);
  await bench.line.down();
  for (let number = 0; number < 8; number += 1) {
    expect(await askAtOnce('Why?', number % 2)).not.toBe('stale');
    await askAtOnce(`Queued ${number}?`, number % 2);
  }
  await bench.travel(page, { person: 'ana' });
  expect(await page.evaluate(() => travel.usage())).toMatchObject({ answers: 1, queued: 0 });
});

test('a question asked under a clock that is days behind is shown as refused, and sendNow sends it under the right time', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  await page.evaluate(async (name) => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
    });
    const writing = database.transaction('facts', 'readwrite');
    writing.objectStore('facts').put(-3 * 86_400_000, 'clockOffsetMs');
    await new Promise((resolve) => writing.addEventListener('complete', resolve));
    database.close();
  }, `carryon ${bench.line.origin}`);
  await killWorkers(page);
  await bench.line.down();
  const id = await queue(bench, page, 'Why?');
  await bench.line.up();
  await lookAt(page);
  expect(await untilState(page, id, 'failed')).toMatchObject({ lastError: 'idempotency_expired' });
  const next = await page.evaluate((one) => travel.sendNow(one), id);
  await untilState(page, next ?? '', 'answered');
  expect(bench.provider.calls).toEqual(['Why?']);
});
