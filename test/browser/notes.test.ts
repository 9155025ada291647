/** `travel.notes`: a page's own texts, in the store of travel mode. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import { startTravelBench } from './support/bench.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const put = (page: Page, name: string, text: string) =>
  page.evaluate(([name, text]) => travel.notes.put(name, text), [name, text] as const);
const get = (page: Page, name: string) => page.evaluate((name) => travel.notes.get(name), name);
const namesOf = (page: Page, prefix = '') =>
  page.evaluate(async (prefix) => (await travel.notes.list(prefix)).map(({ name }) => name), prefix);

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
