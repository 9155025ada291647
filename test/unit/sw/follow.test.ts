import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOfCompletion } from '../../../protocol/chunks-of-completion.ts';
import { StreamedCompletion } from '../../../protocol/completion-of-stream.ts';
import { commentText, dataText, eventText } from '../../../protocol/sse.ts';
import { StreamFollower } from '../../../sw/core/follow.ts';
import { completion } from '../core/answers/support/completions.ts';

const follower = ({ builds = true, showsUsage = true } = {}) =>
  new StreamFollower({ builder: builds ? new StreamedCompletion() : undefined, showsUsage });

const chunk = (content: string, finish: string | null = null): string =>
  JSON.stringify({
    id: 'c',
    model: 'm',
    created: 1,
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  });
const USAGE = JSON.stringify({ id: 'c', model: 'm', created: 1, choices: [], usage: { total_tokens: 3 } });

/** The router's stream, as a list of events with ids. */
const eventsOf = (datas: readonly string[]): string[] =>
  datas.map((data, index) => eventText({ id: String(index + 1), data }));
const ANSWER = [...'Hello, dear reader'].map((letter) => chunk(letter)).concat(chunk('', 'stop'), USAGE, '[DONE]');
const EVENTS = eventsOf(ANSWER);

describe('a stream over many connections', () => {
  it('is what one whole connection had given, and its completion too', () => {
    const whole = follower();
    const expected = whole.feed(EVENTS.join(''));
    expect(expected).toBe(EVENTS.join(''));
    // Each connection begins anywhere at or before the first event that was not seen, and breaks anywhere.
    const connection = fc.record({
      back: fc.nat({ max: 5 }),
      chars: fc.nat({ max: 900 }),
      piece: fc.integer({ min: 1, max: 80 }),
    });
    fc.assert(
      fc.property(fc.array(connection, { maxLength: 12 }), (connections) => {
        const reader = follower();
        let read = '';
        const take = (text: string, piece: number) => {
          for (let at = 0; at < text.length; at += piece) read += reader.feed(text.slice(at, at + piece));
        };
        for (const { back, chars, piece } of connections) {
          const from = Math.max(0, Number(reader.lastEventId ?? 0) - back);
          take((commentText('hb') + EVENTS.slice(from).join(commentText('hb'))).slice(0, chars), piece);
          reader.restart();
        }
        take(EVENTS.slice(Number(reader.lastEventId ?? 0)).join(''), 7);
        expect(read).toBe(expected);
        expect(reader.isDone).toBe(true);
        expect(reader.completion()).toBe(whole.completion());
      }),
      { numRuns: 300 },
    );
  });

  it('passes each event at once', () => {
    const reader = follower();
    expect(reader.feed(EVENTS[0] ?? '')).toBe(EVENTS[0]);
    expect(reader.feed((EVENTS[1] ?? '').slice(0, -1))).toBe('');
    expect(reader.feed('\n')).toBe(EVENTS[1]);
    expect(reader.lastEventId).toBe('2');
    expect(reader.isOver).toBe(false);
    expect(reader.completion()).toBeUndefined();
  });

  it('takes events without ids as they come, and leaves out comments', () => {
    const reader = follower();
    const text = dataText(chunk('a')) + dataText(chunk('a', 'stop')) + dataText('[DONE]');
    expect(reader.feed(`: keep-alive\n${text}: bye\n`)).toBe(text);
    expect(reader.lastEventId).toBeUndefined();
    expect(JSON.parse(reader.completion() ?? '')).toMatchObject({ choices: [{ message: { content: 'aa' } }] });
  });
});

describe('the end', () => {
  it('is said once, and nothing follows it', () => {
    const reader = follower();
    const text = reader.feed(`${EVENTS.join('')}${eventText({ id: '99', data: '[DONE]' })}${dataText(chunk('more'))}`);
    expect(text).toBe(EVENTS.join(''));
    expect(reader.feed(dataText(chunk('more')))).toBe('');
  });

  it('may be an error, which is passed on', () => {
    for (const builds of [true, false]) {
      const reader = follower({ builds });
      reader.feed(EVENTS[0] ?? '');
      const error = eventText({
        id: '2',
        data: '{"error":{"message":"cut","type":"server_error","code":"stream_interrupted"}}',
      });
      expect(reader.feed(error)).toBe(error);
      expect(reader.error).toEqual({ code: 'stream_interrupted' });
      expect([reader.isOver, reader.isDone, reader.completion()]).toEqual([true, false, undefined]);
    }
  });

  it('is no complete answer without a finish_reason, with lost events, or after anything that is no chunk', () => {
    const lost = JSON.stringify({ id: 'c', choices: [], carryon: { skippedEvents: 1 } });
    for (const datas of [
      [chunk('a')],
      [chunk('a', 'stop'), lost],
      [chunk('a', 'stop'), 'not json'],
      [chunk('a', 'stop'), '[]'],
      [chunk('a', 'stop'), '{}'],
      [],
    ]) {
      const reader = follower();
      reader.feed(eventsOf([...datas, '[DONE]']).join(''));
      expect([reader.isDone, reader.completion()]).toEqual([true, undefined]);
    }
  });
});

describe('what is kept of it', () => {
  it('is the completion, whatever it holds', () => {
    fc.assert(
      fc.property(completion, (whole) => {
        const reader = follower({ showsUsage: false });
        const datas = chunksOfCompletion(JSON.stringify(whole)).map(({ data }) => data);
        reader.feed(eventsOf([...datas, '[DONE]']).join(''));
        expect(JSON.parse(reader.completion() ?? 'null')).toEqual(JSON.parse(JSON.stringify(whole)));
      }),
    );
  });

  it('is nothing where it is not wanted', () => {
    const reader = follower({ builds: false });
    expect(reader.feed(EVENTS.join(''))).toBe(EVENTS.join(''));
    expect([reader.isDone, reader.completion()]).toEqual([true, undefined]);
  });
});

describe('the usage', () => {
  it.each([true, false])('is hidden from a page that did not ask for it; kept: %s', (builds) => {
    const reader = follower({ builds, showsUsage: false });
    const shown = EVENTS.filter((event) => !event.includes(USAGE)).join('');
    expect(reader.feed(EVENTS.join(''))).toBe(shown);
    if (builds) expect(reader.completion()).toContain('"total_tokens":3');
  });

  it('is hidden where the provider told none, and the router only says how the answer was made', () => {
    const reader = follower({ builds: false, showsUsage: false });
    const said = eventsOf([chunk('a', 'stop'), JSON.stringify({ choices: [], carryon: { attempts: [] } }), '[DONE]']);
    expect(reader.feed(said.join(''))).toBe([said[0], said[2]].join(''));
  });

  it('is hidden alone: an answer may speak of usage, and lost events are told', () => {
    const reader = follower({ builds: false, showsUsage: false });
    const said = eventsOf([
      chunk('"choices":[] "usage"'),
      JSON.stringify({ choices: [], usage: {}, carryon: { skippedEvents: 2 } }),
    ]);
    expect(reader.feed(said.join(''))).toBe(said.join(''));
  });
});

it('an event without an end is given up', () => {
  const reader = follower();
  for (let count = 0; count < 17; count++) reader.feed('x'.repeat(1024 * 1024));
  expect(reader.isTooLong).toBe(true);
  reader.restart();
  expect(reader.isTooLong).toBe(false);
});
