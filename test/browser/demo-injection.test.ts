/** Answers, questions, titles and exports full of injection attempts: nothing runs, nothing leaves the page, the text is shown. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { type DemoBench, startDemoBench } from './support/demo-bench.ts';
import { untilServed } from './support/demo-page.ts';

let demo: DemoBench;
beforeAll(async () => {
  demo = await startDemoBench();
});
afterEach(() => demo.reset());
afterAll(() => demo?.stop());

declare global {
  var ran: string[];
  var violations: string[];
}

/** An attack, and a piece of it that must be read on the page. */
const ATTACKS: [string, string][] = [
  ['<script>ran.push("script")</script>', '<script>ran.push("script")</script>'],
  ['<img src=x onerror="ran.push(1)">', '<img src=x onerror="ran.push(1)">'],
  ['<svg onload=ran.push(2)><a xlink:href="javascript:ran.push(3)">s</a></svg>', '<svg onload=ran.push(2)>'],
  ['<iframe src="https://evil.example/frame" srcdoc="<script>parent.ran.push(4)</script>"></iframe>', 'srcdoc='],
  ['<style>@import "https://evil.example/style"</style>', '<style>'],
  ['<!-- <b>comment</b> --><b onmouseover="ran.push(5)">bold</b>', '<!-- <b>comment</b> -->'],
  ['<details open ontoggle="ran.push(6)"><summary>more</summary></details>', 'ontoggle='],
  ['[one](javascript:ran.push(7))', 'javascript:ran.push(7)'],
  ['[two](JaVaScRiPt:ran.push(8))', 'JaVaScRiPt:ran.push(8)'],
  ['[three](java&#x0A;script:ran.push(9))', 'three'],
  ['[four](javascript&colon;ran.push(10))', 'four'],
  ['[five](<java\tscript:ran.push(11)>)', 'five'],
  ['[six](data:text/html,<script>ran.push(12)</script>)', 'data:text/html'],
  ['[seven](vbscript:ran.push(13))', 'vbscript:ran.push(13)'],
  ['[eight][evil]\n\n[evil]: javascript:ran.push(14) "title"', 'eight'],
  ['<javascript:ran.push(15)>', 'javascript:ran.push(15)'],
  ['![a picture](https://evil.example/pixel.png "t\\" onload=ran.push(16)")', 'a picture'],
  ['![drawing](data:image/svg+xml,<svg onload=ran.push(17)>)', 'drawing'],
  ['[nine](https://evil.example/" onclick="ran.push(18))', 'nine'],
  ['```"><script>ran.push(19)</script>\ncode <b>one</b>\n```', 'code <b>one</b>'],
  [
    '| <script>ran.push(20)</script> | b |\n|---|---|\n| <img src=x onerror=ran.push(21)> | [x](javascript:ran.push(22)) |',
    '<img src=x onerror=ran.push(21)>',
  ],
  ['# <img src=x onerror=ran.push(23)> heading', 'heading'],
  ['safe \u202egnihton\u202c after', 'after'],
  ['zero\u200bwidth \ufeffmark \u0000 nul \ud83d half', 'half'],
  [`${'😀'.repeat(10_000)} emoji`, 'emoji'],
  [`${'x'.repeat(20_000)} long`, 'long'],
  [`${'>'.repeat(10_000)} deep`, 'deep'],
  [`${'['.repeat(10_000)} brackets`, 'brackets'],
];

/** Hosts that the browser sent any request to. */
async function open(): Promise<{ page: Page; hosts: Set<string> }> {
  const context = await demo.newContext({ acceptDownloads: true });
  await context.addInitScript(() => {
    globalThis.ran = [];
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
  });
  const hosts = new Set<string>();
  context.on('request', (request) => hosts.add(new URL(request.url()).host));
  const page = await demo.open(context);
  await untilServed(page);
  return { page, hosts };
}

async function ask(page: Page, question: string): Promise<void> {
  const turns = await page.locator('.turn').count();
  await page.locator('textarea').fill(question);
  await page.keyboard.press('Enter');
  await until('the answer is complete and drawn', async () => {
    if ((await page.locator('.turn').count()) !== turns + 1) return false;
    // Until the code that draws it is loaded, an answer is shown as it was written, which proves nothing.
    if ((await page.locator('.as-written').count()) > 0) return false;
    return (await page.locator('.turn:last-child .answer[aria-busy="false"]').count()) === 1;
  });
}

const lastAnswer = (page: Page) =>
  page.evaluate(() => [...document.querySelectorAll('.answer')].at(-1)?.textContent ?? '');

/** Everything in the page that could act, and every address in it. */
const inside = (page: Page) =>
  page.evaluate(() => {
    const thread = document.querySelector('.thread') as HTMLElement;
    const all = [...thread.querySelectorAll('*')];
    const handlers = all.filter((one) =>
      [...one.attributes].some(({ name }) => name.startsWith('on') || name === 'style'),
    );
    return {
      ran,
      violations,
      elements: [
        ...thread.querySelectorAll('script, img, iframe, object, embed, style, link, base, form, details, video'),
      ].length,
      handlers: handlers.length,
      links: [...document.querySelectorAll<HTMLAnchorElement>('.thread a')].map(({ href, rel, target }) => ({
        href,
        rel,
        target,
      })),
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
  });

const QUIET = { ran: [], violations: [], elements: 0, handlers: 0, wide: 0 };

test('in answers: nothing runs, no other host is asked, and the text is shown', async () => {
  const { page, hosts } = await open();
  for (const [attack, shown] of ATTACKS) {
    demo.a.set({ text: attack.toWellFormed(), paceMs: 0 });
    await ask(page, `What is ${shown.slice(0, 12)}?`);
    expect(await lastAnswer(page)).toContain(shown);
  }
  // All of them again as one answer, in which one attack may reopen what another has closed.
  demo.a.set({
    text: ATTACKS.slice(0, 24)
      .map(([attack]) => attack.toWellFormed())
      .join('\n\n'),
    paceMs: 0,
  });
  await ask(page, 'And all of it?');
  for (const link of await page.locator('.thread a').all()) await link.hover();
  const { links, ...rest } = await inside(page);
  expect(rest).toEqual(QUIET);
  expect(links.length).toBeGreaterThan(0);
  for (const { href, rel, target } of links) {
    expect(href).toMatch(/^(?:https?|mailto):/);
    expect([rel, target]).toEqual(['noopener noreferrer nofollow ugc', '_blank']);
  }
  expect([...hosts]).toEqual([new URL(demo.line.origin).host]);
});

test('in questions, titles and what is exported', async () => {
  const { page, hosts } = await open();
  const question =
    '<img src=x onerror="ran.push(1)"> [x](javascript:ran.push(2)) \u202etxt.exe </title><script>ran.push(3)</script>';
  demo.a.set({ text: 'Fine.', paceMs: 0 });
  await ask(page, question);
  expect(await page.locator('.question').textContent()).toBe(question);
  expect(await page.locator('.chat-title').first().textContent()).toContain('<img src=x onerror');
  // A browser's history keeps window titles, so no question may be in one.
  expect(await page.title()).toBe('Carryon');
  const { links, ...rest } = await inside(page);
  expect([rest, links]).toEqual([QUIET, []]);
  const row = page.locator('.sidebar li, nav li').filter({ hasText: '<img src=x' }).first();
  await row.hover();
  await row.getByRole('button', { name: /^More for/ }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.menu:popover-open button', { hasText: 'Export as Markdown' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^[\p{L}\p{N}-]+\.md$/u);
  const file = await readFile(await download.path(), 'utf8');
  // The title becomes neither a tag nor a link in the file either.
  expect(file.split('\n')[0]).not.toMatch(/(?<!\\)[<[]/);
  expect((await inside(page)).ran).toEqual([]);
  expect([...hosts].filter((host) => host !== '')).toEqual([new URL(demo.line.origin).host]);
});

test('a control of direction turns nothing around', async () => {
  const { page } = await open();
  demo.a.set({
    text: 'abc \u202edef ghi\n\n`x \u202e y z` end of `line`\n\n[one \u202e](https://a.example) two three',
    paceMs: 0,
  });
  await ask(page, 'Which way?');
  const isInOrder = await page.evaluate(() => {
    /** The position of each letter, from left to right, in each paragraph. */
    return [...document.querySelectorAll('.turn:last-child .markdown p')].map((paragraph) => {
      const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
      const places: number[] = [];
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        for (let index = 0; index < (node.textContent?.length ?? 0); index += 1) {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + 1);
          if (/[a-z]/.test(range.toString())) places.push(range.getBoundingClientRect().left);
        }
      }
      return places.every((place, index) => index === 0 || place >= (places[index - 1] ?? 0));
    });
  });
  expect(isInOrder).toEqual([true, true, true]);
});
