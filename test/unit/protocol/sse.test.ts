import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../../cli/project.ts';
import { commentText, dataText, eventText, type SseEvent, SseParser } from '../../../protocol/sse.ts';

interface Heard {
  events: SseEvent[];
  comments: string[];
  others: [string, string][];
}

function read(pieces: readonly string[], maxChars?: number): Heard {
  const heard: Heard = { events: [], comments: [], others: [] };
  const parser = new SseParser(
    {
      onEvent: (event) => heard.events.push(event),
      onComment: (comment) => heard.comments.push(comment),
      onOtherLine: (field, line) => heard.others.push([field, line]),
    },
    maxChars,
  );
  for (const piece of pieces) parser.feed(piece);
  return heard;
}

/** The same, read by a library that shares no line with ours. */
function readByLibrary(text: string): Heard {
  const heard: Heard = { events: [], comments: [], others: [] };
  const parser = createParser({
    onEvent: ({ id, event, data }) => heard.events.push({ id, event, data }),
    onComment: (comment) => heard.comments.push(comment),
    onError: ({ type, field, line }) => {
      if (type === 'unknown-field') heard.others.push([field ?? '', line ?? '']);
    },
  });
  parser.feed(text);
  return heard;
}

function pieces(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((one, other) => one - other);
  return [0, ...places].map((place, index) => text.slice(place, places[index] ?? text.length));
}

const word = fc.constantFrom('', ' ', 'a', ' a', ':', 'data', 'é', '😀', '\0', '\u2028', '{"a":1}', '[DONE]', '7');
const line = fc.oneof(
  { weight: 4, arbitrary: word.map((value) => `data:${value}`) },
  { weight: 2, arbitrary: word.map((value) => `data: ${value}`) },
  fc
    .tuple(fc.constantFrom('data', 'event', 'id', 'retry', '', 'Data', 'x-y', ' data'), word)
    .map(([field, value]) => `${field}: ${value}`),
  fc.constantFrom('data', 'id', 'event', 'oops', ':', ': hb', 'Internal error'),
  { weight: 3, arbitrary: fc.constant('') },
);
const stream = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r', '\r\n')), { maxLength: 20 }),
    word,
  )
  .map(([mark, lines, rest]) => `${mark}${lines.map(([text, end]) => text + end).join('')}${rest}`);

describe('what is read', () => {
  it('is what the standard says, wherever the pieces are cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 30 }), (text, cuts) => {
        const whole = read([text]);
        expect(whole).toEqual(readByLibrary(text));
        expect(read(pieces(text, cuts))).toEqual(whole);
        expect(read(text.split(''))).toEqual(whole);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is no event before its blank line came', () => {
    expect(read(['id: 1\ndata: a\n']).events).toEqual([]);
    expect(read(['id: 1\ndata: a\n', '\n']).events).toEqual([{ id: '1', event: undefined, data: 'a' }]);
    expect(read(['data: a\r', '\n\r']).events).toHaveLength(1);
    expect(read(['data: a\r\n', '\r', '\ndata: b\n\n']).events.map(({ data }) => data)).toEqual(['a', 'b']);
  });

  it('is nothing of an old connection once a new one begins', () => {
    const events: SseEvent[] = [];
    const parser = new SseParser({ onEvent: (event) => events.push(event) });
    parser.feed('id: 1\ndata: a\n\nid: 2\nevent: x\ndata: ha');
    parser.restart();
    parser.feed('\ufeff\ndata: b\n\n');
    expect(events).toEqual([
      { id: '1', event: undefined, data: 'a' },
      { id: undefined, event: undefined, data: 'b' },
    ]);
  });

  it('is bounded', () => {
    const events: SseEvent[] = [];
    const parser = new SseParser({ onEvent: (event) => events.push(event) }, 100);
    parser.feed(`${dataText('a'.repeat(90))}data: ${'b'.repeat(60)}`);
    expect([events.length, parser.isTooLong]).toEqual([1, false]);
    parser.feed(`\ndata: ${'b'.repeat(60)}`);
    expect(parser.isTooLong).toBe(true);
    parser.feed('\n\ndata: c\n\n');
    expect(events).toHaveLength(1);
    parser.restart();
    parser.feed('data: c\n\n');
    expect([events.length, parser.isTooLong]).toEqual([2, false]);
  });

  it('takes linear time, however small the pieces of a long line are', () => {
    const parser = new SseParser({ onEvent: ({ data }) => expect(data).toHaveLength(1_000_000) });
    parser.feed('data: ');
    for (let count = 0; count < 1_000_000; count++) parser.feed('x');
    parser.feed('\n\n');
  });
});

describe('what is written', () => {
  it('is read again as what it was', () => {
    const field = fc.option(fc.constantFrom('1', '17', 'error', 'é'), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.record({ id: field, event: field, data: fc.string({ unit: 'grapheme' }) })), (events) => {
        const asRead = events.map((event) => ({ ...event, data: event.data.replaceAll(/\r\n|\r/g, '\n') }));
        const text = events.map((event) => commentText('hb') + eventText(event)).join('');
        expect(read([text]).events).toEqual(asRead);
        expect(readByLibrary(text).events).toEqual(asRead);
      }),
    );
  });

  it.each([
    ['a', 'data: a\n\n'],
    ['', 'data: \n\n'],
    ['a\nb', 'data: a\ndata: b\n\n'],
    ['a\r\nb\rc\n', 'data: a\ndata: b\ndata: c\ndata: \n\n'],
  ])('is, of %j, %j', (data, text) => {
    expect(dataText(data)).toBe(text);
    expect(eventText({ data })).toBe(text);
    expect(eventText({ id: '7', event: 'x', data })).toBe(`id: 7\nevent: x\n${text}`);
  });
});

it('is the only place that writes events as text', () => {
  const rooms = ['protocol', 'worker', 'sw', 'web-demo'];
  const files = rooms.flatMap((room) =>
    readdirSync(join(projectDirectory, room), { recursive: true, encoding: 'utf8' }).map((file) => join(room, file)),
  );
  const writers = files.filter(
    (file) =>
      /\.tsx?$/.test(file) &&
      /`(?:data|event|id|retry): ?\$\{/.test(readFileSync(join(projectDirectory, file), 'utf8')),
  );
  expect(writers).toEqual(['protocol/sse.ts']);
});
