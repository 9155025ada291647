/** A month's report on paper: two pages of A4 or Letter, no row cut by the end of a page, and readable on a phone. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../cli/slo/report/html-report.ts';
import { reportWords } from '../../cli/slo/report/report-words.ts';
import { MONTH, OBJECTIVE } from '../unit/cli/slo/report/a-month.ts';
import { violationsOf } from './support/axe.ts';
import { launchBrowser } from './support/browser.ts';

let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  page = await browser.newPage();
  page.on('console', (message) => problems.push(message.text()));
  page.on('request', (request) => problems.push(request.url()));
});
afterAll(() => browser.close());

const show = (month = MONTH) => page.setContent(htmlReport(reportWords(month, true)));

/** In a PDF of Chromium each page is an object of its own, outside of what is compressed. */
async function pagesOf(format: 'A4' | 'Letter'): Promise<number> {
  const pdf = await page.pdf({ format, printBackground: true });
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

describe.each(['A4', 'Letter'] as const)('on %s', (format) => {
  it('a filled month takes two pages', async () => {
    await show();
    expect(await pagesOf(format)).toBe(2);
  });
});

it('a hundred promises take as many pages as they need, and none of their rows is cut', async () => {
  const objectives = Array.from({ length: 100 }, (_, index) => ({ ...OBJECTIVE, name: `promise-${index}` }));
  await show({ ...MONTH, objectives });
  expect(await pagesOf('A4')).toBeGreaterThan(6);
  await page.emulateMedia({ media: 'print' });
  const styles = await page.evaluate(() => {
    const of = (selector: string, property: 'breakInside' | 'breakAfter' | 'display') =>
      [...new Set([...document.querySelectorAll(selector)].map((one) => getComputedStyle(one)[property]))].join();
    return [of('tr', 'breakInside'), of('.happened li', 'breakInside'), of('h2', 'breakAfter'), of('thead', 'display')];
  });
  expect(styles).toEqual(['avoid', 'avoid', 'avoid', 'table-header-group']);
  await page.emulateMedia({ media: null });
});

it.each([360, 768, 2_560])('fits a window of %i px', async (width) => {
  await page.setViewportSize({ width, height: 900 });
  await show();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
});

it('can be read with a screen reader', async () => {
  await show();
  expect(await violationsOf(page)).toEqual([]);
});

it('runs nothing, loads nothing and complains of nothing', async () => {
  await show();
  expect(await page.evaluate(() => document.querySelectorAll('script, img, link, iframe, a').length)).toBe(0);
  expect(problems).toEqual([]);
});
