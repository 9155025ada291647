import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameOf, markdownOf } from '../../../web-demo/core/export.ts';
import { wordsFor } from '../../../web-demo/words/words.ts';
import { complete, facts, turn } from './answer-shapes.ts';

const words = wordsFor(['en-GB']).exported;
const of = (...turns: ReturnType<typeof turn>[]) => ({
  id: 'c',
  title: 'What *should* I pack?',
  changedAt: 0,
  turns,
  isCut: false,
});

describe('an exported conversation', () => {
  it('has its questions quoted, its answers as they came, and where they came from', () => {
    const asked = {
      ...complete({ model: 'm_1' }),
      question: 'First line\n# no heading',
      text: '# A heading\n\n```js\n1\n```',
    };
    const at = words.question(asked.askedAt);
    const text = markdownOf(of(asked, turn({ state: 'waiting', queueId: 'q' }, '')), words);
    expect(text).toBe(`# What \\*should\\* I pack?

## ${at}

> First line
> # no heading

### Answer

# A heading

\`\`\`js
1
\`\`\`

*${words.answered('m\\_1', facts().answeredAt)}*

## ${at}

> What should I pack?

*Not answered yet*
`);
  });

  it('says of each answer whether it is whole', () => {
    const text = markdownOf(of(turn({ state: 'stopped', facts: facts() }, 'Part')), words);
    expect(text).toContain(`*${words.stopped}*`);
  });
});

describe('an exported answer', () => {
  const exported = (text: string, some = {}) => markdownOf(of({ ...complete(some), text }), words);

  it.each([
    ['```js\n1', '\n1\n```\n\n*'],
    ['~~~~\n```\n1\n~~~\n', '\n~~~\n~~~~\n\n*'],
    ['```\n1\n``` no end', '\n``` no end\n```\n\n*'],
    ['```\n1\n````', '\n````\n\n*'],
    ['```a` in a line', '```a` in a line\n\n*'],
  ])('leaves no code block open: %j', (text, end) => {
    expect(exported(text)).toContain(end);
  });

  it.each([
    [{ finishReason: 'length' }, words.ending.limit],
    [{ finishReason: 'content_filter' }, words.ending.filter],
    [{ skippedEvents: 2 }, words.ending.gap],
  ])('that may not be whole says so: %j', (some, said) => {
    expect(exported('Some', some)).toContain(`(${said})*`);
  });
});

describe('a file name', () => {
  it.each([
    ['What should I pack?', 'What-should-I-pack.md'],
    ['../../etc/passwd', 'etc-passwd.md'],
    ['C:\\Windows\\system32', 'C-Windows-system32.md'],
    ['Ärger über Öl', 'Ärger-über-Öl.md'],
    ['日本語の質問', '日本語の質問.md'],
    ['🎒🎒', 'conversation.md'],
    ['', 'conversation.md'],
    ['con', 'conversation.md'],
    ['LPT1', 'conversation.md'],
    ['a'.repeat(90), `${'a'.repeat(50)}.md`],
  ])('of %j is %j', (title, name) => {
    expect(fileNameOf(title, 'conversation')).toBe(name);
  });

  it('means nothing to a system or a shell', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (title) => {
        expect(fileNameOf(title, 'conversation')).toMatch(/^[\p{L}\p{N}\p{M}-]{1,60}\.md$/u);
      }),
    );
  });
});
