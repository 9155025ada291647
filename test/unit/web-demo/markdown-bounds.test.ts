/** Texts made to hang a parser: each is shown, none nests deeper than the bound, and none takes more work than its length justifies. */
import { describe, expect, it } from 'vitest';
import { advance, EMPTY_DOCUMENT, parse } from '../../../web-demo/markdown/document.ts';
import { MAX_NESTING } from '../../../web-demo/markdown/lexer.ts';
import type { Block } from '../../../web-demo/markdown/nodes.ts';
import { safeHref } from '../../../web-demo/ui/markdown-links.ts';

const N = 10_000;
const HARD: [string, string][] = [
  ['quotes', `${'>'.repeat(N)} x`],
  ['lists', `${'- '.repeat(N)}x`],
  ['quotes and lists', `${'> - '.repeat(N)}x`],
  ['a list, each item deeper', Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth * 2)}- x`).join('\n')],
  ['brackets', '['.repeat(N)],
  ['brackets in pairs', `${'['.repeat(N)}x${']'.repeat(N)}`],
  ['links without an end', `${'[a](b'.repeat(N)})`],
  ['pictures without an end', '!['.repeat(N)],
  ['emphasis without an end', '*a **b _c ~~d '.repeat(N)],
  ['emphasis in emphasis', `${'*a '.repeat(N)}${'b* '.repeat(N)}`],
  ['ticks of every length', Array.from({ length: 500 }, (_, length) => '`'.repeat(length)).join(' ')],
  ['comments', '<!-- '.repeat(N)],
  ['references', '&#x'.repeat(N)],
  ['addresses', 'http://a.b/'.repeat(N)],
  ['mail', 'a@b.'.repeat(N)],
  ['a wide table', `${'|a'.repeat(N)}|\n${'|-'.repeat(N)}|\n${'|\n'.repeat(N)}`],
  ['emoji', '😀'.repeat(N)],
  ['half emoji', '\ud83d'.repeat(N)],
  ['zero width', '\u200b\u202e'.repeat(N)],
  ['blank lines', '\n'.repeat(N)],
  ['spaces', `${' '.repeat(N)}x`],
  ['a megabyte in a line', 'a'.repeat(1_000_000)],
  ['a megabyte of words', 'word '.repeat(200_000)],
  ['a megabyte of paragraphs', 'Some **bold** text.\n\n'.repeat(50_000)],
];

function depthOf(value: unknown): number {
  if (Array.isArray(value)) return Math.max(0, ...value.slice(0, 500).map(depthOf));
  if (typeof value !== 'object' || value === null) return 0;
  const node = value as { children?: unknown; items?: unknown };
  return 1 + Math.max(depthOf(node.children ?? []), depthOf(node.items ?? []));
}

const lettersIn = (blocks: readonly Block[]) => JSON.stringify(blocks).match(/[a-d]/g)?.length ?? 0;

describe.each(HARD)('%s', (_name, text) => {
  it('is read at once, and nests no deeper than the bound', () => {
    const blocks = parse(text);
    // An item counts beside its list.
    expect(depthOf(blocks)).toBeLessThanOrEqual(3 * MAX_NESTING);
    if (/^[a-d]/.test(text)) expect(lettersIn(blocks)).toBeGreaterThan(0);
  });

  it('is read while it comes, at a cost in proportion to its length', () => {
    let document = EMPTY_DOCUMENT;
    for (let part = 1; part <= 40; part += 1) {
      document = advance(document, text.slice(0, Math.ceil((text.length * part) / 40)), false);
    }
    expect(document.lexedCharacters).toBeLessThan(80 * text.length);
    expect(advance(document, text, true).blocks).toEqual(parse(text));
  });
});

it('an answer of a hundred paragraphs is lexed block by block, however many pieces it comes in', () => {
  const text = 'Some **bold** text that a reader enjoys, and `code`.\n\n'.repeat(100);
  let document = EMPTY_DOCUMENT;
  for (let end = 4; end <= text.length; end += 4) document = advance(document, text.slice(0, end), false);
  // Each piece reads its own paragraph, never those before it.
  expect(document.lexedCharacters).toBeLessThan(text.length * 40);
  expect(document.frozen).toBeGreaterThanOrEqual(98);
});

describe('links', () => {
  it.each([
    ['https://a.example/b?c#d', 'https://a.example/b?c#d'],
    ['HTTP://A.example', 'http://a.example/'],
    ['mailto:a@b.example', 'mailto:a@b.example'],
  ])('may lead to %s', (href, normal) => {
    expect(safeHref(href)).toBe(normal);
  });

  it.each([
    ...[
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      ' javascript:alert(1)',
      'java\tscript:alert(1)',
      'java\nscript:alert(1)',
    ],
    ...[
      '\u0001javascript:alert(1)',
      'javascript&colon;alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
    ],
    ...[
      'blob:https://a.example/1',
      'filesystem:https://a.example/1',
      'view-source:https://a.example',
      'about:blank',
      'ftp://a',
    ],
    ...['/admin', '#top', '?x', '//a.example', '', 'x', 'https:', 'https://known.example@evil.example', 'intent://x'],
  ])('may not lead to %j', (href) => {
    expect(safeHref(href)).toBeNull();
  });
});
