/** A piece of a stream that is not decoded means what it would mean if it were. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import type { Chunk } from '../../../worker/upstream/answer-so-far.ts';
import { AnswerSoFar } from '../../../worker/upstream/answer-so-far.ts';
import { chat } from '../providers/chats.ts';

const encoder = new TextEncoder();
const says = (content: string, more: object = {}) =>
  JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: null, ...more }] });
const event = (data: string) => encoder.encode(`data: ${data}\n\n`);
const answer = () =>
  new AnswerSoFar(openai.stream(chat({ stream: true }), 0), {
    present: (failure) => failure,
    readWhole: () => ({ ok: false, failure: { kind: 'malformed', message: '', mayBeBilled: true }, usage: undefined }),
    isPlausible: () => true,
  });
const plain = ({ kind, data, content, finished, textBytes }: Chunk) => ({ kind, data, content, finished, textBytes });

describe('a piece that is the one before but for its text', () => {
  const having = (...pieces: Uint8Array[]) => {
    const so = answer();
    for (const piece of pieces) so.read(piece);
    so.takeChunks();
    return so;
  };
  const two = [event(says('Hello')), event(says('you'))] as const;

  it.each(['a', ' world', '{}', "it's ~"])('is one chunk, and not read: %j', (text) => {
    const so = having(...two);
    expect(so.read(event(says(text)))).toBeUndefined();
    expect(so.takeChunks().map(plain)).toEqual([
      { kind: 'chunk', data: says(text), content: true, finished: false, textBytes: text.length },
    ]);
  });

  it.each([
    ['a letter beyond ASCII', event(says('é'))],
    ['a byte that is none of UTF-8', event(says('*')).map((byte) => (byte === 0x2a ? 0xff : byte))],
    ['an escape', event(says('a\n'))],
    ['a quote', event(says('"'))],
    ['no text', event(says(''))],
    ['a finish', event(says('a', { finish_reason: 'stop' }))],
    ['another end of its lines', encoder.encode(`data: ${says('a')}\r\n\r\n`)],
    ['an id', encoder.encode(`id: 1\ndata: ${says('a')}\n\n`)],
    ['its end to come', encoder.encode(`data: ${says('a')}\n`)],
    ['another behind it', encoder.encode(`data: ${says('a')}\n\ndata: ${says('b')}\n\n`)],
    ['nothing', new Uint8Array()],
  ])('is none with %s', (_, piece) => {
    expect(having(...two).read(piece)).toBeDefined();
  });

  it.each([
    ['ended in the middle of an event', event(says('a')).slice(0, -1)],
    ['ended in the middle of a character', new Uint8Array([...event(says('a')), 0xc3])],
    ['began an event of a name', encoder.encode('event: error\n')],
    ['was a comment', encoder.encode(': ping\n\n')],
    ['was the end', event('[DONE]')],
  ])('is none where the one before %s', (_, piece) => {
    expect(having(...two, piece).read(event(says('b')))).toBeDefined();
  });
});

it('a stream comes to the same, whichever of its pieces are read', () => {
  const text = fc.oneof(fc.constantFrom('a', ' b', 'é'), fc.string({ maxLength: 3 }), fc.string({ unit: 'grapheme' }));
  const piece = fc.oneof(
    { weight: 9, arbitrary: text.map((content) => event(says(content))) },
    fc.tuple(text, text).map(([one, other]) => encoder.encode(`data: ${says(one)}\n\ndata: ${says(other)}\n\n`)),
    text.map((content) => encoder.encode(`data: ${says(content)}\n`)),
    text.map((content) => encoder.encode(`data:${says(content)}\r\n\r\n`)),
    text.map((content) => event(says(content, { finish_reason: 'stop' }))),
    fc
      .constantFrom('\n', '\n\n', ': ping\n\n', 'event: error\n', 'id: 7\n', 'data: [DONE]\n\n')
      .map((line) => encoder.encode(line)),
    fc.uint8Array({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const [whole, cut] = [answer(), answer()];
      for (const bytes of pieces) {
        const read = whole.read(bytes);
        // A piece without its first byte is like no other.
        cut.read(bytes.slice(0, 1));
        cut.read(bytes.slice(1));
        const chunks = whole.takeChunks().map(plain);
        expect(chunks).toEqual(cut.takeChunks().map(plain));
        if (read === undefined && !whole.saidDone && whole.failure === undefined)
          expect(chunks.map(({ data }) => event(data))).toEqual([bytes]);
        const standing = ({ hasContent, isFinished, saidDone, lostEvents, failure }: AnswerSoFar) => [
          hasContent,
          isFinished,
          saidDone,
          lostEvents,
          failure,
        ];
        expect(standing(whole)).toEqual(standing(cut));
        // Bytes of an event that has not ended are counted by piece.
        const measured = (so: AnswerSoFar) => ({
          ...so.measured(false),
          made: { ...Object(so.measured(false).made), unreadBytes: 0 },
        });
        expect(measured(whole)).toEqual(measured(cut));
      }
    }),
    { numRuns: 1_000 },
  );
});
