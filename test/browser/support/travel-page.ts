/** What tests of `/travel.js` do with a page whose travel mode is at `window.travel`. */
import type { Page } from 'playwright-core';
import type { Travel } from '../../../public/travel.d.ts';
import { until } from '../../support/until.ts';

declare global {
  var travel: Travel;
  var told: { type: string; detail: unknown }[];
}

const EVENTS = ['connection', 'queue', 'answered', 'resuming', 'resumed', 'update', 'note', 'full'];

/** From now on the page records the events of `travel`. */
export const listen = (page: Page): Promise<void> =>
  page.evaluate((events) => {
    globalThis.told = [];
    for (const type of events)
      travel.addEventListener(type, (event) => told.push({ type, detail: (event as CustomEvent).detail }));
  }, EVENTS);

/** The details of the events of one kind so far, the oldest first. */
export const toldOf = (page: Page, kind: string): Promise<unknown[]> =>
  page.evaluate((type) => told.filter((event) => event.type === type).map(({ detail }) => detail), kind);

/** The detail of the last event of this kind, once there is one. */
export async function untilTold(page: Page, kind: string): Promise<unknown> {
  const [last] = await until(`the page is told ${kind}`, async () => {
    const details = await toldOf(page, kind);
    return details.length > 0 && details.slice(-1);
  });
  return last;
}

export const connectionOf = (page: Page): Promise<string> => page.evaluate(() => travel.connection);
