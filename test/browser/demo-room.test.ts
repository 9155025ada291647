/** The frame of the demo's page by keyboard, by screen reader, at every width and in German. */
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { wordsFor } from '../../web-demo/words/words.ts';
import { startRoom, type WithRoom } from './support/room.ts';

const room = await startRoom();
afterAll(() => room.stop());

const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true } as const;

const focused = (page: Page) =>
  page.evaluate(
    () =>
      document.activeElement?.id ||
      document.activeElement?.getAttribute('aria-label') ||
      document.activeElement?.textContent,
  );
const focusIs = (page: Page, expected: string) => expect.poll(() => focused(page)).toBe(expected);
const calls = (page: Page) => page.evaluate(() => (window as unknown as WithRoom).room.calls);
const write = (page: Page, text: string) =>
  page.evaluate((value) => (window as unknown as WithRoom).room.write(value), text);
const complete = (page: Page, text: string) =>
  page.evaluate((value) => (window as unknown as WithRoom).room.complete(value), text);
const spoken = (page: Page) => page.locator('[role="log"] p').allTextContents();

describe('by keyboard', () => {
  test('the whole way: skip, ask, stop, edit, delete, undo, keys, sign-out', async () => {
    const page = await room.open('scene=complete');
    const { keyboard } = page;
    await keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the conversation');
    await keyboard.press('Enter');
    await focusIs(page, 'main');
    await page.locator('#composer').focus();
    await keyboard.type('One');
    await keyboard.press('Shift+Enter');
    await keyboard.type('two');
    expect(await page.locator('#composer').inputValue()).toBe('One\ntwo');
    await keyboard.press('Enter');
    expect(await calls(page)).toContain('ask One\ntwo');
    await focusIs(page, 'composer');
    expect(await page.locator('.composer .action').textContent()).toBe('Stop');
    await keyboard.press('Escape');
    expect(await calls(page)).toContain('stop');
    await focusIs(page, 'composer');
    expect(await page.locator('.composer .action').textContent()).toBe('Send');
    // The last question, in place and back.
    await keyboard.press('ArrowUp');
    await focusIs(page, 'Edit your question');
    await keyboard.press('Escape');
    await focusIs(page, 'edit-last');
    await keyboard.press('Enter');
    await focusIs(page, 'Edit your question');
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('Other words');
    await keyboard.press('Enter');
    expect(await calls(page)).toContain('editLast Other words');
    await focusIs(page, 'composer');
    // A chat's menu.
    await page.locator('#chat-c2').focus();
    await keyboard.press('Tab');
    expect(await focused(page)).toBe('More for “Invoice wording, German”');
    await keyboard.press('Enter');
    await focusIs(page, 'Export as Markdown');
    await keyboard.press('Tab');
    expect(await focused(page)).toBe('Delete');
    await keyboard.press('Enter');
    await focusIs(page, 'undo-c2');
    await expect.poll(() => spoken(page)).toContain('Chat deleted.');
    await keyboard.press('Enter');
    await focusIs(page, 'chat-c2');
    expect(await calls(page)).not.toContain('deleteChat c2');
    await keyboard.press('Enter');
    expect(await calls(page)).toContain('openChat c2');
    await focusIs(page, 'composer');
    // Sheets give the focus back.
    await page.locator('.account').focus();
    await keyboard.press('Enter');
    await focusIs(page, 'Keyboard');
    await keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    await keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await focusIs(page, 'ana: keyboard and sign-out');
    await keyboard.press('Enter');
    await focusIs(page, 'Keyboard');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.locator('dialog[open] .sheet-actions').waitFor();
    await page.locator('dialog .action').focus();
    await keyboard.press('Enter');
    expect(await calls(page)).toContain('signOut');
  });

  test('an input method takes its own Enter', async () => {
    const page = await room.open('scene=complete&draft=%E3%81%AF');
    await page.locator('#composer').focus();
    for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
      await page.evaluate((options) => {
        const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...options });
        document.activeElement?.dispatchEvent(event);
      }, init);
    }
    expect(await calls(page)).toEqual([]);
    await page.keyboard.press('Enter');
    expect(await calls(page)).toEqual(['ask は']);
  });

  test('Esc closes what lies on top before it stops the answer', async () => {
    const page = await room.open('scene=streaming', PHONE);
    await page.locator('.bar .icon-button').last().click();
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    expect(await calls(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await calls(page)).toEqual(['stop']);
  });

  test('a deleted chat is gone when the time to undo is over, and the focus is somewhere', async () => {
    const page = await room.open('scene=complete');
    await page.clock.install();
    await page.locator('#chat-c3').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await focusIs(page, 'Export as Markdown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await focusIs(page, 'undo-c3');
    await page.clock.runFor(11_000);
    await expect.poll(() => calls(page)).toContain('deleteChat c3');
    await focusIs(page, 'new-chat');
  });
});

describe('by ear', () => {
  test('whole sentences, no words; at the end who answered', async () => {
    const page = await room.open('scene=first-word');
    await write(page, 'Pack **light');
    await write(page, 'Pack **light** things. And then');
    await expect.poll(() => spoken(page)).toEqual(['Pack light things.']);
    await write(page, 'Pack **light** things. And then a hat!\n\n```js\nlet a = 1.\n');
    await expect.poll(() => spoken(page)).toEqual(['Pack light things.', 'And then a hat!']);
    await complete(page, 'Pack **light** things. And then a hat!\n\n```js\nlet a = 1.\n```\nDone');
    await expect
      .poll(() => spoken(page))
      .toEqual(['Pack light things.', 'And then a hat!', 'Code block. Done', 'Answer complete. B answered.']);
  });

  test('landmarks: one of each', async () => {
    const page = await room.open('scene=complete');
    for (const selector of ['header.bar', 'nav', 'main', 'aside', 'h1']) {
      expect(await page.locator(selector).count(), selector).toBe(1);
    }
  });
});

describe('nothing jumps', () => {
  test('a welcome opens at its beginning, a conversation at its end', async () => {
    const top = (page: Page) => page.locator('#thread').evaluate(({ scrollTop }) => scrollTop);
    const page = await room.open('scene=empty', PHONE);
    await page.locator('.example').last().waitFor();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await top(page)).toBe(0);
    const long = await room.open('scene=long', PHONE);
    await expect.poll(() => top(long)).toBeGreaterThan(1_000);
    await long.locator('.bar .icon-button').first().click();
    await long.locator('dialog .new-chat').click();
    await long.locator('.example').last().waitFor();
    await expect.poll(() => top(long)).toBe(0);
    expect(await long.locator('.to-end').count()).toBe(0);
  });

  test('an answer comes, grows and ends', async () => {
    const page = await room.open('scene=first-word');
    await page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await write(page, 'One line.');
    const at = await page.locator('.is-live p').first().boundingBox();
    await write(page, 'One line.\n\n```js\nlet a = 1;');
    await complete(page, 'One line.\n\n```js\nlet a = 1;\n```');
    await page.locator('.turn-actions').last().waitFor();
    expect(await page.locator('.answer').last().locator('p').first().boundingBox()).toEqual(at);
    const total = await page.evaluate(() =>
      (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
    );
    expect(total).toBeLessThanOrEqual(0.02);
  });

  test('the composer grows with its text, to 40 % of the height', async () => {
    const page = await room.open('scene=complete');
    const height = async () => (await page.locator('#composer').boundingBox())?.height ?? 0;
    const before = await height();
    await page.locator('#composer').fill('1\n2\n3');
    await expect.poll(height).toBeGreaterThan(before + 30);
    await page.locator('#composer').fill('line\n'.repeat(100));
    await expect.poll(height).toBeGreaterThan(250);
    expect(await height()).toBeLessThanOrEqual(320);
  });
});

describe('on every width', () => {
  const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

  test.each([320, 360, 719, 720, 1099, 1100, 2560])('%i px', async (width) => {
    for (const query of [
      'scene=complete',
      'scene=offline&lang=de',
      'scene=empty&lang=de',
      'scene=failed&lang=de',
      'scene=off&lang=de',
    ]) {
      const page = await room.open(query, { viewport: { width, height: 800 } });
      expect(await overflow(page), query).toBeLessThanOrEqual(0);
      // Text spacing as set by people who need more of it to read.
      await page.evaluate(() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(
          '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }',
        );
        document.adoptedStyleSheets = [sheet];
      });
      expect(await overflow(page), `${query}, spaced`).toBeLessThanOrEqual(0);
      await page.context().close();
    }
  });

  test('columns: three from 1,100 px, two from 720, one below', async () => {
    const page = await room.open('scene=complete', { viewport: { width: 1100, height: 800 } });
    const shown = async () => [await page.locator('.frame > nav').count(), await page.locator('aside').count()];
    expect(await shown()).toEqual([1, 1]);
    await page.setViewportSize({ width: 1099, height: 800 });
    await expect.poll(shown).toEqual([1, 0]);
    await page.setViewportSize({ width: 719, height: 800 });
    await expect.poll(shown).toEqual([0, 0]);
  });

  test.each(['scene=complete', 'scene=offline', 'scene=empty', 'scene=failed', 'scene=not-kept'])(
    'a finger finds 40 px: %s',
    async (query) => {
      const page = await room.open(query, PHONE);
      const tooSmall = () =>
        page.evaluate(() =>
          [...document.querySelectorAll('button, textarea, a')]
            .filter((element) => element.checkVisibility() && !element.matches('.skip'))
            .map((element) => ({ element, box: element.getBoundingClientRect() }))
            .filter(({ box }) => box.height < 40 || box.width < 40)
            .map(({ element, box }) => `${element.className} ${element.textContent}: ${box.width} × ${box.height}`),
        );
      expect(await tooSmall()).toEqual([]);
      await page.locator('.bar .icon-button').first().click();
      await page.locator('dialog[open]').waitFor();
      expect(await tooSmall()).toEqual([]);
    },
  );
});

test.each([
  'scene=complete',
  'scene=offline',
  'scene=empty',
  'scene=failed&code=teapot',
  'scene=failed&code=budget_exceeded&retryIn=30000',
  'scene=stopped',
  'scene=not-kept',
  'scene=off',
])('in German, nothing of the English table is on the page: %s', async (query) => {
  const english = new Set(textsOf(wordsFor(['en'])));
  for (const shared of textsOf(wordsFor(['de']))) english.delete(shared);
  // A question stays as it was asked.
  english.delete('What should I pack for four hot days in Lisbon, hand luggage only?');
  const page = await room.open(`${query}&lang=de`);
  const shown = await page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((element) => [
      ...[...element.childNodes]
        .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
        .map(({ textContent }) => textContent ?? ''),
      ...['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? ''),
    ]),
  );
  expect(shown.filter((text) => english.has(text.trim()))).toEqual([]);
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
});

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

test('the console has nothing against it', () => {
  expect(room.complaints).toEqual([]);
});
