/** The demo without a network: its worker keeps the page, and nothing else. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startDemoBench } from './support/demo-bench.ts';
import { isUpdateWaiting, lookForUpdate, untilServed } from './support/demo-page.ts';

const demo = await startDemoBench();
afterEach(() => demo.reset());
afterAll(() => demo.stop());

const visited = async () => {
  const context = await demo.newContext();
  const page = await demo.open(context);
  await untilServed(page);
  return { context, page };
};

const isShown = (page: Page) =>
  until('the page shows something', async () => (await page.locator('#app').textContent()) !== '');

const AWAY = ['the browser is offline', 'the router is gone'] as const;

test.for(AWAY.flatMap((how) => ['/', '/?x=1', '/?utm_source=a&x=/admin', '/#x'].map((path) => [how, path] as const)))(
  'the second visit works where %s: %s',
  async ([how, path]) => {
    const { context, page } = await visited();
    await page.close();
    if (how === 'the router is gone') await demo.line.down();
    else await context.setOffline(true);
    const second = await demo.open(context, path);
    await isShown(second);
    expect(await second.title()).toContain('Carryon');
    await second.reload();
    await isShown(second);
  },
);

test('a visit with the router there takes the page from what is kept', async () => {
  const { context, page: first } = await visited();
  await first.close();
  demo.line.seen.splice(0);
  const page = await context.newPage();
  const response = await page.goto(`${demo.line.origin}/?x=1`);
  await isShown(page);
  expect(response?.fromServiceWorker()).toBe(true);
  const asked = demo.line.seen.map(({ path }) => path);
  // Without /travel.js: its cache-control makes the browser check in the background whether there is a newer one.
  expect(asked.filter((path) => /^\/(?:$|\?|demo-assets|demo-icons)/.test(path))).toEqual([]);
});

const NEVER = [
  '/admin',
  '/admin/keys',
  '/operator',
  '/operator/x',
  '/status',
  '/demo/settings',
  '/demo/',
  '/index.html',
].concat(['/healthz', '/sw.js', '/travel.d.ts', '/no', '//', '/%2f']);

const LEADS_HOME = ['/index.html', '//', '/%2f'];

test('no other page comes from the worker', async () => {
  const { context } = await visited();
  const page = await context.newPage();
  for (const path of NEVER) {
    demo.line.seen.splice(0);
    const response = await page.goto(`${demo.line.origin}${path}`);
    expect(demo.line.seen.map((seen) => seen.path)).toContain(path);
    if (!LEADS_HOME.includes(path)) expect([path, response?.fromServiceWorker()]).toEqual([path, false]);
  }
  await demo.line.down();
  for (const path of NEVER) await expect(page.goto(`${demo.line.origin}${path}`), path).rejects.toThrow(/ERR_/);
});

test('a script or a request of a page does not get the demo’s page from the worker, and a person no script', async () => {
  const { page, context } = await visited();
  demo.line.seen.splice(0);
  expect(await page.evaluate(async () => (await fetch('/')).status)).toBe(200);
  expect(await page.evaluate(async () => (await fetch('/demo/settings')).headers.has('x-request-id'))).toBe(true);
  const other = await context.newPage();
  await other.goto(`${demo.line.origin}/travel.js`);
  const asked = demo.line.seen.map(({ path }) => path);
  for (const path of ['/', '/demo/settings', '/travel.js']) expect(asked).toContain(path);
});

test('a new version waits with its own files, and comes in when the page says so', async () => {
  const { page } = await visited();
  const paths = new Map<string, string>();
  for (const path of ['/demo-sw.js', '/']) paths.set(path, await (await fetch(`${demo.routerUrl}${path}`)).text());
  const deploy = (path: string, type: string, body: string) =>
    demo.line.fault(
      { kind: 'answer', status: 200, headers: { 'content-type': type }, body },
      { times: Number.POSITIVE_INFINITY, match: (seen) => seen.path === path },
    );
  const worker = paths.get('/demo-sw.js') ?? '';
  const changed = worker.replace(/("url":"\/","revision":")\w+/, '$1another');
  expect(changed).not.toBe(worker);
  deploy('/demo-sw.js', 'text/javascript', changed);
  deploy('/', 'text/html', (paths.get('/') ?? '').replace('<body', '<body id="next"'));

  await lookForUpdate(page);
  await until('the new version waits', () => isUpdateWaiting(page));
  const kept = () =>
    page.evaluate(async () => {
      const names = (await caches.keys()).filter((name) => name.includes('precache'));
      const cache = await caches.open(names[0] ?? '');
      return [names.length, (await cache.keys()).filter(({ url }) => new URL(url).pathname === '/').length];
    });
  expect(await kept()).toEqual([1, 2]);
  await page.reload();
  await isShown(page);
  const isNext = async () => (await page.locator('body').getAttribute('id')) === 'next';
  expect([await isNext(), await isUpdateWaiting(page)]).toEqual([false, true]);

  await page.evaluate(async () => {
    const { travelMode } = await importScript('/travel.js');
    await (await travelMode({ worker: '/demo-sw.js', person: null })).update();
  });
  await until('it is in', async () => !(await isUpdateWaiting(page)));
  await demo.line.down();
  await page.goto(`${demo.line.origin}/?again`);
  expect(await isNext()).toBe(true);
  expect(await kept()).toEqual([1, 1]);
});
