import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** More stops than any state of the page has. */
const MOST_TABS = 80;

/** Tabs to it, as a person without a mouse does. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the Tab key does not lead to ${wanted}`);
}

/** Tabs to it and presses it. */
export async function press(page: Page, wanted: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, wanted);
  expect(await wanted.evaluate((element) => element.matches(':focus-visible'))).toBe(true);
  await page.keyboard.press(key);
}

/** Types a question into the page's input, and sends it. */
export async function askByKeyboard(page: Page, question: string): Promise<void> {
  await tabTo(page, page.getByRole('textbox', { name: 'Your question' }));
  await page.keyboard.type(question);
  await page.keyboard.press('Enter');
}
