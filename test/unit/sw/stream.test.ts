import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamedCompletion } from '../../../protocol/completion-of-stream.ts';
import { DONE, dataText, eventText } from '../../../protocol/sse.ts';
import { StreamFollower } from '../../../sw/core/follow.ts';
import { FollowedStream, pageBody, type Resumed, type Streaming } from '../../../sw/stream.ts';
import { within } from '../../../sw/watch.ts';
import { quickPlatform } from './quick-platform.ts';

/** Words of every width in UTF-8, so that cuts fall into the middle of characters too. */
const WORDS = ['a', ' über', ' 漢字', ' 🧳', '\\n', ' "q"'];
const chunk = (index: number, finish: string | null = null) =>
  JSON.stringify({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: finish ? {} : { content: WORDS[index % WORDS.length] }, finish_reason: finish }],
  });

const eventsOf = (count: number): string[] => [
  ...Array.from({ length: count }, (_, index) => eventText({ id: String(index + 1), data: chunk(index) })),
  eventText({ id: String(count + 1), data: chunk(count, 'stop') }),
  eventText({ id: String(count + 2), data: DONE }),
];

type Ending = 'reset' | 'end' | 'silence';

/** A connection that delivers `text` in pieces, with heartbeats between, and then ends like this. */
function connection(text: string, pieces: readonly number[], ending: Ending): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let from = 0;
  let turn = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (from >= bytes.length) {
        if (ending === 'reset') controller.error(new TypeError('network error'));
        else if (ending === 'end') controller.close();
        return ending === 'silence' ? new Promise<void>(() => {}) : undefined;
      }
      const to = from + Math.max(1, pieces[turn++ % pieces.length] ?? 1);
      controller.enqueue(bytes.slice(from, to));
      from = to;
    },
  });
}

interface Cut {
  atByte: number;
  ending: Ending;
}

/** A router that keeps the stream: each connection begins after the id that the reader names, and breaks at the next cut. */
function router(events: readonly string[], cuts: readonly Cut[], pieces: readonly number[]) {
  let connections = 0;
  const asked: (string | undefined)[] = [];
  const open = (lastId: string | undefined): ReadableStream<Uint8Array> => {
    const rest = `: hb\n${events.slice(Number(lastId ?? 0)).join(': hb\n')}`;
    const cut = cuts[connections++];
    if (cut === undefined) return connection(rest, pieces, 'end');
    const bytes = new TextEncoder().encode(rest);
    // Nothing behind the cut arrives, half characters included.
    const torn = bytes.slice(0, cut.atByte % bytes.length);
    return new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(torn);
      },
      pull(controller) {
        if (cut.ending === 'reset') controller.error(new TypeError('network error'));
        else if (cut.ending === 'end') controller.close();
        return cut.ending === 'silence' ? new Promise<void>(() => {}) : undefined;
      },
    });
  };
  const resume = async (lastId: string | undefined): Promise<Resumed> => {
    asked.push(lastId);
    return { body: open(lastId) };
  };
  return { first: () => open(undefined), resume, asked };
}

function streaming(body: ReadableStream<Uint8Array>, more: Partial<Streaming> = {}) {
  const told: string[] = [];
  const follower = new StreamFollower({ builder: new StreamedCompletion(), showsUsage: true });
  const all: Streaming = {
    body,
    follower,
    watch: within(2_500),
    lostText: dataText('LOST'),
    tell: (event) => told.push(event),
    onEnd: async () => void told.push('end'),
    onClose: () => told.push('close'),
    ...more,
  };
  return { all, told, follower };
}

const read = (stream: FollowedStream): Promise<string> => new Response(pageBody(stream)).text();

describe('a stream through the worker', () => {
  it('has every byte once and in order, however it is cut into pieces and wherever it breaks', async () => {
    const cuts = fc.array(
      fc.record({ atByte: fc.nat(30_000), ending: fc.constantFrom<Ending>('reset', 'end', 'silence') }),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        cuts,
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
        async (count, breaks, pieces) => {
          const events = eventsOf(count);
          const { first, resume } = router(events, breaks, pieces);
          const { all, told, follower } = streaming(first(), { resume });
          expect(await read(new FollowedStream(quickPlatform(), all))).toBe(events.join(''));
          expect(told.slice(-2)).toEqual(['end', 'close']);
          expect(told.filter((event) => event === 'end' || event === 'close')).toHaveLength(2);
          expect(follower.completion()).toContain('"finish_reason":"stop"');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('asks for what follows the last whole event', async () => {
    const events = eventsOf(20);
    const whole = `: hb\n${events.slice(0, 5).join(': hb\n')}`.length;
    const { first, resume, asked } = router(events, [{ atByte: whole + 12, ending: 'reset' }], [9_999]);
    await read(new FollowedStream(quickPlatform(), streaming(first(), { resume }).all));
    expect(asked).toEqual(['5']);
  });

  it('tries for 30 s with growing waits, and then says that it is lost, without a [DONE]', async () => {
    const platform = quickPlatform();
    const begin = platform.now();
    const { first } = router(eventsOf(20), [{ atByte: 700, ending: 'reset' }], [9_999]);
    let tries = 0;
    const resume = async () => {
      tries++;
      return 'again' as const;
    };
    const { all, told, follower } = streaming(first(), { resume });
    const text = await read(new FollowedStream(platform, all));
    expect(text.endsWith(dataText('LOST'))).toBe(true);
    expect(text).not.toContain(DONE);
    expect(told).toEqual(['resuming', 'lost', 'end', 'close']);
    expect(platform.now() - begin).toBeGreaterThanOrEqual(30_000);
    expect(platform.now() - begin).toBeLessThan(35_000);
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(30);
    expect(follower.completion()).toBeUndefined();
  });

  it('is asked for less and less often where each connection breaks before its first byte', async () => {
    const platform = quickPlatform();
    let connections = 0;
    const resume = async () => {
      connections++;
      return { body: connection('', [1], 'end') };
    };
    const { first } = router(eventsOf(20), [{ atByte: 700, ending: 'reset' }], [9_999]);
    const text = await read(new FollowedStream(platform, streaming(first(), { resume }).all));
    expect(text.endsWith(dataText('LOST'))).toBe(true);
    expect(connections).toBeLessThan(30);
  });

  it('is lost at once where the router says that there is no more, or nothing can be resumed', async () => {
    for (const more of [{ resume: async () => 'never' as const }, {}]) {
      const { first } = router(eventsOf(5), [{ atByte: 500, ending: 'end' }], [9_999]);
      const { all } = streaming(first(), more);
      const text = await read(new FollowedStream(quickPlatform(), all));
      expect([text.endsWith(dataText('LOST')), text.includes(DONE)]).toEqual([true, false]);
    }
  });

  it('is waited for while the line is alive, however long a model is silent', async () => {
    let asked = 0;
    let go = () => {};
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        controller.enqueue(new TextEncoder().encode(eventsOf(1).join('')));
      },
    });
    const isAlive = async () => {
      if (++asked === 50) go();
      return true;
    };
    const { all } = streaming(body, { watch: { silenceMs: () => 3_000, isAlive } });
    expect(await read(new FollowedStream(quickPlatform(), all))).toBe(eventsOf(1).join(''));
    expect(asked).toBeGreaterThanOrEqual(50);
  });

  it('ends with the router’s own error, and is not resumed behind it', async () => {
    const error = eventText({ id: '2', data: '{"error":{"code":"stream_interrupted"}}' });
    const text = eventText({ id: '1', data: chunk(0) }) + error;
    const { all, told, follower } = streaming(connection(text, [10], 'reset'), {
      resume: async () => expect.unreachable(),
    });
    expect(await read(new FollowedStream(quickPlatform(), all))).toBe(text);
    expect(told).toEqual(['end', 'close']);
    expect(follower.completion()).toBeUndefined();
  });

  it('stops when its page leaves: nothing is kept, and the router is told', async () => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(eventText({ id: '1', data: chunk(0) }))),
      cancel: () => {
        isCancelled = true;
      },
    });
    const { all, told } = streaming(body, { resume: async () => expect.unreachable() });
    const reader = pageBody(new FollowedStream(quickPlatform({ after: () => () => {} }), all)).getReader();
    await reader.read();
    await reader.cancel();
    expect([isCancelled, told]).toEqual([true, ['close']]);
  });

  it('is kept also for a page that leaves at the [DONE]', async () => {
    const text = eventsOf(3).join('');
    const { all, told } = streaming(connection(text, [9_999], 'silence'));
    const reader = pageBody(new FollowedStream(quickPlatform({ after: () => () => {} }), all)).getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe(text);
    await reader.cancel();
    expect(told).toEqual(['end', 'close']);
  });
});

describe('a stream that is looked at before its page has it', () => {
  it('begins with its first event, and loses none', async () => {
    const text = eventsOf(20).join('');
    const stream = new FollowedStream(quickPlatform(), streaming(connection(`: hb\n${text}`, [7], 'end')).all);
    expect(await stream.begins(3_000)).toBe('begun');
    expect(await read(stream)).toBe(text);
  });

  it('is cut where the connection ends before that', async () => {
    for (const ending of ['reset', 'end'] as const) {
      const { all } = streaming(connection(': hb\n', [9], ending), { resume: async () => expect.unreachable() });
      expect(await new FollowedStream(quickPlatform(), all).begins(3_000)).toBe('cut');
    }
  });

  it('goes to the page all the same where a model thinks for longer', async () => {
    let go = () => {};
    const text = eventsOf(2).join('');
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        controller.enqueue(new TextEncoder().encode(text));
      },
    });
    const { all } = streaming(body, { watch: { silenceMs: () => 2_500, isAlive: async () => true } });
    const stream = new FollowedStream(quickPlatform(), all);
    expect(await stream.begins(3_000)).toBe('waiting');
    go();
    expect(await read(stream)).toBe(text);
  });

  it('reports the error with which it begins', async () => {
    const error = eventText({ data: '{"error":{"code":"providers_unavailable"}}' });
    const stream = new FollowedStream(quickPlatform(), streaming(connection(error, [99], 'end')).all);
    expect([await stream.begins(3_000), stream.error?.code]).toEqual(['begun', 'providers_unavailable']);
    expect(await read(stream)).toBe(error);
  });
});
