/** What tests do with the demo's worker, in the demo's page or in any other page of its origin. */
import type { Page } from 'playwright-core';
import { until } from '../../support/until.ts';

/** The demo's worker is installed, keeps the page and serves this tab. */
export async function untilServed(page: Page): Promise<void> {
  await until('the worker serves the page', () =>
    page.evaluate(() => navigator.serviceWorker.controller?.state === 'activated'),
  );
}

/** Pulls the Wi-Fi or plugs it in by the worker's message; without `off` it only asks. */
export const wifi = (page: Page, off?: boolean): Promise<boolean> =>
  page.evaluate(
    (message) =>
      new Promise<boolean>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data.off);
        navigator.serviceWorker.controller?.postMessage(message, [port2]);
      }),
    off === undefined ? { demo: 'wifi' } : { demo: 'wifi', off },
  );

/** As the browser does by itself at each visit. */
export const lookForUpdate = (page: Page): Promise<void> =>
  page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));

export const isUpdateWaiting = (page: Page): Promise<boolean> =>
  page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting));
