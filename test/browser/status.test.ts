/** The status page at `/status`: what it says on the router's own figures, and in every state that there is. */
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { StatusReport } from '../../web-demo/status/report.ts';
import { patiently } from '../support/patiently.ts';
import { until } from '../support/until.ts';
import { average, DAY_MS, HOUR_MS, NOW, reportOf, share } from '../unit/web-demo/status/fixture.ts';
import { violationsOf } from './support/axe.ts';
import { ADMIN_KEY, startTravelBench } from './support/bench.ts';
import { watchedPage } from './support/watched-page.ts';

const bench = await startTravelBench({
  config: {
    slo: {
      service: 'Support assistant of Acme',
      contact: 'ops@acme.example',
      showCounts: true,
      objectives: [
        { name: 'chat-success', feature: 'chat', target: 90, promised: 90 },
        { name: 'chat-ttft', feature: 'chat', sli: 'ttft', under: '20s', target: 95 },
        { name: 'hidden', feature: 'chat', target: 99.9 },
      ],
      averages: [{ name: 'chat-cost', feature: 'chat', averageUsd: 0.015 }],
      public: ['chat-success', 'chat-ttft', 'chat-cost'],
    },
  },
});
const contexts: BrowserContext[] = [];
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  await bench.reset();
});
afterAll(() => bench.stop());

const SLO = '**/slo';
const plain = (text: string | null): string => (text ?? '').replaceAll('\u00a0', ' ');

/**
 * `report`: what `/slo` answers instead of the router; null: nothing answers; a number: that status. `isPaused`: the page's time passes
 * only as far as the test lets it.
 */
async function open(
  report?: () => StatusReport | number | null,
  { isPaused = false, ...options }: BrowserContextOptions & { isPaused?: boolean } = {},
) {
  const context = await bench.adopt(await bench.browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options }));
  contexts.push(context);
  const { page, said, stopped } = await watchedPage(context);
  let asked = 0;
  await page.route(SLO, async (route) => {
    asked++;
    if (report === undefined) return route.continue();
    const given = report();
    if (given === null) return route.abort();
    return route.fulfill(typeof given === 'number' ? { status: given } : { json: given });
  });
  // A clock that is installed goes on by itself, and cannot be paused at a time that is over.
  if (report !== undefined) await page.clock.install({ time: isPaused ? NOW - HOUR_MS : NOW });
  if (isPaused) await page.clock.pauseAt(NOW);
  await page.goto(`${bench.line.origin}/status`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const heading = async (text: string) => {
    await page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
  };
  return { page, said, stopped, heading, asked: () => asked };
}

const cardOf = (page: Page, name: string) => page.locator(`[data-promise="${name}"]`);

test('it says what the router answers: figures, an incident in a person’s words, and an address for questions', async () => {
  const ask = (status: number) => {
    bench.provider.set({ status });
    const headers = { authorization: `Bearer ${bench.secretKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ prompt: 'Why?', stream: true });
    return patiently(() => fetch(`${bench.routerUrl}/ai`, { method: 'POST', headers, body }));
  };
  for (let count = 0; count < 14; count++) await (await ask(200)).text();
  // It fails, so what was counted so far goes to the book.
  await ask(500);
  const opened = await patiently(() =>
    fetch(`${bench.routerUrl}/admin/incidents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        title: 'A fails',
        objective: 'chat-success',
        publicNote: 'One of <b>two</b> providers fails.',
      }),
    }),
  );
  expect(opened.status).toBe(201);
  const read = async () => (await (await fetch(`${bench.routerUrl}/slo`)).json()) as StatusReport;
  // What everybody reads is kept for 10 s, so it is not asked before it is right.
  const counted = async () => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const { objectives } = (await (await fetch(`${bench.routerUrl}/admin/slo`, { headers })).json()) as StatusReport;
    return objectives.find(({ name }) => name === 'chat-success')?.total === 15;
  };
  await until('the book has counted all of it', counted);

  const { page, said, stopped, heading, asked } = await open();
  await heading('We are working on a problem');
  const report = await read();
  const [success, ttft] = report.objectives;
  const cost = report.averages[0];
  expect(report.objectives.map(({ name }) => name)).toEqual(['chat-success', 'chat-ttft']);
  const percent = (value: number | null | undefined, digits: number) =>
    `${Math.floor((value ?? -1) * 100 * 10 ** digits + 1e-6) / 10 ** digits} %`;
  const figures = async (name: string) => plain(await cardOf(page, name).locator('.figures').textContent());
  expect(await figures('chat-success')).toContain(`${percent(success?.value, 1)} of 15 answers · promise 90 %`);
  expect(await figures('chat-success')).toContain('93.3 %');
  expect(await figures('chat-ttft')).toContain(`${percent(ttft?.value, 1)} of ${ttft?.total} answers · promise 95 %`);
  expect(await figures('chat-cost')).toContain(`$${Number(cost?.valueUsd?.toFixed(4))} on average`);
  const cells = cardOf(page, 'chat-success').locator('.cells i');
  expect(await cells.evaluateAll((all) => all.map((one) => one.getAttribute('data-day')))).toEqual(success?.days);
  expect([success?.days?.length, success?.days?.at(-1)]).toEqual([90, 'kept']);
  expect(await page.getByText('hidden').count()).toBe(0);
  const happened = page.getByRole('region', { name: 'What happened' });
  expect(await happened.getByRole('listitem').textContent()).toMatch(
    /A problem, going on.*One of <b>two<\/b> providers/,
  );
  expect(await page.getByRole('link', { name: 'ops@acme.example' }).getAttribute('href')).toBe(
    'mailto:ops@acme.example',
  );
  expect(await page.title()).toBe('We are working on a problem · Support assistant of Acme');
  await page.waitForLoadState('networkidle');
  expect([said, await stopped(), asked()]).toEqual([[], [], 1]);
});

const days = (broken: number, strained: number) =>
  Array.from({ length: 90 }, (_, index) => {
    if (index < 6) return 'no_data' as const;
    return index === broken ? ('broken' as const) : index === strained ? ('strained' as const) : ('kept' as const);
  });
const SUCCESS = share({ days: days(48, 88) });
const TTFT = share({ name: 'chat-ttft', sli: 'ttft', under: '2.5s', target: 95, promised: 95, value: 0.994 });
const GOING = {
  id: '1',
  openedAt: NOW - HOUR_MS,
  closedAt: null,
  objective: 'chat-success',
  feature: 'chat',
  publicNote: 'It fails.',
  text: 'It fails.',
};
const CALM = reportOf({
  objectives: [SUCCESS, { ...TTFT, days: days(-1, 48) }],
  averages: [average({ days: days(-1, -1) })],
  incidents: [{ ...GOING, openedAt: NOW - 17 * DAY_MS, closedAt: NOW - 17 * DAY_MS + 38 * 60_000 }],
  maintenance: [{ from: NOW + 5 * DAY_MS, to: NOW + 5 * DAY_MS + 1_200_000, reason: 'An update.', announcedAt: NOW }],
});
const FULL = reportOf({
  objectives: [
    { ...SUCCESS, value: 0.9812, state: 'exhausted', dependsOn: [{ objective: 'retrieval' }] },
    { ...TTFT, value: 0.9521, state: 'burning', exhaustsAt: NOW + 6 * HOUR_MS },
    share({ name: 'retrieval', sli: 'external', value: 0.9, state: 'exhausted' }),
    share({ name: 'both', sli: 'composite', of: ['chat-success', 'chat-ttft'], target: 90, promised: 90, value: 0.93 }),
    share({ name: 'other', feature: `a-name-without-any-space-${'x'.repeat(40)}`, window: '7d' }),
  ],
  incidents: [{ ...GOING, publicNote: `It fails: ${'w'.repeat(120)}` }],
  drills: [{ from: NOW - HOUR_MS, to: NOW + HOUR_MS, feature: 'chat' }],
  contact: 'https://acme.example/help',
});

const STATES: [StatusReport | number | null, string][] = [
  [503, 'The figures cannot be read just now'],
  [null, 'The service does not answer'],
  [CALM, 'Every promise is kept'],
  [FULL, '2 promises are broken'],
  [reportOf({ objectives: [{ ...SUCCESS, state: 'burning' }] }), 'Every promise is kept, but one is at risk'],
  [reportOf({ objectives: [], averages: [] }), 'No promise is published here'],
];

test('in every state: one sentence first, no rule of access broken, nothing beyond the edge', async () => {
  let report: StatusReport | number | null = null;
  const { page, heading } = await open(() => report);
  for (const [given, text] of STATES) {
    report = given;
    await page.clock.runFor(30_000);
    await heading(text);
    await page.evaluate(() => {
      const details = document.querySelector('details');
      if (details) details.open = true;
    });
    for (const colorScheme of given === FULL ? (['dark', 'light'] as const) : (['light'] as const)) {
      await page.emulateMedia({ colorScheme });
      expect([text, colorScheme, await violationsOf(page)]).toEqual([text, colorScheme, []]);
    }
    for (const width of [360, 720, 2_560]) {
      await page.setViewportSize({ width, height: 800 });
      expect([width, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([width, width]);
    }
  }
});

test('days are cells, explained under the pointer, and a table for the keyboard', async () => {
  const { page } = await open(() => CALM);
  const card = cardOf(page, 'chat-success');
  expect(await card.getByRole('img').getAttribute('aria-label')).toBe(
    'The last 90 days: 82 kept, 1 strained, 1 broken and 6 no traffic',
  );
  await card.locator('.cells i').nth(48).hover();
  expect(await card.locator('.axis').textContent()).toMatch(/Sun.* 18 Oct: broken/);
  await card.locator('summary').focus();
  await page.keyboard.press('Enter');
  const rows = card.getByRole('row');
  await rows.first().waitFor();
  expect(await rows.count()).toBe(91);
  expect(await rows.nth(1).textContent()).toMatch(/28 Nov.*kept/);
  expect(await rows.nth(2).textContent()).toMatch(/27 Nov.*strained/);
  expect(await rows.nth(42).textContent()).toMatch(/18 Oct.*broken/);
});

test('it looks every 30 seconds while it is seen, keeps what it had, and what was open stays open', async () => {
  let report: StatusReport | number | null = CALM;
  const { page, heading, asked } = await open(() => report, { isPaused: true });
  await heading('Every promise is kept');
  const summary = cardOf(page, 'chat-success').locator('summary');
  await summary.press('Enter');
  await page.clock.runFor(29_000);
  expect(asked()).toBe(1);
  report = reportOf({ ...CALM, objectives: [{ ...SUCCESS, value: 0.9812, state: 'exhausted' }, TTFT] });
  await page.clock.runFor(1_000);
  await heading('One promise is broken');
  await page.getByText('Not kept: Answers arrive', { exact: true }).waitFor();
  expect(await cardOf(page, 'chat-success').getByRole('table').isVisible()).toBe(true);
  expect(await summary.evaluate((element) => element === document.activeElement)).toBe(true);

  report = null;
  await page.clock.runFor(30_000);
  await page.getByRole('alert').getByText('These figures are from 28 Nov 2026, 14:02 UTC').waitFor();
  await heading('One promise is broken');
  report = 503;
  await page.clock.runFor(30_000);
  await page.getByRole('alert').getByText('Newer figures cannot be read just now').waitFor();
  report = CALM;
  await page.getByRole('button', { name: 'Try again now' }).click();
  await heading('Every promise is kept');
  expect(await page.getByRole('alert').textContent()).toBe('');

  const before = asked();
  const turn = (state: string) =>
    page.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => now });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await turn('hidden');
  await page.clock.runFor(300_000);
  expect(asked()).toBe(before);
  await turn('visible');
  await until('it looks at once', async () => asked() === before + 1);
});

test('in German for Germans', async () => {
  const incidents = CALM.incidents.map((one) => ({ ...one, publicNote: null, text: 'Some answers did not arrive.' }));
  const drills = [{ from: NOW - 3 * HOUR_MS, to: NOW - 2 * HOUR_MS, feature: 'chat' }];
  const { page, heading } = await open(() => ({ ...CALM, incidents, drills }), { locale: 'de-DE' });
  await heading('Alle Versprechen werden gehalten');
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
  expect(plain(await cardOf(page, 'chat-ttft').textContent())).toContain(
    'binnen 2,5 s99,4 % der Antworten · versprochen 95 %',
  );
  const items = page.getByRole('region', { name: 'Was passiert ist' }).getByRole('listitem');
  const told = (await items.allTextContents()).map(plain);
  expect(told.filter((text) => text.includes('Einige Antworten von chat kamen nicht an.'))).toHaveLength(1);
  expect(told.filter((text) => /Geplante Übung.*chat.*nur bei unseren eigenen Anfragen/.test(text))).toHaveLength(1);
});
