import { describe, expect, it } from 'vitest';
import { parse } from '../../../web-demo/markdown/document.ts';
import { headingLevels } from '../../../web-demo/markdown/headings.ts';
import type { Inline } from '../../../web-demo/markdown/nodes.ts';

const text = (value: string): Inline => ({ kind: 'text', text: value });
const paragraph = (...children: Inline[]) => ({ kind: 'paragraph', children });

describe('an answer as nodes', () => {
  it.each([
    ['<script>alert(1)</script>', [paragraph(text('<script>alert(1)</script>'))]],
    [
      '<div>\n**bold**\n</div>',
      [paragraph(text('<div>\n'), { kind: 'strong', children: [text('bold')] }, text('\n</div>'))],
    ],
    ['<!-- never *closed*', [paragraph(text('<!-- never '), { kind: 'emphasis', children: [text('closed')] })]],
    ['a\0b', [paragraph(text('a\ufffdb'))]],
    ['AT&amp;T &lt;b&gt; &#x3C;i&#62; &nope; &constructor;', [paragraph(text('AT&T <b> <i> &nope; &constructor;'))]],
    ['`&amp;` \\&amp;', [paragraph({ kind: 'code', text: '&amp;' }, text(' &amp;'))]],
    ['one  \ntwo\\\nthree', [paragraph(text('one'), { kind: 'break' }, text('two'), { kind: 'break' }, text('three'))]],
    ['~~~js run\n1 < 2\n~~~', [{ kind: 'code', language: 'js', text: '1 < 2' }]],
    ['> a\n\n---', [{ kind: 'quote', children: [paragraph(text('a'))] }, { kind: 'rule' }]],
    [
      '3. a\n4. b',
      [
        {
          kind: 'list',
          start: 3,
          items: [
            { checked: null, isLoose: false, children: [paragraph(text('a'))] },
            { checked: null, isLoose: false, children: [paragraph(text('b'))] },
          ],
        },
      ],
    ],
    [
      '- [ ] a\n- [x] b',
      [
        {
          kind: 'list',
          start: null,
          items: [
            { checked: false, isLoose: false, children: [paragraph(text('a'))] },
            { checked: true, isLoose: false, children: [paragraph(text('b'))] },
          ],
        },
      ],
    ],
    [
      '| a | b |\n|--:|---|\n| 1<br>2 |',
      [
        {
          kind: 'table',
          header: [
            { align: 'right', children: [text('a')] },
            { align: null, children: [text('b')] },
          ],
          rows: [
            [
              { align: 'right', children: [text('1'), { kind: 'break' }, text('2')] },
              { align: null, children: [] },
            ],
          ],
        },
      ],
    ],
    [
      '[a][b]\n\n[b]: http://x.test "t"',
      [paragraph({ kind: 'link', href: 'http://x.test', raw: '[a][b]', isBare: false, children: [text('a')] })],
    ],
    [
      '![a *b*](http://x.test)',
      [paragraph({ kind: 'image', href: 'http://x.test', raw: '![a *b*](http://x.test)', alt: 'a b' })],
    ],
  ])('%j', (markdown, blocks) => {
    expect(parse(markdown)).toEqual(blocks);
  });
});

describe('headings in the outline of the page', () => {
  const levels = (...depths: number[]) =>
    headingLevels(
      depths.map((depth) => ({ kind: 'heading', depth, children: [] })),
      3,
    );

  it('begin at its level, and skip none', () => {
    expect(levels(1, 2, 3)).toEqual([3, 4, 5]);
    expect(levels(3, 3, 2, 4)).toEqual([3, 3, 3, 4]);
    expect(levels(1, 3, 2, 6, 1)).toEqual([3, 4, 4, 5, 3]);
    expect(levels(1, 2, 3, 4, 5, 6)).toEqual([3, 4, 5, 6, 6, 6]);
  });
});
