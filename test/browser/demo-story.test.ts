/** The demo's whole story, without a mouse: ask, fail over, go offline, a saved answer, a question that waits and is answered in place. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { type DemoBench, startDemoBench } from './support/demo-bench.ts';
import { askByKeyboard, press } from './support/keyboard.ts';
import { answerTo } from './support/provider.ts';

let demo: DemoBench;
beforeAll(async () => {
  demo = await startDemoBench();
});
afterEach(() => demo.reset());
afterAll(() => demo?.stop());

const PACK = 'What should I pack for Lisbon?';
const JSON_LIST = 'As a JSON list, please.';
const SHOES = 'And which shoes?';

interface Away {
  goes(context: BrowserContext): Promise<void>;
  isBack(context: BrowserContext): Promise<void>;
}
const WAYS: [string, Away][] = [
  [
    'without a network (setOffline)',
    { goes: (context) => context.setOffline(true), isBack: (context) => context.setOffline(false) },
  ],
  // The browser's flag says online throughout, so no event says that the router is back.
  ['with the router gone', { goes: () => demo.line.down(), isBack: () => demo.line.up() }],
];

const turn = (page: Page, question: string) =>
  page.getByRole('article').filter({ has: page.locator('.question', { hasText: question }) });

const paid = (question: string) => [...demo.a.calls, ...demo.b.calls].filter((call) => call === question).length;

describe.each(WAYS)('%s', (_, away) => {
  test('the story, by keyboard alone', async () => {
    const context = await demo.newContext();
    const page = await demo.open(context);
    const wrong = troubleOf(page);

    await askByKeyboard(page, PACK);
    await turn(page, PACK).getByText(answerTo(PACK, 1)).waitFor();

    await press(page, page.getByRole('switch', { name: 'Provider A' }), 'Space');
    await page.getByRole('switch', { name: 'Provider A', checked: false }).waitFor();
    await askByKeyboard(page, JSON_LIST);
    await turn(page, JSON_LIST).getByText('A failed, B answered').waitFor();
    expect(await turn(page, JSON_LIST).textContent()).toContain(answerTo(JSON_LIST, 1));

    await away.goes(context);
    await press(page, page.getByRole('button', { name: 'New chat' }));
    await askByKeyboard(page, PACK);
    await turn(page, PACK).getByText(answerTo(PACK, 1)).waitFor();
    await turn(page, PACK)
      .getByText(/^Saved /)
      .waitFor();

    await askByKeyboard(page, SHOES);
    await turn(page, SHOES).getByText('Waiting to be sent').waitFor();
    await page.getByText('1 waiting').waitFor();
    expect(paid(SHOES)).toBe(0);

    await away.isBack(context);
    // As promised, the page checks every 30 s, whatever the browser's flag says.
    await until(
      'the question that waited is answered',
      () => turn(page, SHOES).getByText('Answer-').isVisible(),
      75_000,
    );
    expect(await turn(page, SHOES).textContent()).toContain(answerTo(SHOES, 2));
    expect(await page.getByText('Waiting to be sent').count()).toBe(0);
    expect([paid(PACK), paid(JSON_LIST), paid(SHOES)]).toEqual([1, 1, 1]);
    expect(wrong).toEqual([]);
  });
});

/** Errors of console and page, except those that the browser writes for each unsuccessful response. */
function troubleOf(page: Page): string[] {
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (message) => {
    const isOfBrowser = message.text().startsWith('Failed to load resource:');
    if (['error', 'warning'].includes(message.type()) && !isOfBrowser) trouble.push(message.text());
  });
  return trouble;
}
