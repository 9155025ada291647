import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Draft, documentText } from '../../../../../cli/slo/documents/document.ts';
import { escapeMarkdown } from '../../../../../cli/slo/documents/markdown.ts';
import { writeDocuments } from '../../../../../cli/slo/documents/write.ts';

const draft = (percent: string): Draft => ({
  title: 'Promises',
  body: [`We promise ${percent}.`],
  facts: { chat: { promised: percent } },
});

const first = documentText(draft('99 %'), null, '2027-01-01') ?? '';

describe('a document written again', () => {
  it('stays as it is while nothing has changed, whatever the day', () => {
    expect(documentText(draft('99 %'), first, '2027-03-01')).toBe(first);
    const ofWindows = first.replaceAll('\n', '\r\n');
    expect(documentText(draft('99 %'), ofWindows, '2027-03-01')).toBe(ofWindows);
  });

  it('keeps what changed before', () => {
    const second = documentText(draft('99.5 %'), first, '2027-02-01') ?? '';
    const third = documentText(draft('98 %'), second, '2027-03-01') ?? '';
    expect(third.slice(0, third.indexOf('<!--'))).toBe(`# Promises

Last updated: 2027-03-01

We promise 98 %.

## Changes

- **2027-03-01**
  - chat, promised: 99.5 % → 98 %
- **2027-02-01**
  - chat, promised: 99 % → 99.5 %
- **2027-01-01**
  - First version.

`);
  });

  it('reports other words for the same', () => {
    const reworded = documentText({ ...draft('99 %'), body: ['You get 99 %.'] }, first, '2027-02-01');
    expect(reworded).toContain('Last updated: 2027-02-01');
    expect(reworded).toContain('The wording changed.');
  });

  it('leaves a file alone that it has not written, or cannot read any more', () => {
    expect(documentText(draft('99 %'), '# Our own promises\n', '2027-02-01')).toBeUndefined();
    expect(documentText(draft('99 %'), first.replace('"updated"', '"updat'), '2027-02-01')).toBeUndefined();
    expect(documentText(draft('99 %'), '', '2027-02-01')).toBeUndefined();
  });

  it('remembers any words, and none of them ends its comment', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('-->', '--!>', '<!--', '\n# x', '--', '->'));
    // The one name that no plain object holds; no name in config begins like this.
    const name = text.filter((one) => one !== '__proto__');
    const facts = fc.dictionary(name, fc.dictionary(name, text));
    fc.assert(
      fc.property(facts, facts, (before, after) => {
        const one = documentText({ title: 'x', body: [], facts: before }, null, '2027-01-01') ?? '';
        const memory = one.slice(one.lastIndexOf('<!-- carryon-facts '));
        expect(memory.match(/--/g)).toHaveLength(2);
        expect(memory.trimEnd().split('\n')).toHaveLength(1);
        expect(documentText({ title: 'x', body: [], facts: before }, one, '2027-02-01')).toBe(one);
        const two = documentText({ title: 'x', body: [], facts: after }, one, '2027-02-01') ?? '';
        expect(documentText({ title: 'x', body: [], facts: after }, two, '2027-03-01')).toBe(two);
      }),
      { numRuns: 100 },
    );
  });
});

describe('text in Markdown', () => {
  it.each([
    ['a | b', 'a \\| b'],
    ['<img src=x onerror=y>', '&lt;img src=x onerror=y&gt;'],
    ['&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['[x](https://bad.example)', '\\[x\\](https&#8203;://bad.example)'],
    ['see www.bad.example', 'see www&#8203;.bad.example'],
    ['*b* _i_ ~s~ `c` \\', '\\*b\\* \\_i\\_ \\~s\\~ \\`c\\` \\\\'],
    ['$x$ and ![y]', '\\$x\\$ and \\!\\[y\\]'],
    ['# head\nline', '\\# head line'],
    ['- item', '\\- item'],
    ['12. item', '12\\. item'],
    ['=====', '\\====='],
    ['chat-success: 99.5 %', 'chat-success: 99.5 %'],
    ['right\u202eleft\u0000', 'rightleft'],
  ])('%j', (text, markdown) => {
    expect(escapeMarkdown(text)).toBe(markdown);
  });

  it('is one line without a tag, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab \n\t\\`*_[]|~#!$<>&-+=1.)') }), (text) => {
        const markup = escapeMarkdown(text).replace(/\\[\\`*_[\]|~#!$+=.)-]/g, '');
        expect(markup).not.toMatch(/[<>\r\n\t\\|`*_[\]~]/);
      }),
    );
  });
});

describe('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'carryon-documents-'));
  afterAll(() => rm(directory, { recursive: true }));
  const drafts = new Map([
    ['a.md', draft('99 %')],
    ['b.md', draft('95 %')],
  ]);

  it('are written once, and again only when they change', async () => {
    const to = join(directory, 'new', 'promises');
    expect((await writeDocuments(to, drafts, '2027-01-01')).map(({ isChanged }) => isChanged)).toEqual([true, true]);
    const before = await stat(join(to, 'a.md'));
    const changed = await writeDocuments(to, new Map([...drafts, ['b.md', draft('96 %')]]), '2027-02-01');
    expect(changed.map(({ isChanged }) => isChanged)).toEqual([false, true]);
    expect((await stat(join(to, 'a.md'))).ino).toBe(before.ino);
    expect(await readFile(join(to, 'b.md'), 'utf8')).toContain('95 % → 96 %');
  });

  it('of other hands stop it before it has written any', async () => {
    await writeFile(join(directory, 'b.md'), 'mine\n');
    await expect(writeDocuments(directory, drafts, '2027-01-01')).rejects.toThrow('was not written by this command');
    await expect(readFile(join(directory, 'a.md'))).rejects.toThrow('ENOENT');
    expect(await readFile(join(directory, 'b.md'), 'utf8')).toBe('mine\n');
  });
});
