/** The demo's conversations without a network, in several tabs, in a browser that is killed, and after a sign-out. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { openProfile } from './support/browser.ts';
import { startDemoBench } from './support/demo-bench.ts';
import { chatOn } from './support/demo-chat.ts';
import { answerTo } from './support/provider.ts';

const demo = await startDemoBench();
afterEach(() => demo.reset());
afterAll(() => demo.stop());

test('a question waits over a reload, and is answered once and in its place, in each tab', async () => {
  const context = await demo.newContext();
  const chat = chatOn(await demo.open(context));
  await chat.ask('Before?');
  await chat.answered('Before?', answerTo('Before?', 1));
  const other = chatOn(await demo.open(context));
  await other.answered('Before?', answerTo('Before?', 1));
  await context.setOffline(true);
  await chat.ask('While away?', 'Queue');
  await chat.turn('While away?').getByText('Waiting to be sent').waitFor();
  await other.turn('While away?').getByText('Waiting to be sent').waitFor();
  await chat.page.reload();
  await chat.turn('While away?').getByText('Waiting to be sent').waitFor();
  // This page has never had a token.
  await chat.ask('After a reload?', 'Queue');
  await chat.turn('After a reload?').getByText('Waiting to be sent').waitFor();
  await context.setOffline(false);
  for (const one of [chat, other]) {
    await one.answered('While away?', answerTo('While away?', 2));
    await one.answered('After a reload?', answerTo('After a reload?', 3));
  }
  expect(await chat.questions()).toEqual(['Before?', 'While away?', 'After a reload?']);
  expect(demo.a.calls).toEqual(['Before?', 'While away?', 'After a reload?']);
  await chat.page.reload();
  await chat.answered('While away?', answerTo('While away?', 2));
  expect(demo.a.calls.length).toBe(3);
});

test('a question that waits can be cancelled, and says so', async () => {
  const context = await demo.newContext();
  const chat = chatOn(await demo.open(context));
  await chat.ask('Before?');
  await chat.answered('Before?', answerTo('Before?', 1));
  await context.setOffline(true);
  await chat.ask('While away?', 'Queue');
  await chat.turn('While away?').getByRole('button', { name: 'Cancel' }).click();
  await chat.turn('While away?').locator('.card.problem').waitFor();
  await context.setOffline(false);
  await chat.turn('While away?').getByRole('button', { name: 'Ask again' }).click();
  expect(await chat.composer.evaluate((field) => field === document.activeElement)).toBe(true);
  await chat.answered('While away?', answerTo('While away?', 2));
  expect(demo.a.calls).toEqual(['Before?', 'While away?']);
});

test('a tab sees what another one asks, and neither loses a question', async () => {
  const context = await demo.newContext();
  const one = chatOn(await demo.open(context));
  await one.ask('First?');
  await one.answered('First?', answerTo('First?', 1));
  const two = chatOn(await demo.open(context));
  await two.answered('First?', answerTo('First?', 1));
  await two.composer.fill('Being written');
  await Promise.all([one.ask('Second?'), two.composer.press('Enter')]);
  for (const chat of [one, two]) {
    await chat.turn('Second?').locator('.answer[aria-busy=false]').waitFor();
    await chat.turn('Being written').locator('.answer[aria-busy=false]').waitFor();
  }
  expect((await one.questions()).sort()).toEqual(['Being written', 'First?', 'Second?']);
  expect(await two.questions()).toEqual(await one.questions());
  expect(demo.a.calls.toSorted()).toEqual(['Being written', 'First?', 'Second?']);
});

test('a draft, a conversation and an answer under way outlive a browser that is killed', async () => {
  const profile = await openProfile();
  try {
    const open = async () => {
      const context = await demo.adopt(profile.context);
      const page = context.pages()[0] ?? (await context.newPage());
      await page.goto(`${demo.line.origin}/`);
      return chatOn(page);
    };
    const chat = await open();
    await chat.ask('Why?');
    await chat.answered('Why?', answerTo('Why?', 1));
    demo.a.set({ pauseAfter: 5 });
    await chat.ask('Slow?');
    await chat.turn('Slow?').getByText('w4').waitFor();
    const other = chatOn(await demo.open(profile.context));
    await other.turn('Slow?').waitFor();
    await chat.composer.fill('Half a thought');
    // Another tab shows it once it is kept.
    await until('the draft is kept', async () => (await other.composer.inputValue()) === 'Half a thought');
    const person = await chat.page.evaluate(() => localStorage.getItem('carryon-person') ?? '');
    await until('the browser has written down who is here', () => profile.hasStored(person));
    const session = await chat.page.context().newCDPSession(chat.page);
    await session.send('Browser.crash').catch(() => {});
    await profile.restart();
    const again = await open();
    await again.turn('Slow?').getByText('w4').waitFor();
    demo.a.resume();
    await again.answered('Slow?', answerTo('Slow?', 2));
    expect(await again.composer.inputValue()).toBe('Half a thought');
    expect(demo.a.calls).toEqual(['Why?', 'Slow?']);
  } finally {
    await profile.close();
  }
});

test('a sign-out leaves nothing, on the disk and in other tabs', async () => {
  const profile = await openProfile();
  try {
    const context = await demo.adopt(profile.context);
    const [question, draft] = [`question ${randomUUID()}`, `draft ${randomUUID()}`];
    const chat = chatOn(await demo.open(context));
    await chat.ask(question);
    await chat.answered(question, answerTo(question, 1));
    const other = chatOn(await demo.open(context));
    await other.answered(question, answerTo(question, 1));
    await chat.composer.fill(draft);
    const person = await chat.page.evaluate(() => localStorage.getItem('carryon-person'));
    await chat.page.locator('.account').click();
    await chat.page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await chat.page.locator('dialog').getByRole('button', { name: 'Sign out', exact: true }).click();
    for (const one of [chat, other]) {
      await one.page.getByText('Your chats will be listed here').waitFor();
      expect(await one.questions()).toEqual([]);
      expect(await one.composer.inputValue()).toBe('');
    }
    expect(await chat.page.evaluate(() => localStorage.getItem('carryon-person'))).not.toBe(person);
    expect(await profile.search(question, draft)).toEqual([]);
  } finally {
    await profile.close();
  }
});
