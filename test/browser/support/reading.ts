/** What disturbs a reader of the page: layout shifts, long tasks, and nodes touched while text arrives. */
import type { CDPSession, Page } from 'playwright-core';

export interface Seen {
  /** Layout shifts that no input explains. */
  shifts: number[];
  /** Milliseconds. */
  longTasks: number[];
  /** Changes below an answer, and those of them that are not at its end. */
  changes: number;
  changesAbove: string[];
}

declare global {
  var seen: Seen;
}

/** Before the page's own scripts. */
export function watchReading(): void {
  globalThis.seen = { shifts: [], longTasks: [], changes: 0, changesAbove: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
      if (!entry.hadRecentInput) seen.shifts.push(entry.value);
  }).observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longTasks.push(duration);
  }).observe({ type: 'longtask' });
  new MutationObserver((records) => {
    for (const { target, type } of records) {
      const element = target instanceof Element ? target : target.parentElement;
      const answer = element?.closest('.markdown');
      if (!answer || element === answer) continue;
      seen.changes += 1;
      let block: Element = element as Element;
      while (block.parentElement !== null && block.parentElement !== answer) block = block.parentElement;
      const below = answer.children.length - 1 - [...answer.children].indexOf(block);
      // A frame may bring a few blocks at once.
      if (below > 6) seen.changesAbove.push(`${type} of ${element?.tagName}, ${below} blocks above the end`);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
}

export const forget = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Object.assign(seen, { shifts: [], longTasks: [], changes: 0, changesAbove: [] });
  });

export const throttle = async (page: Page, rate: number): Promise<CDPSession> => {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  return session;
};

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** About `tokens` words, with headings, lists, code and tables. */
export function longAnswer(tokens: number): string {
  const prose =
    'The **deck** hangs from cables, and each cable carries *its own* share of what drives over `the bridge`.';
  const list =
    '1. First the towers\n2. Then the [cables](https://a.example/cables)\n   - thin wires, spun in place\n3. Last the deck';
  const rows = Array.from({ length: 8 }, (_, row) => `| Span ${row} | ${row * 120} m | ${1930 + row} |`).join('\n');
  const code = Array.from(
    { length: 12 },
    (_, line) => `const cable${line} = tension(${line}, load * ${line}); // newtons`,
  );
  const part = [
    ...['## How it stands', prose, `${prose} ${prose}`, list, `\`\`\`ts\n${code.join('\n')}\n\`\`\``, `> ${prose}`],
    `| Part | Length | Built |\n|---|--:|:-:|\n${rows}`,
  ].join('\n\n');
  const parts: string[] = [];
  while (parts.join(' ').split(/\s+/).length < tokens) parts.push(part);
  return parts.join('\n\n');
}

/** A few words in each kind of block. */
export const SHORT_ANSWER = [
  ...[
    '## Why',
    'It **hangs** from [cables](https://a.example/c), *all* of it: `load / n`.',
    '1. Towers\n   - steel\n2. Deck',
  ],
  ...['```ts\nconst share = load / cables;\n```', '> So it stands.', '| Part | Built |\n|---|--:|\n| Span | 1931 |'],
].join('\n\n');
