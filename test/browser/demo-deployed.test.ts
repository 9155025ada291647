/** The demo of a deployed router in Chromium: open to everybody through a publishable key, to the team's own people, or off. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import { startTravelBench } from './support/bench.ts';
import { answerTo } from './support/provider.ts';

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const answering = (path: string, status: number, body: object) =>
  bench.line.fault(
    { kind: 'answer', status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    { times: Number.POSITIVE_INFINITY, match: (request) => request.path === path },
  );

async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${bench.line.origin}/`);
  return page;
}

async function ask(page: Page, question: string): Promise<void> {
  await page.locator('#composer').fill(question);
  await page.locator('#composer').press('Enter');
}

test('everybody, with a publishable key: no plug of a provider, nor a word of one', async () => {
  answering('/demo/settings', 200, { signIn: 'publishable', key: bench.publishableKey });
  const page = await open(await bench.newContext());
  await page.getByText('Ask something. Then break it.').waitFor();
  expect(await page.locator('body').textContent()).not.toContain('provider A');
  await ask(page, 'Why?');
  await page.getByText(answerTo('Why?', 1)).first().waitFor();
  expect(bench.provider.calls).toEqual(['Why?']);
});

test('the team’s own people, and nobody else in their name', async () => {
  const context = await bench.newContext();
  answering('/demo/settings', 200, { signIn: 'token', tokenUrl: `${bench.line.origin}/team/token` });
  // Expires so soon that each question asks for another one.
  answering('/team/token', 200, { token: await bench.token('ana', { ttlSeconds: 60 }) });
  const page = await open(context);
  await ask(page, 'Whose?');
  await page.getByText(answerTo('Whose?', 1)).first().waitFor();

  bench.line.clear();
  answering('/demo/settings', 200, { signIn: 'token', tokenUrl: `${bench.line.origin}/team/token` });
  answering('/team/token', 401, { error: 'no session' });
  const nobody = await open(context);
  await ask(nobody, 'Mine?');
  await nobody.getByText('You are not signed in', { exact: true }).first().waitFor();
  await nobody.getByText('You are not signed in, so nothing is saved').waitFor();
  expect(await nobody.locator('body').textContent()).not.toContain('Whose?');
  expect(bench.provider.calls).toEqual(['Whose?']);
});
