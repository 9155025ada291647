/**
 * The operator page with a month of figures, in both themes and from 360 to 2,560 pixels: axe finds nothing, nothing is wider than the
 * screen. Pictures for comparing with the sketches: `.carryon/pictures/`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectDirectory } from '../../cli/project.ts';
import { TAB_NAMES, TABS } from '../../web-demo/operator/core/tabs.ts';
import { violationsOf } from './support/axe.ts';
import { ADMIN_KEY } from './support/bench.ts';
import { type DemoBench, startDemoBench } from './support/demo-bench.ts';
import { tellFigures } from './support/operator-figures.ts';
import { watchedPage } from './support/watched-page.ts';

const DIRECTORY = join(projectDirectory, '.carryon', 'pictures');

let bench: DemoBench;
beforeAll(async () => {
  await mkdir(DIRECTORY, { recursive: true });
  const tenants = { acme: { limits: { monthlyUsd: 200, dailyUsd: 20 } } };
  bench = await startDemoBench({ tenants }, { a: 'gpt-5-mini', b: 'claude-haiku-4-5' });
});
afterAll(() => bench?.stop());

test.each([
  ['light', 1280],
  ['dark', 390],
] as const)('%s, %d pixels wide', async (colorScheme, width) => {
  const context = await bench.newContext({ colorScheme, viewport: { width, height: 860 }, timezoneId: 'UTC' });
  const { page, said } = await watchedPage(context);
  await tellFigures(page, Date.now());
  await page.goto(`${bench.line.origin}/operator`);
  await page.getByLabel('Admin key').fill(ADMIN_KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  for (const tab of TABS) {
    await page.getByRole('link', { name: TAB_NAMES[tab], exact: true }).click();
    await page.getByRole('heading', { level: 1, name: TAB_NAMES[tab] }).waitFor({ state: 'attached' });
    await page.waitForFunction(() => document.querySelector('main .panel') && !document.querySelector('.loading'));
    expect([tab, await violationsOf(page)]).toEqual([tab, []]);
    for (const other of [360, width, 2_560]) {
      await page.setViewportSize({ width: other, height: 860 });
      // Plots are drawn anew for the new width, some frames later.
      const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await expect.poll(over, { message: `${tab} at ${other} pixels`, timeout: 60_000 }).toBe(0);
    }
    await page.setViewportSize({ width, height: 860 });
    const path = join(DIRECTORY, `operator-${tab}-${colorScheme}.png`);
    const picture = await page.screenshot({ path, animations: 'disabled', fullPage: true });
    // A blank picture would be far smaller.
    expect(picture.byteLength).toBeGreaterThan(10_000);
  }
  expect(said).toEqual([]);
  await context.close();
});
