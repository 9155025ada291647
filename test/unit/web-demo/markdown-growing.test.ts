/** Markdown while it arrives: the result equals that of the whole text read at once, and nothing on screen vanishes on the way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, EMPTY_DOCUMENT, type MarkdownDocument, parse } from '../../../web-demo/markdown/document.ts';
import type { Block } from '../../../web-demo/markdown/nodes.ts';
import { plainText } from '../../support/plain-text.ts';

const word = fc.constantFrom(
  'Lisbon',
  'a',
  'the hills',
  '2024',
  'x < y',
  'AT&T',
  'naïve',
  '日本',
  '😀',
  'e.g.',
  '5 * 3',
  'snake_case',
);
/** Without marks of its own: only its end shows what half of `*5 * 3*` means. */
const plain = fc.constantFrom('Lisbon', 'the hills', '2024', 'naïve', '日本', 'x: 1');
const span = fc.oneof(
  { weight: 4, arbitrary: word },
  ...['**', '*', '_', '~~', '`', '***'].map((mark) => plain.map((text) => mark + text + mark)),
  plain.map((text) => `[${text}](https://a.example/b?c=1&d=2)`),
  plain.map((text) => `![${text}](https://a.example/p.png)`),
  fc.constant('https://a.example/path'),
);
const line = fc.array(span, { minLength: 1, maxLength: 6 }).map((spans) => spans.join(' '));
const paragraph = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'));
const list = fc
  .tuple(
    fc.constantFrom('- ', '* ', '1. ', '- [ ] ', '- [x] '),
    fc.array(line, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('\n', '\n\n', '\n  - deep\n'),
  )
  .map(([mark, items, between]) => items.map((item) => mark + item).join(between));
const code = fc
  .tuple(
    fc.constantFrom('```', '~~~', '````'),
    fc.constantFrom('', 'ts', 'json x'),
    fc.array(fc.constantFrom('const a = `b`;', '', '  # no heading', '- no', '| no |'), { maxLength: 5 }),
  )
  .map(([fence, language, lines]) => `${fence}${language}\n${lines.map((one) => `${one}\n`).join('')}${fence}`);
const table = fc
  .array(fc.tuple(word, line), { minLength: 1, maxLength: 4 })
  .map((rows) =>
    ['| a | b |', '|---|:-:|', ...rows.map(([one, other]) => `| ${one} | ${other.replaceAll('|', '')} |`)].join('\n'),
  );
const ordinary = fc.oneof(
  { weight: 3, arbitrary: paragraph },
  ...[list, code, table, line.map((text) => `## ${text}`), line.map((text) => `> ${text}\n> more`), fc.constant('---')],
);
const answer = fc.array(ordinary, { minLength: 1, maxLength: 6 }).map((blocks) => blocks.join('\n\n'));

/** Any pieces of Markdown, in any order. */
const odd = fc.oneof(
  ...[word, fc.constantFrom('\n', '\n\n', '\n\n\n', '\r\n', '  \n', '\t', '    ', ' ')],
  fc.constantFrom(
    '*',
    '**',
    '_',
    '~~',
    '`',
    '```',
    '~~~',
    '#',
    '> ',
    '- ',
    '1. ',
    '|',
    '|-|-|',
    '---',
    '===',
    '[',
    ']',
    '(',
    ')',
    '![',
    '\\',
    '&amp;',
    '&',
    '<',
    '>',
  ),
  fc.constantFrom(
    '[a]: http://x.example',
    '[a]',
    '[b][a]',
    '[c]: /u "t',
    '"',
    '<script>',
    '<!--',
    '-->',
    '</div>',
    '<a@b.example>',
    '\0',
    '\ud800',
    '\u202e',
    '- [ ] ',
  ),
);
const anything = fc.array(odd, { maxLength: 40 }).map((parts) => parts.join(''));

/** The text, cut at random places. */
function grown(
  text: string,
  cuts: readonly number[],
  see: (document: MarkdownDocument) => void = () => {},
): MarkdownDocument {
  let document = EMPTY_DOCUMENT;
  for (const cut of [...new Set(cuts.map((share) => Math.round(share * text.length)))].toSorted((a, b) => a - b)) {
    document = advance(document, text.slice(0, cut), false);
    see(document);
  }
  return document;
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
const everyCharacter = (text: string) => Array.from({ length: text.length + 1 }, (_, index) => index / text.length);

describe('an answer that is still written', () => {
  it.each([
    ['an ordinary answer', answer],
    ['anything', anything],
    ['both', fc.tuple(answer, anything, answer).map((parts) => parts.join('\n'))],
  ])('is in the end what it is when read at once: %s', (_name, texts) => {
    fc.assert(
      fc.property(texts, cuts, (text, places) => {
        expect(advance(grown(text, places), text, true).blocks).toEqual(parse(text));
      }),
      { numRuns: 150 },
    );
  });

  it('never touches a block again that is finished', () => {
    fc.assert(
      fc.property(fc.oneof(answer, anything), cuts, (text, places) => {
        let finished: readonly Block[] = [];
        grown(text, places, ({ blocks, frozen }) => {
          for (const [index, block] of finished.entries()) expect(blocks[index]).toBe(block);
          finished = blocks.slice(0, frozen);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('loses nothing that was seen: each state begins the whole', () => {
    const letters = (blocks: readonly Block[]) => plainText(blocks).replace(/\s+/g, '');
    fc.assert(
      fc.property(answer, (text) => {
        const whole = letters(parse(text));
        grown(text, everyCharacter(text), ({ blocks, text: soFar }) => {
          const shown = letters(blocks);
          if (!whole.startsWith(shown)) expect(`${JSON.stringify(soFar)}: ${shown}`).toBe(whole);
        });
      }),
      { numRuns: 25 },
    );
  });

  it('keeps the kind of each block', () => {
    fc.assert(
      fc.property(answer, (text) => {
        const kinds: string[] = [];
        grown(text, everyCharacter(text), ({ blocks, text: soFar }) => {
          for (const [index, { kind }] of blocks.entries()) {
            if (kinds[index] !== undefined)
              expect(`${JSON.stringify(soFar)} ${kind}`).toBe(`${JSON.stringify(soFar)} ${kinds[index]}`);
            kinds[index] = kind;
          }
        });
      }),
      { numRuns: 25 },
    );
  });
});
