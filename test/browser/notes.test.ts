/** `travel.notes`: a page's own texts, in the store of travel mode. */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { killWorkers, openProfile } from './support/browser.ts';
import { rowsOnDisk } from './support/outbox.ts';
import { listen, toldOf } from './support/travel-page.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const put = (page: Page, name: string, text: string) =>
  page.evaluate(([name, text]) => travel.notes.put(name, text), [name, text] as const);
const get = (page: Page, name: string) => page.evaluate((name) => travel.notes.get(name), name);
const namesOf = (page: Page, prefix = '') =>
  page.evaluate(async (prefix) => (await travel.notes.list(prefix)).map(({ name }) => name), prefix);
const untilNoted = (page: Page, ...names: string[]) =>
  until(`the tab is told of ${names}`, async () => {
    const told = (await toldOf(page, 'note')).map((detail) => (detail as { name: string }).name);
    return names.every((name) => told.includes(name));
  });

test('are put, read, listed by how their names begin with the newest first, and deleted', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  for (const name of ['chat/1', 'chat/2', 'draft/1', 'chat', 'chat/1/more'])
    expect(await put(page, name, `text of ${name}`)).toBe(true);
  expect(await put(page, 'chat/1', 'another text')).toBe(true);
  expect(await namesOf(page, 'chat/')).toEqual(['chat/1', 'chat/1/more', 'chat/2']);
  expect(await namesOf(page)).toEqual(['chat/1', 'chat/1/more', 'chat', 'draft/1', 'chat/2']);
  expect(await page.evaluate(() => travel.notes.list('draft/'))).toEqual([
    { name: 'draft/1', text: 'text of draft/1', changedAt: expect.any(Number) },
  ]);
  expect(await get(page, 'chat/1')).toBe('another text');
  expect(await page.evaluate(() => travel.notes.delete('chat/1'))).toBeUndefined();
  expect(await get(page, 'chat/1')).toBeUndefined();
  expect(await namesOf(page, 'chat/')).toEqual(['chat/1/more', 'chat/2']);
  expect(await page.evaluate(() => travel.notes.delete('nobody-knows'))).toBeUndefined();
});

test('too large a text is refused, and what stood there stays; wrong arguments are named', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  const tries = await page.evaluate(async () => [
    ...[await travel.notes.put('n', 'x'.repeat(256 * 1024)), await travel.notes.put('n', 'x'.repeat(256 * 1024 + 1))],
    ...[(await travel.notes.get('n'))?.length, await travel.notes.put('n'.repeat(200), '')],
  ]);
  expect(tries).toEqual([true, false, 256 * 1024, true]);
  const wrong = await page.evaluate(async () => {
    const notes = travel.notes as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>;
    const saidTo = (member: string, ...values: unknown[]) => notes[member]?.(...values).catch((error) => `${error}`);
    return [
      ...[await saidTo('put', '', 'text'), await saidTo('put', 'n'.repeat(201), 'text'), await saidTo('put', 'n', {})],
      ...[await saidTo('get'), await saidTo('delete', 7), await saidTo('list')],
    ];
  });
  expect(wrong).toEqual([
    'TypeError: notes.put: the name is a string of 1 to 200 characters.',
    'TypeError: notes.put: the name is a string of 1 to 200 characters.',
    'TypeError: notes.put: the text is a string.',
    'TypeError: notes.get: the name is a string of 1 to 200 characters.',
    'TypeError: notes.delete: the name is a string of 1 to 200 characters.',
    'TypeError: notes.list: the prefix is a string.',
  ]);
});

test('of two puts of one name that nobody waits for the later one stays, also the last one before a reload', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  for (let turn = 0; turn < 5; turn += 1) {
    const read = await page.evaluate(async (turn) => {
      // A longer text takes longer to seal.
      for (const length of [250_000, 1000, 10]) void travel.notes.put('n', `${turn}`.repeat(length));
      return travel.notes.get('n');
    }, turn);
    expect(read).toBe(`${turn}`.repeat(10));
  }
  await page.evaluate(() => {
    void travel.notes.put('n', 'x'.repeat(250_000));
    void travel.notes.put('n', 'the last one');
    location.reload();
  });
  await page.waitForFunction(() => !('travel' in globalThis));
  await bench.travel(page, { person: 'ana' });
  expect(await get(page, 'n')).toBe('the last one');
});

test.each([
  ['is reloaded', (page: Page) => page.reload()],
  ['is closed', (page: Page) => page.close({ runBeforeUnload: true })],
  ['goes elsewhere', (page: Page) => page.goto('about:blank')],
])('what a page puts while it %s is kept, by a worker that sleeps too', async (_, leave) => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { person: 'ana' });
  const second = await bench.openPage(context, { person: 'ana' });
  for (const [turn, sleeps] of [false, true].entries()) {
    const leaving = turn === 0 ? page : await bench.openPage(context, { person: 'ana' });
    await leaving.evaluate((text) => {
      addEventListener('pagehide', () => void travel.notes.put('draft', text));
    }, `typed last ${turn}`);
    if (sleeps) await killWorkers(second);
    await leave(leaving);
    await until('it is kept', async () => (await get(second, 'draft')) === `typed last ${turn}`);
  }
});

describe('are announced', () => {
  test('to the person’s other tabs when one is put or deleted, not to the tab that did, and to nobody else', async () => {
    const context = await bench.newContext();
    const page = await bench.openPage(context, { person: 'ana' });
    const second = await bench.openPage(context, { person: 'ana' });
    const other = await bench.openPage(context, { person: 'bo' });
    for (const tab of [page, second, other]) await listen(tab);
    await put(page, 'chat/1', 'of ana');
    await untilNoted(second, 'chat/1');
    expect(await get(second, 'chat/1')).toBe('of ana');
    expect([await get(other, 'chat/1'), await namesOf(other)]).toEqual([undefined, []]);
    await second.evaluate(() => travel.notes.delete('chat/1'));
    await untilNoted(page, 'chat/1');
    expect(await namesOf(page)).toEqual([]);
    await put(other, 'chat/1', 'of bo');
    expect([await get(page, 'chat/1'), await get(other, 'chat/1')]).toEqual([undefined, 'of bo']);
    expect(await toldOf(other, 'note')).toEqual([]);
    expect(await toldOf(page, 'note')).toEqual([{ name: 'chat/1' }]);
    expect(await toldOf(second, 'note')).toEqual([{ name: 'chat/1' }]);
  });

  test('to the other tabs when clear() has forgotten them; usage counts their bytes until then', async () => {
    const context = await bench.newContext();
    const page = await bench.openPage(context, { person: 'ana' });
    const second = await bench.openPage(context, { person: 'ana' });
    for (const name of ['n1', 'n2']) await put(page, name, 'é');
    await listen(second);
    expect(await second.evaluate(() => travel.usage())).toEqual({ answers: 0, bytes: 4, queued: 0 });
    await page.evaluate(() => travel.clear());
    await untilNoted(second, 'n1', 'n2');
    for (const tab of [page, second]) {
      expect(await namesOf(tab)).toEqual([]);
      expect(await tab.evaluate(() => travel.usage())).toEqual({ answers: 0, bytes: 0, queued: 0 });
    }
    expect([await put(second, 'n3', 'text'), await namesOf(page)]).toEqual([true, ['n3']]);
  });
});

test('belong to the person that the page has named: the next person has none of them, and finds their own again', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  const found = await page.evaluate(async (router) => {
    const { travelMode } = await importScript(`${router}/travel.js`);
    const late = travel.notes.put('draft', 'of ana');
    const named = travelMode({ person: 'bo' });
    const seen: unknown[] = [travel.notes.get('draft'), travel.notes.list(''), travel.notes.put('draft', 'of bo')];
    await named;
    seen.push(travel.notes.get('draft'));
    await travelMode({ person: null });
    seen.push(travel.notes.put('draft', 'of nobody'), travel.notes.get('draft'), travel.notes.list(''));
    await travelMode({ person: 'ana' });
    seen.push(travel.notes.get('draft'));
    return Promise.all([late, ...seen]);
  }, bench.line.origin);
  expect(found).toEqual([true, undefined, [], true, 'of bo', false, undefined, [], 'of ana']);
});

test('outlive their worker and their browser, offline too, and their texts are unreadable on the disk', async () => {
  const profile = await openProfile();
  try {
    const [secret, gone] = [`conversation ${randomUUID()}`, `draft ${randomUUID()}`];
    const page = await bench.openPage(await bench.adopt(profile.context), { person: 'ana' });
    await put(page, 'chat/1', secret);
    await put(page, 'draft/1', gone);
    await killWorkers(page);
    expect(await namesOf(page)).toEqual(['draft/1', 'chat/1']);
    await killWorkers(page);
    await page.evaluate(() => travel.notes.delete('draft/1'));
    const again = await bench.openPage(await bench.adopt(await profile.restart()), { person: 'ana' });
    await bench.line.down();
    expect([await get(again, 'chat/1'), await get(again, 'draft/1')]).toEqual([secret, undefined]);
    expect(await profile.search(secret, gone)).toEqual([]);
  } finally {
    await profile.close();
  }
});

test('signing out forgets them in all tabs, and none that is put meanwhile or later comes back', async () => {
  const profile = await openProfile();
  try {
    const context = await bench.adopt(profile.context);
    const page = await bench.openPage(context, { person: 'ana' });
    const second = await bench.openPage(context, { person: 'ana' });
    const bo = await bench.openPage(context, { person: 'bo' });
    const secret = `conversation ${randomUUID()}`;
    await put(page, 'chat/1', secret);
    await put(bo, 'chat/1', 'of bo');
    const racing = second.evaluate(async (text) => {
      const puts: Promise<boolean>[] = [];
      let isOver = false;
      const look = async () => {
        for (let at = 0; !isOver; at = (at + 1) % 100) {
          const one = travel.notes.put(`late/${at}`, text.repeat(1 + (at % 7) * 500));
          puts.push(one);
          // Until it belongs to nobody any more.
          isOver = !(await one);
        }
      };
      await look();
      return (await Promise.all(puts)).at(-1);
    }, secret);
    await until('the other tab puts', async () => (await namesOf(page, 'late/')).length > 0);
    const after = await page.evaluate(async (text) => {
      const early = travel.notes.put('early', text);
      const out = travel.signOut();
      const late = travel.notes.put('late', text);
      await Promise.all([early, out]);
      return [await late, await travel.notes.put('later', text), await travel.notes.list('')];
    }, secret);
    expect(after).toEqual([false, false, []]);
    expect(await racing).toBe(false);
    const rows = await rowsOnDisk(page, `carryon ${bench.line.origin}`);
    expect((rows.notes as { name: string }[]).map(({ name }) => name)).toEqual(['chat/1']);
    await bench.travel(page, { person: 'ana' });
    expect([await namesOf(page), await get(bo, 'chat/1')]).toEqual([[], 'of bo']);
    expect(await profile.search(secret)).toEqual([]);
  } finally {
    await profile.close();
  }
});
