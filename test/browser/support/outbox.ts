/** What tests of the outbox do with a page. */
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { QueuedQuestion, Travel } from '../../../public/travel.d.ts';
import { until } from '../../support/until.ts';
import type { TravelBench } from './bench.ts';

declare global {
  var travel: Travel;
}

export const QUEUE = { 'x-carryon-travel': 'queue' };

/** Asks without a network, and returns the id of the queued question. */
export async function queue(bench: TravelBench, page: Page, prompt: string): Promise<string> {
  const asked = await bench.ask(page, { prompt, headers: QUEUE });
  expect(asked).toMatchObject({ status: 503, headers: { 'x-carryon-travel': 'queued' } });
  return asked.headers['x-carryon-travel-id'] ?? '';
}

export const questions = (page: Page): Promise<QueuedQuestion[]> => page.evaluate(() => travel.queue());

export const questionOf = async (page: Page, id: string): Promise<QueuedQuestion | undefined> =>
  (await questions(page)).find((question) => question.id === id);

export const untilState = (page: Page, id: string, state: QueuedQuestion['state']): Promise<QueuedQuestion> =>
  until(`${id} is ${state}`, async () => {
    const found = await questionOf(page, id);
    return found?.state === state ? found : undefined;
  });

/** The answer's JSON, as a page gets it. */
export const answerText = (page: Page, id: string): Promise<string | undefined> =>
  page.evaluate(async (one) => (await travel.answer(one))?.text(), id);

/** The person looks at the page again: the page tells its worker at once, while the next check may be 30 s away. */
export const lookAt = (page: Page): Promise<void> =>
  page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')));

export interface Outage {
  name: string;
  begin(context: BrowserContext): Promise<void>;
  end(context: BrowserContext): Promise<void>;
}

/** Without a network, and with the router down while the browser believes that it is online. */
export const outages = (bench: TravelBench): Outage[] => [
  {
    name: 'the browser offline',
    begin: (context) => context.setOffline(true),
    end: (context) => context.setOffline(false),
  },
  {
    name: 'the router gone',
    begin: () => bench.line.down(),
    async end(context) {
      await bench.line.up();
      await Promise.all(context.pages().map(lookAt));
    },
  },
];

/** Every row of the worker's database, by store: read past the worker, from a page of its origin. */
export const rowsOnDisk = (page: Page, name: string): Promise<Record<string, unknown[]>> =>
  page.evaluate(async (name) => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open(name));
    const rows: Record<string, unknown[]> = {};
    for (const store of database.objectStoreNames)
      rows[store] = await done(database.transaction(store).objectStore(store).getAll());
    database.close();
    return rows;
  }, name);
