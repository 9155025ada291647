/** Chunks that are read without being parsed mean what they would mean if they were parsed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamStep } from '../../../worker/providers/adapter.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { PlainText } from '../../../worker/providers/openai/plain-text.ts';
import { begunStream, chat } from './chats.ts';

const chunk = (choices: unknown[], more: object = {}) =>
  JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...more });
const choice = (delta: object, more: object = {}) => ({ index: 0, delta, finish_reason: null, ...more });
const says = (content: string, more: object = {}) => chunk([choice({ content })], more);
/** As Python's `json.dumps` writes it. */
const spaced = (data: string) => JSON.stringify(JSON.parse(data), null, 1).replaceAll(/\n\s*/g, ' ');

describe('a chunk that is the one before but for its text', () => {
  const learnt = (data: string, steps?: StreamStep[]) => {
    const plainText = new PlainText();
    plainText.learn(data, JSON.parse(data), steps ?? begunStream(chat({ stream: true })).event(undefined, data));
    return plainText;
  };

  it.each(['world', ' ', '…', '日本語', '👋', '{}', 'data: [DONE]', "it's"])('gives the text: %j', (text) => {
    expect(learnt(says('Hello')).read(says(text))).toBe(text);
    expect(learnt(spaced(says('Hello'))).read(spaced(says(text)))).toBe(text);
  });

  it.each([
    ['no text', says('')],
    ['an escape', says('a\nb')],
    ['a quote', says('say "a"')],
    ['a raw line break', says('a*b').replace('*', '\n')],
    ['another id', says('a', { id: 'd' })],
    ['a usage', says('a', { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } })],
    ['a finish', chunk([choice({ content: 'a' }, { finish_reason: 'stop' })])],
    ['another index', chunk([choice({ content: 'a' }, { index: 1 })])],
    ['a field more', chunk([choice({ content: 'a', refusal: 'b' })])],
    ['half of it', says('a').slice(0, -4)],
    ['nothing', ''],
    ['its own beginning, ended early', says('Hello').slice(0, says('Hello').indexOf('Hello'))],
  ])('is none with %s', (_, data) => {
    expect(learnt(says('Hello')).read(data)).toBeUndefined();
  });

  it.each([
    ['said nothing', says('')],
    ['had an escape in its text', says('a\nb')],
    ['was finished', chunk([choice({ content: 'a' }, { finish_reason: 'stop' })])],
    ['had two choices', chunk([choice({ content: 'a' }), choice({ content: 'a' }, { index: 1 })])],
    ['said more than its content', chunk([choice({ content: 'a', reasoning_content: 'b' })])],
    ['told a usage', says('a', { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } })],
    ['had its content twice', says('a').replace('"content":"a"', '"content":"a","content":"a"')],
    ['had another content', says('a', { logprobs: { content: 'a' } })],
    [
      'had another content, and white space before its text',
      says('a', { x: { content: 'a' } }).replace('"content":', '"content": '),
    ],
    [
      'had another content, and an escape in the name of its text',
      says('a', { x: { content: 'a' } }).replace('"content"', '"c\\u006fntent"'),
    ],
    ['had more than a space before its text', says('a').replace('"content":', '"content":  ')],
  ])('is none where the one before %s', (_, data) => {
    expect(learnt(data).read(data)).toBeUndefined();
  });

  it('is not recognised once anything else has come', () => {
    const plainText = learnt(says('Hello'));
    plainText.forget();
    expect(plainText.read(says('a'))).toBeUndefined();
  });
});

it('a stream comes to the same, whichever of its chunks are parsed', () => {
  const text = fc.oneof(fc.string({ maxLength: 4 }), fc.string({ unit: 'grapheme', maxLength: 3 }), fc.constant('a'));
  const usage = fc.constantFrom(
    {},
    { usage: null },
    { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
  );
  const event = fc.oneof(
    { weight: 6, arbitrary: text.map((content) => says(content)) },
    { weight: 3, arbitrary: text.map((content) => spaced(says(content))) },
    { weight: 2, arbitrary: fc.tuple(text, usage).map(([content, more]) => says(content, more)) },
    fc.tuple(text, fc.nat({ max: 1 })).map(([content, index]) => chunk([choice({ content }, { index })])),
    text.map((content) => chunk([choice({ content }, { finish_reason: 'stop' })])),
    text.map((content) => chunk([choice({ role: 'assistant', content })])),
    text.map((reasoning_content) => chunk([choice({ content: 'a', reasoning_content })])),
    text.map((content) => says(content, { x_groq: { id: 'r', usage: { prompt_tokens: 3, completion_tokens: 1 } } })),
    fc.constant(chunk([choice({}, { finish_reason: 'stop' })])),
    fc.constant(chunk([choice({ tool_calls: [{ index: 0, id: 't', function: { name: 'f', arguments: '{}' } }] })])),
    fc.constant(chunk([], { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } })),
    fc.constant(': a comment'),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      const ask = chat({ stream: true });
      const [stream, parsed] = [openai.stream(ask, 0), openai.stream(ask, 0)];
      for (const [index, data] of events.entries()) {
        // JSON means the same with white space behind it, and no two such chunks end alike.
        const apart = parsed.event(undefined, data + ' '.repeat(index + 1));
        const trimmed = apart.map((step) => (step.kind === 'chunk' ? { ...step, data: step.data.trimEnd() } : step));
        const steps = stream.event(undefined, data);
        expect(steps.filter(({ kind }) => kind !== 'lost')).toEqual(trimmed.filter(({ kind }) => kind !== 'lost'));
        expect(steps.length).toBe(apart.length);
        const standing = ({ complete, finishedAll, surelyFinished, usage: told, model }: typeof stream) => [
          complete,
          finishedAll,
          surelyFinished,
          told,
          model,
        ];
        expect(standing(stream)).toEqual(standing(parsed));
        expect([stream.envelope(), stream.usageChunk()]).toEqual([parsed.envelope(), parsed.usageChunk()]);
      }
    }),
    { numRuns: 500 },
  );
});
