/** Asking in the demo: what is shown, stopped, edited, asked again, and found again after a reload. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startDemoBench } from './support/demo-bench.ts';
import { chatOn } from './support/demo-chat.ts';
import { answerTo } from './support/provider.ts';

const demo = await startDemoBench();
afterEach(() => demo.reset());
afterAll(() => demo.stop());

const openChat = async () => chatOn(await demo.open(await demo.newContext()));

test('an answer, its conversation and its place in the list are there after a reload', async () => {
  const chat = await openChat();
  await chat.ask('Why?');
  await chat.answered('Why?', answerTo('Why?', 1));
  await chat.ask('And then?');
  await chat.answered('And then?', answerTo('And then?', 2));
  await chat.composer.fill('Half a thought');
  await chat.page.reload();
  await chat.answered('Why?', answerTo('Why?', 1));
  expect(await chat.composer.inputValue()).toBe('Half a thought');
  expect(await chat.questions()).toEqual(['Why?', 'And then?']);
  expect(await chat.titles()).toEqual(['Why?']);
  expect(demo.a.calls).toEqual(['Why?', 'And then?']);
  const { messages } = JSON.parse(demo.line.seen.findLast(({ path }) => path === '/ai')?.body ?? '{}');
  expect(messages).toEqual([
    { role: 'user', content: 'Why?' },
    { role: 'assistant', content: answerTo('Why?', 1) },
    { role: 'user', content: 'And then?' },
  ]);
});

test('a reload in the middle of an answer goes on with it, and it is paid once', async () => {
  const chat = await openChat();
  demo.a.set({ pauseAfter: 5 });
  await chat.ask('Why?');
  await chat.turn('Why?').getByText('w4').waitFor();
  await chat.page.reload();
  await chat.turn('Why?').getByText('w4').waitFor();
  demo.a.resume();
  await chat.answered('Why?', answerTo('Why?', 1));
  expect(demo.a.calls).toEqual(['Why?']);
});

test('Esc stops: what came stays, the provider is let go, and the question can be asked again', async () => {
  const chat = await openChat();
  demo.a.set({ pauseAfter: 5 });
  await chat.ask('Why?');
  await chat.turn('Why?').getByText('w4').waitFor();
  await chat.page.keyboard.press('Escape');
  await chat.answered('Why?', 'Answer-1 to «Why?» w1 w2 w3 w4');
  await until('the provider is let go', async () => demo.a.aborted === 1);
  await chat.page.reload();
  await chat.answered('Why?', 'Answer-1 to «Why?» w1 w2 w3 w4');
  demo.a.set({ pauseAfter: Number.POSITIVE_INFINITY });
  await chat.turn('Why?').getByRole('button', { name: 'Ask again' }).click();
  await chat.answered('Why?', answerTo('Why?', 2));
  expect(demo.a.calls.length).toBe(2);
});

test('a complete answer is asked for again, and each ask is a new answer', async () => {
  const chat = await openChat();
  await chat.ask('Why?');
  await chat.answered('Why?', answerTo('Why?', 1));
  for (const call of [2, 3]) {
    await chat.turn('Why?').getByRole('button', { name: 'Ask again' }).click();
    await chat.answered('Why?', answerTo('Why?', call));
  }
  // In the middle of an answer, too.
  demo.a.set({ pauseAfter: 5 });
  await chat.turn('Why?').getByRole('button', { name: 'Ask again' }).click();
  await chat.turn('Why?').getByText('Answer-4').waitFor();
  await chat.page.reload();
  await chat.turn('Why?').getByText('Answer-4').waitFor();
  demo.a.resume();
  await chat.answered('Why?', answerTo('Why?', 4));
  expect(demo.a.calls.length).toBe(4);
});

test('the last question is edited in its place', async () => {
  const chat = await openChat();
  await chat.ask('Why?');
  await chat.answered('Why?', answerTo('Why?', 1));
  await chat.page.getByRole('button', { name: 'Edit question' }).click();
  await chat.page.getByRole('textbox', { name: 'Edit your question' }).fill('Why not?');
  await chat.page.keyboard.press('Enter');
  await chat.answered('Why not?', answerTo('Why not?', 2));
  expect(await chat.questions()).toEqual(['Why not?']);
  expect(await chat.titles()).toEqual(['Why not?']);
  // A question asked while another is being edited is a new one, and is not being edited.
  await chat.page.getByRole('button', { name: 'Edit question' }).click();
  await chat.ask('And?');
  await chat.answered('And?', answerTo('And?', 3));
  expect(await chat.questions()).toEqual(['Why not?', 'And?']);
});

test('an answer that the provider’s filter ended says so, and so does one of spaces alone', async () => {
  const chat = await openChat();
  demo.a.set({ finish: 'content_filter' });
  await chat.ask('Why?');
  await chat.turn('Why?').getByText('because the provider’s filter stopped it').waitFor();
  await chat.page.getByRole('log').getByText('because the provider’s filter stopped it').waitFor({ state: 'attached' });
  demo.a.set({ finish: 'stop', text: ' ' });
  await chat.ask('And?');
  await chat.turn('And?').getByText('The answer came without any text.').waitFor();
});

test('a conversation that was deleted right before the page is closed does not come back', async () => {
  const chat = await openChat();
  demo.a.set({ pauseAfter: 5 });
  await chat.ask('Why?');
  await chat.turn('Why?').getByText('w4').waitFor();
  await chat.page.getByRole('button', { name: 'More for “Why?”' }).click();
  await chat.page.getByRole('button', { name: 'Delete', exact: true }).click();
  await chat.page.reload();
  await chat.page.getByText('Your chats will be listed here.').waitFor();
  expect(await chat.titles()).toEqual([]);
});

test('an answer goes on in its own conversation while another one is open', async () => {
  const chat = await openChat();
  demo.a.set({ pauseAfter: 5 });
  await chat.ask('Slow?');
  await chat.turn('Slow?').getByText('w4').waitFor();
  await chat.newChat();
  demo.a.set({ pauseAfter: Number.POSITIVE_INFINITY });
  await chat.ask('Quick?');
  await chat.answered('Quick?', answerTo('Quick?', 2));
  await chat.page.locator('.chat').filter({ hasText: 'Slow?' }).getByText('answering').waitFor();
  demo.a.resume();
  await chat.open('Slow?');
  await chat.answered('Slow?', answerTo('Slow?', 1));
  expect(await chat.questions()).toEqual(['Slow?']);
});
