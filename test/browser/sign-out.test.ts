/** Nothing is left of a person who signs out, on disk too, whatever was in progress. */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { openProfile } from './support/browser.ts';
import { lookAt, questions, queue, rowsOnDisk, untilState } from './support/outbox.ts';
import { contentOf } from './support/page.ts';
import { answerTo } from './support/provider.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const database = () => `carryon ${bench.line.origin}`;
const signOut = (page: Page) => page.evaluate(() => travel.signOut());

/** Stores that hold anything of a person. Mode and clock belong to the browser, and so does a tab without a person. */
async function storesInUse(page: Page): Promise<string[]> {
  const { facts: _, tabs, ...stores } = await rowsOnDisk(page, database());
  const named = (tabs as { part: string | null }[]).filter(({ part }) => part !== null);
  return Object.entries({ ...stores, tabs: named }).flatMap(([name, rows]) => (rows.length > 0 ? [name] : []));
}

test('prompts, answers and tokens are never readable on the disk; after a sign-out no row is left, in any tab', async () => {
  const profile = await openProfile();
  try {
    const context = await bench.adopt(profile.context);
    const [live, queued, waiting] = ['live', 'queued', 'waiting'].map((name) => `${name} ${randomUUID()}`) as [
      string,
      string,
      string,
    ];
    const credential = await bench.token('ana');
    const person = { person: 'ana', credential };
    const page = await bench.openPage(context, person);
    const other = await bench.openPage(context, person);
    await bench.ask(page, { prompt: live, feature: 'chat' });
    await bench.line.down();
    const id = await queue(bench, page, queued);
    await bench.line.up();
    await lookAt(page);
    await untilState(page, id, 'answered');
    await bench.line.down();
    await queue(bench, page, waiting);
    const before = await storesInUse(page);
    expect(before).toEqual(
      expect.arrayContaining(['answers', 'features', 'outbox', 'people', 'reports', 'sent', 'tabs']),
    );
    await signOut(page);
    expect(await storesInUse(page)).toEqual([]);
    await until('the other tab has nobody', async () => (await questions(other)).length === 0);
    const asked = await bench.ask(other, { prompt: live, feature: 'chat' });
    expect(asked.headers['x-carryon-travel']).toBe('offline');
    expect(await storesInUse(page)).toEqual([]);
    expect(await profile.search(live, queued, waiting, credential)).toEqual([]);
  } finally {
    await profile.close();
  }
});

test('what is kept is unreadable on the disk while the person is signed in, too', async () => {
  const profile = await openProfile();
  try {
    const page = await bench.openPage(await bench.adopt(profile.context), { person: 'ana' });
    const [live, waiting] = [`live ${randomUUID()}`, `waiting ${randomUUID()}`];
    await bench.ask(page, { prompt: live });
    await bench.line.down();
    await queue(bench, page, waiting);
    expect(await storesInUse(page)).toEqual(expect.arrayContaining(['answers', 'outbox']));
    expect(await profile.search(live, waiting, bench.publishableKey)).toEqual([]);
  } finally {
    await profile.close();
  }
});

test('nothing that is under way comes back: a stream that ends, and a question that is being sent', async () => {
  const page = await bench.openPage(await bench.newContext(), { person: 'ana' });
  bench.provider.set({ pauseAfter: 5 });
  const running = await bench.startAsk(page, { prompt: 'Live?' });
  await running.until('five words', (answer) => contentOf(answer).endsWith('w4'));
  // The stream has its connection; nothing new gets through.
  bench.line.fault({ kind: 'refuse' }, { times: Number.POSITIVE_INFINITY });
  const id = await queue(bench, page, 'Queued?');
  bench.provider.set({ firstAfterMs: 5000 });
  bench.line.clear();
  await page.evaluate((one) => travel.sendNow(one), id);
  await untilState(page, id, 'sending');
  await signOut(page);
  expect(await storesInUse(page)).toEqual([]);
  bench.provider.resume();
  const answer = await running.ended();
  expect([answer.state, contentOf(answer)]).toEqual(['done', answerTo('Live?', 1)]);
  expect(await storesInUse(page)).toEqual([]);
  await bench.line.down();
  for (const prompt of ['Live?', 'Queued?'])
    expect((await bench.ask(page, { prompt })).headers['x-carryon-travel']).toBe('offline');
  await bench.line.up();
  await bench.travel(page, { person: 'ana' });
  expect(await questions(page)).toEqual([]);
  expect(await page.evaluate(() => travel.usage())).toEqual({ answers: 0, bytes: 0, queued: 0 });
});

test('clear() forgets answers and outbox in all tabs, and the person stays', async () => {
  const context = await bench.newContext();
  const page = await bench.openPage(context, { person: 'ana' });
  const other = await bench.openPage(context, { person: 'ana' });
  await bench.ask(page, { prompt: 'Live?' });
  await bench.line.down();
  await queue(bench, page, 'Queued?');
  expect(await other.evaluate(() => travel.usage())).toMatchObject({ answers: 1, queued: 1 });
  await page.evaluate(() => travel.clear());
  for (const tab of [page, other]) {
    expect(await tab.evaluate(() => travel.usage())).toEqual({ answers: 0, bytes: 0, queued: 0 });
    expect((await bench.ask(tab, { prompt: 'Live?' })).headers['x-carryon-travel']).toBe('offline');
  }
  const id = await queue(bench, other, 'Queued?');
  await bench.line.up();
  await lookAt(other);
  await untilState(page, id, 'answered');
  expect(bench.provider.calls).toEqual(['Live?', 'Queued?']);
});
