/**
 * Pictures of the demo in each of its states, for comparing: `.carryon/pictures/`. Those that README.md
 * shows are copies of these in docs/pictures/.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { projectDirectory } from '../../cli/project.ts';
import { type DemoBench, startDemoBench } from './support/demo-bench.ts';

const DIRECTORY = join(projectDirectory, '.carryon', 'pictures');

let demo: DemoBench;
beforeAll(async () => {
  await mkdir(DIRECTORY, { recursive: true });
  demo = await startDemoBench({}, { a: 'gpt-5-mini', b: 'claude-haiku-4-5' });
});
afterEach(() => demo.reset());
afterAll(() => demo?.stop());

const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const PACK = 'What should I pack for four hot days in Lisbon, hand luggage only?';
const LIST = `Light fabrics and one layer for the evening wind off the river. For four days:

- 4 T-shirts, 2 pairs of shorts, one linen shirt
- Shoes with grip: the tiles are polished and the hills are steep
- Swimwear, a small towel, sunscreen under 100 ml
`;
const AS_JSON = 'As a JSON list, please.';
const JSON_LIST = `\`\`\`json
[
  "t-shirt ×4",
  "shorts ×2",
  "linen shirt",
  "shoes with grip"
]
\`\`\`
`;

const field = (page: Page) => page.getByRole('textbox', { name: 'Your question' });

async function ask(page: Page, question: string): Promise<void> {
  await field(page).fill(question);
  await field(page).press('Enter');
}

async function take(page: Page, name: string): Promise<void> {
  const picture = await page.screenshot({ path: join(DIRECTORY, `${name}.png`), animations: 'disabled' });
  // A blank picture would be far smaller.
  expect(picture.byteLength).toBeGreaterThan(10_000);
}

async function open(options: BrowserContextOptions): Promise<Page> {
  const page = await demo.open(await demo.newContext(options));
  await field(page).waitFor();
  return page;
}

async function packed(page: Page): Promise<void> {
  demo.a.set({ text: LIST });
  demo.b.set({ text: LIST });
  await ask(page, PACK);
  await page.getByRole('button', { name: 'Copy answer' }).waitFor();
}

const unplug = async (page: Page, what: string): Promise<void> => {
  await page.getByRole('switch', { name: what }).click();
  await page.getByRole('switch', { name: what, checked: false }).waitFor();
};

for (const colorScheme of ['light', 'dark'] as const) {
  test(`empty, in ${colorScheme}`, async () => {
    await take(await open({ ...DESKTOP, colorScheme }), `empty-${colorScheme}`);
  });

  test(`provider A fails, and B answers, in ${colorScheme}`, async () => {
    const page = await open({ ...DESKTOP, colorScheme });
    await unplug(page, 'Provider A');
    await packed(page);
    await page.getByText('A failed, B answered').waitFor();
    demo.b.set({ text: JSON_LIST, pauseAfter: 8 });
    await ask(page, AS_JSON);
    await page.getByText('"shorts').waitFor();
    await take(page, `writing-${colorScheme}`);
    demo.b.resume();
    await page.getByText('A failed, B answered').nth(1).waitFor();
    await take(page, `failover-${colorScheme}`);
  });

  test(`without a network, a saved answer and a question that waits, in ${colorScheme}`, async () => {
    const page = await open({ ...DESKTOP, colorScheme });
    await packed(page);
    await unplug(page, 'Wi-Fi');
    await page.getByRole('button', { name: 'New chat' }).click();
    await ask(page, PACK);
    await page
      .locator('.pill')
      .getByText(/^Saved /)
      .waitFor();
    await ask(page, AS_JSON);
    await page.getByText('Waiting to be sent').first().waitFor();
    await take(page, `offline-${colorScheme}`);
  });
}

test('a budget of one cent is used up', async () => {
  const page = await open({ ...DESKTOP });
  await packed(page);
  await page.getByRole('switch', { name: 'Budget of one cent' }).click();
  await page.getByRole('switch', { name: 'Budget of one cent', checked: true }).waitFor();
  await ask(page, AS_JSON);
  await page.locator('.card.problem').waitFor();
  await take(page, 'error');
});

test('on a phone, without a network', async () => {
  const page = await open(PHONE);
  await packed(page);
  await page.context().setOffline(true);
  await ask(page, AS_JSON);
  await page.getByText('Waiting to be sent').first().waitFor();
  await take(page, 'phone');
});

test('on a phone, in German', async () => {
  const page = await demo.open(await demo.newContext({ ...PHONE, locale: 'de-DE', colorScheme: 'dark' }));
  const question = page.getByRole('textbox');
  await question.first().waitFor();
  await take(page, 'phone-german');
});
