/** The plugs of the demo, pulled in real Chromium against the built router. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startDemoBench } from './support/demo-bench.ts';
import { isChat } from './support/line.ts';

const demo = await startDemoBench();
afterEach(() => demo.reset());
afterAll(() => demo.stop());

/** Wide enough for the panel beside the conversation. */
const open = async () => demo.open(await demo.newContext({ viewport: { width: 1280, height: 900 } }));

async function ask(page: Page, question: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your question' }).fill(question);
  await page.keyboard.press('Enter');
}

const plugOf = (page: Page, name: string) => page.getByRole('switch', { name, exact: true });

async function turn(page: Page, name: string, on: boolean): Promise<void> {
  await plugOf(page, name).click();
  await page.locator(`[role=switch][aria-checked=${on}][aria-busy=false]`).and(plugOf(page, name)).waitFor();
}

const strip = (page: Page) => page.locator('.strip-words');
const lastLine = (page: Page) => page.locator('.provenance').last();
const steps = (page: Page) => page.locator('.timeline li .step').allInnerTexts();

/** Waits until the line under the last answer has this in it. */
const lineSays = (page: Page, text: string | RegExp) => lastLine(page).filter({ hasText: text }).waitFor();
const stripSays = (page: Page, text: string | RegExp) => strip(page).filter({ hasText: text }).waitFor();

describe('a provider', () => {
  test('whose plug is pulled: the other one answers, and the page says so; plugged in, it answers at once', async () => {
    const page = await open();
    await turn(page, 'Provider A', false);
    await ask(page, 'Who is there?');
    await lineSays(page, 'A failed, B answered');
    expect(await lastLine(page).textContent()).toMatch(/model-of-b · \d.* to first word · \$/);
    await stripSays(page, 'Connected · Provider B answers while A recovers');
    const story = await steps(page);
    expect(story[0]).toMatch(/^Asked/);
    expect(story.find((step) => step.startsWith('Provider A'))).toBeDefined();
    expect(story).toContain('Provider B first word');
    expect(story.at(-1)).toMatch(/^Complete \d+ tokens, /);
    expect([demo.a.calls, demo.b.calls]).toEqual([[], ['Who is there?']]);

    await turn(page, 'Provider A', true);
    await stripSays(page, /^Connected\s*$/);
    await ask(page, 'And now?');
    await lineSays(page, 'model-of-a');
    expect(await lastLine(page).locator('.pill').count()).toBe(0);
    expect(demo.a.calls).toEqual(['And now?']);
  });

  test('and the other one too: the question waits, and says why; with one plugged in, it is answered in place', async () => {
    const page = await open();
    await turn(page, 'Provider A', false);
    await turn(page, 'Provider B', false);
    await stripSays(page, 'No provider is plugged in');
    await ask(page, 'Anybody?');
    await page.getByText('No provider could answer just now, so this question is waiting.').waitFor();
    expect((await steps(page)).slice(1)).toEqual([
      'Provider A answered 503',
      'Provider B answered 503',
      'The outbox keeps the question and sends it automatically',
    ]);
    await page.reload();
    for (const name of ['Provider A', 'Provider B'])
      await page.locator('[role=switch][aria-checked=false]').and(plugOf(page, name)).waitFor();
    await turn(page, 'Provider B', true);
    await lineSays(page, 'Answered later');
    expect([demo.a.calls, demo.b.calls]).toEqual([[], ['Anybody?']]);
  });

  test('cannot be unplugged where the router is away: that is told beside its switch, which stays as it was', async () => {
    const page = await open();
    await ask(page, 'Hello?');
    await lineSays(page, 'model-of-a');
    await demo.line.down();
    await plugOf(page, 'Provider A').click();
    await page.getByRole('alert').filter({ hasText: 'Nothing changed: the router does not answer.' }).waitFor();
    expect(await plugOf(page, 'Provider A').getAttribute('aria-checked')).toBe('true');
  });
});

describe('the Wi-Fi', () => {
  test('off: a saved answer with its age; a new question waits, can be cancelled, and is asked once when it is on again', async () => {
    const page = await open();
    await ask(page, 'What is kept?');
    await lineSays(page, 'model-of-a');
    await turn(page, 'Wi-Fi', false);
    await stripSays(page, 'No connection. Saved answers still work; new questions wait.');
    await page.getByRole('button', { name: 'Ask again' }).last().click();
    await lineSays(page, /Saved (just now|\d+ min ago).*you are offline; ask again later for a fresh one/s);
    expect((await steps(page)).slice(1)).toEqual([
      'No connection so nothing was sent',
      expect.stringMatching(/^Earlier answer from \d+:\d\d stays$/),
    ]);

    await page.getByRole('button', { name: 'New chat' }).click();
    await ask(page, 'What is kept?');
    await lineSays(page, /Saved (just now|\d+ min ago).*you are offline; ask again later for a fresh one/s);
    expect((await steps(page)).slice(1)).toEqual([
      'No connection so nothing was sent',
      expect.stringMatching(/^Saved answer (less than a minute|\d+ min) old$/),
    ]);

    await ask(page, 'What waits?');
    await page.getByRole('button', { name: 'Outbox, 1 waiting' }).click();
    const outbox = page.getByRole('dialog', { name: 'Outbox' });
    await outbox.getByText('What waits?').waitFor();
    expect(await outbox.textContent()).toMatch(/Waiting to be sent\s*asked \d+:\d\d, just now/);
    await outbox.getByRole('button', { name: 'Send now: What waits?' }).click();
    await outbox.getByText('Still no connection, so it keeps waiting.').waitFor();
    await outbox.getByRole('button', { name: 'Cancel: What waits?' }).click();
    await outbox.getByText('Nothing is waiting.').waitFor();
    await page.keyboard.press('Escape');

    await ask(page, 'What is asked once?');
    await page.getByRole('button', { name: 'Outbox, 1 waiting' }).waitFor();
    const before = demo.line.seen.filter(isChat).length;
    await turn(page, 'Wi-Fi', true);
    await lineSays(page, 'Answered later');
    await stripSays(page, /^Connected\s*$/);
    await page.getByRole('button', { name: 'Outbox, empty' }).waitFor();
    expect(demo.a.calls).toEqual(['What is kept?', 'What is asked once?']);
    expect(demo.line.seen.filter(isChat).length - before).toBe(1);
    expect(await steps(page)).toContain('The outbox kept the question until it could be sent');
  });

  test('off: the plugs at the router say that they need it, and nothing is sent', async () => {
    const page = await open();
    await turn(page, 'Wi-Fi', false);
    const seen = demo.line.seen.length;
    await plugOf(page, 'Provider B').click();
    await page.getByRole('alert').filter({ hasText: 'turn on Wi-Fi first' }).waitFor();
    expect(await plugOf(page, 'Provider B').getAttribute('aria-checked')).toBe('true');
    expect(demo.line.seen.length).toBe(seen);
    await turn(page, 'Wi-Fi', true);
    await until('the alert is gone', async () => (await page.getByRole('alert').count()) === 0);
  });
});

describe('the budget of one cent', () => {
  test('on: what could cost more is refused in words; off: it is answered', async () => {
    const page = await open();
    await turn(page, 'Budget of one cent', true);
    const dear = `Count. ${'And again. '.repeat(2_000)}`;
    await ask(page, dear);
    await page.getByText('Not enough budget left', { exact: true }).first().waitFor();
    expect((await steps(page)).at(-1)).toBe('Not enough budget left');
    expect(demo.a.calls).toEqual([]);
    await turn(page, 'Budget of one cent', false);
    await page.getByRole('button', { name: 'Ask again' }).last().click();
    await lineSays(page, 'model-of-a');
  });
});

test('a promise that burns is said on the strip, which leads to the status page', async () => {
  const slo = (objectives: object[], incidents: object[]) => {
    demo.line.clear();
    const body = JSON.stringify({
      at: 0,
      service: 'Demo',
      contact: null,
      objectives,
      averages: [],
      incidents,
      maintenance: [],
    });
    const headers = { 'content-type': 'application/json' };
    const isSlo = ({ path }: { path: string }) => path === '/slo';
    demo.line.fault({ kind: 'answer', status: 200, headers, body }, { times: Number.POSITIVE_INFINITY, match: isSlo });
  };
  slo([{ name: 'chat-ttft', sli: 'ttft', state: 'burning' }], []);
  const context = await demo.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${demo.line.origin}/`);
  await page.getByRole('textbox', { name: 'Your question' }).waitFor();
  await page.clock.runFor(3_000);
  await stripSays(page, /^Answers are slower than planned\./);
  slo([], [{ closedAt: null }]);
  await page.clock.runFor(60_000);
  await stripSays(page, /^We are working on a problem\./);
  slo([], []);
  await page.clock.runFor(60_000);
  await stripSays(page, /^Connected/);
  slo([], [{ closedAt: null }]);
  await page.clock.runFor(60_000);
  await page.getByRole('link', { name: 'We are working on a problem.' }).click();
  await page.getByRole('heading', { level: 1, name: 'No promise is published here' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/status');
});
