/** A long answer is read while it arrives: nothing jumps, scrolling up is respected, work and memory stay bounded. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { type DemoBench, startDemoBench } from './support/demo-bench.ts';
import { untilServed } from './support/demo-page.ts';
import { forget, longAnswer, SHORT_ANSWER, sum, throttle, watchReading } from './support/reading.ts';

let demo: DemoBench;
beforeAll(async () => {
  demo = await startDemoBench();
});
afterEach(() => demo.reset());
afterAll(() => demo?.stop());

async function open(options: { hasTouch?: boolean } = {}): Promise<Page> {
  const context = await demo.newContext(options);
  await context.addInitScript(watchReading);
  const page = await demo.open(context);
  await untilServed(page);
  return page;
}

async function ask(page: Page, question: string): Promise<void> {
  await page.locator('textarea').fill(question);
  await page.keyboard.press('Enter');
}

const words = (page: Page) =>
  page.evaluate(() => (document.querySelector('.turn:last-child .markdown')?.textContent ?? '').split(/\s+/).length);
const gap = (page: Page) =>
  page.evaluate(() => {
    const { scrollHeight, clientHeight, scrollTop } = document.querySelector('.thread') as HTMLElement;
    return scrollHeight - clientHeight - scrollTop;
  });
/** The gap as it is drawn. Text may be in the page before the frame in which the page follows it: this observer is the last of that frame. */
const drawnGap = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const thread = document.querySelector('.thread') as HTMLElement;
        new ResizeObserver((_, observer) => {
          observer.disconnect();
          resolve(thread.scrollHeight - thread.clientHeight - thread.scrollTop);
        }).observe(thread);
      }),
  );
/** Polled rarely: each poll is work for the page too. */
const RARELY = { polling: 500, timeout: 120_000 };
const untilWords = (page: Page, count: number) =>
  page.waitForFunction(
    (least) => (document.querySelector('.turn:last-child .markdown')?.textContent ?? '').split(/\s+/).length > least,
    count,
    RARELY,
  );
const untilDone = (page: Page) =>
  page.waitForFunction(() => document.querySelector('.answer[aria-busy="false"]') !== null, null, RARELY);
const toEnd = (page: Page) => page.getByRole('button', { name: 'To the end' });

test('2,000 tokens with code and tables on a slow CPU: followed, nothing shifts, only the end is drawn', async () => {
  demo.a.set({ text: longAnswer(2_000), paceMs: 4 });
  const page = await open();
  await throttle(page, 4);
  await forget(page);
  await ask(page, 'How does a bridge stand?');
  await untilWords(page, 300);
  expect(await toEnd(page).count()).toBe(0);
  expect(await drawnGap(page)).toBeLessThan(60);
  await untilDone(page);
  const { shifts, longTasks, changes, changesAbove } = await page.evaluate(() => seen);
  console.log(
    `shifts ${sum(shifts).toFixed(4)}; long tasks ${longTasks.length}, longest ${Math.max(0, ...longTasks)} ms; ${changes} changes`,
  );
  expect(sum(shifts)).toBeLessThanOrEqual(0.02);
  expect(changesAbove).toEqual([]);
  // Each word may change a few nodes at the end, and no node is drawn again for later words.
  expect(changes).toBeLessThan(2_000 * 8);
  expect(await drawnGap(page)).toBeLessThan(60);
});

/** Browsers scroll smoothly: waits until the box has not moved for some frames. */
const untilResting = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const box = document.querySelector('.thread') as HTMLElement;
        let top = box.scrollTop;
        let still = 0;
        const look = () => {
          still = box.scrollTop === top ? still + 1 : 0;
          top = box.scrollTop;
          if (still > 20) resolve();
          else requestAnimationFrame(look);
        };
        look();
      }),
  );

const UPWARD: [string, (page: Page) => Promise<void>][] = [
  ['wheel', (page) => page.mouse.wheel(0, -200)],
  ['keyboard', (page) => page.locator('#thread').press('PageUp')],
  [
    'touch',
    async (page) => {
      const session = await page.context().newCDPSession(page);
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) =>
        session.send('Input.dispatchTouchEvent', { type, touchPoints: y === undefined ? [] : [{ x: 600, y }] });
      await touch('touchStart', 300);
      for (let y = 320; y <= 500; y += 20) await touch('touchMove', y);
      await touch('touchEnd');
    },
  ],
];

test.each(UPWARD)(
  'scrolled up by %s, the text that is read stays where it is, and the button leads back',
  async (way, up) => {
    demo.a.set({ text: longAnswer(650), paceMs: 8 });
    const page = await open({ hasTouch: way === 'touch' });
    await ask(page, 'How does a bridge stand?');
    await untilWords(page, 300);
    await page.mouse.move(600, 300);
    await up(page);
    await toEnd(page).waitFor();
    /** The position of a block in the middle of the view, once scrolling has stopped. */
    const place = () =>
      page.evaluate(() => {
        const marked = document.querySelector('[data-marked]');
        const block = marked ?? document.elementFromPoint(600, 300)?.closest('.markdown > *');
        block?.setAttribute('data-marked', '');
        return block?.getBoundingClientRect().top ?? null;
      });
    await until('the box has scrolled', async () => (await gap(page)) > 100);
    await untilResting(page);
    const before = await place();
    await forget(page);
    const soFar = await words(page);
    await untilWords(page, soFar + 150);
    expect(await place()).toBe(before);
    expect(await gap(page)).toBeGreaterThan(60);
    expect(sum((await page.evaluate(() => seen)).shifts)).toBeLessThanOrEqual(0.02);
    await toEnd(page).click();
    expect(await toEnd(page).count()).toBe(0);
    await untilDone(page);
    expect(await words(page)).toBeGreaterThan(550);
    await until('the end is in view', async () => (await gap(page)) < 60);
    expect(await place()).not.toBe(before);
  },
);

test('memory, nodes and listeners are steady over fifty questions', async () => {
  demo.a.set({ text: SHORT_ANSWER, paceMs: 0 });
  const page = await open();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const measure = async () => {
    // The second round uses the memory that the first one frees.
    for (let round = 0; round < 3; round += 1) {
      await session.send('HeapProfiler.collectGarbage');
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    }
    const { metrics } = await session.send('Performance.getMetrics');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? 0;
    return { heap: usedSize, nodes: metric('Nodes'), listeners: metric('JSEventListeners') };
  };
  const measured: Awaited<ReturnType<typeof measure>>[] = [];
  for (let round = 0; round < 5; round += 1) {
    for (let question = 0; question < 10; question += 1) {
      await ask(page, `Question ${round}-${question}?`);
      await page.waitForFunction(
        (turns) =>
          document.querySelectorAll('.turn').length === turns &&
          document.querySelector('.answer[aria-busy="true"]') === null,
        question + 1,
        { polling: 100 },
      );
    }
    await page.getByRole('button', { name: 'New chat' }).first().click();
    await until('the new chat is empty', async () => (await page.locator('.turn').count()) === 0);
    measured.push(await measure());
  }
  console.log(
    measured
      .map(({ heap, nodes, listeners }) => `${(heap / 1e6).toFixed(2)} MB, ${nodes} nodes, ${listeners} listeners`)
      .join('\n'),
  );
  expect(demo.a.calls.length).toBe(50);
  const [first, , , , last] = measured;
  if (first === undefined || last === undefined) throw new Error('nothing measured');
  // The list of chats is four longer.
  expect(last.nodes - first.nodes).toBeLessThan(400);
  expect(last.listeners - first.listeners).toBeLessThan(60);
  expect(last.heap - first.heap).toBeLessThan(3_000_000);
});

test.each([
  ['with the clipboard', true],
  ['without leave for it', false],
])('code is copied %s, and the button says so', async (_name, isAllowed) => {
  demo.a.set({ text: '```ts\nconst a = 1 < 2;\n\nb();\n```', paceMs: 0 });
  const context = await demo.newContext();
  if (isAllowed) await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  else {
    await context.addInitScript(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
    });
  }
  const page = await demo.open(context);
  await ask(page, 'In code?');
  await page.getByRole('button', { name: 'Copy ts code' }).click();
  await page.locator('.code').getByRole('status').filter({ hasText: /./ }).waitFor();
  expect(['Copied', 'Selected: copy it with your keyboard or menu']).toContain(
    await page.locator('.code').getByRole('status').textContent(),
  );
  if (isAllowed) expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('const a = 1 < 2;\n\nb();');
  else expect(await page.evaluate(() => String(getSelection()))).toBe('const a = 1 < 2;\n\nb();');
});
