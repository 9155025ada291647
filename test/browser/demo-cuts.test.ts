/** The connection breaks at every tenth event while an answer is written: only the strip shows it. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type DemoBench, startDemoBench } from './support/demo-bench.ts';
import { askByKeyboard } from './support/keyboard.ts';
import { isStream } from './support/line.ts';
import { answerTo } from './support/provider.ts';

let demo: DemoBench;
beforeAll(async () => {
  demo = await startDemoBench();
});
afterEach(() => demo.reset());
afterAll(() => demo?.stop());

const WORDS = 200;

interface Seen {
  answer: string[];
  strip: string[];
}
declare global {
  var seenByReader: Seen;
}

test('cut behind every tenth event, the answer grows as if the line were whole, and is paid once', async () => {
  const page = await demo.open(await demo.newContext());
  await page.getByRole('textbox', { name: 'Your question' }).waitFor();
  demo.a.set({ words: WORDS, paceMs: 5 });
  demo.line.fault({ kind: 'cut', afterEvents: 10 }, { times: Number.POSITIVE_INFINITY, match: isStream });
  await watch(page);
  await askByKeyboard(page, 'Why?');
  const whole = answerTo('Why?', 1, WORDS);
  await page.locator('.answer').getByText(whole).waitFor();
  await page.getByRole('button', { name: 'Ask again' }).waitFor();

  const { answer, strip } = await page.evaluate(() => seenByReader);
  expect(answer.filter((text) => !whole.startsWith(text))).toEqual([]);
  expect(answer.filter((text, index) => text.length < (answer[index - 1]?.length ?? 0))).toEqual([]);
  expect(demo.line.seen.filter(isStream).length).toBeGreaterThan(WORDS / 10 - 1);
  expect(strip.some((text) => text.includes('Picking up where it broke off'))).toBe(true);
  expect(demo.a.calls).toEqual(['Why?']);
  expect(await page.getByRole('alert').count()).toBe(0);
});

/** What a reader sees of the answer and the strip, at each change of the page. */
const watch = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const seen: Seen = { answer: [], strip: [] };
    globalThis.seenByReader = seen;
    const note = (into: string[], text: string | undefined) => {
      if (text !== undefined && text !== into.at(-1)) into.push(text);
    };
    new MutationObserver(() => {
      note(seen.answer, document.querySelector('.answer p:not(.first-word)')?.textContent?.trimEnd());
      note(seen.strip, document.querySelector('.strip-words')?.textContent ?? undefined);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
