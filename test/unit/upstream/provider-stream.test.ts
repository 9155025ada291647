import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../protocol/chat.ts';
import type { WireFormat } from '../../../worker/core/config/wire-format.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { WholeAsStream } from '../../../worker/upstream/other-form.ts';
import { type Batch, ProviderStream } from '../../../worker/upstream/provider-stream.ts';
import type { StreamHelp, StreamLimits } from '../../../worker/upstream/stream-settings.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';
import { DONE, errorEvent, finish, role, streamed, text, usage } from '../pipeline/support/openai.ts';
import { type Step, Upstream } from '../pipeline/support/upstream.ts';

const CHAT: ChatRequest = { model: 'app/chat', messages: [], stream: true, includeUsage: true, rest: {} };
const LIMITS: StreamLimits = {
  quietUntil: START + 8_000,
  firstContentAt: START + 8_000,
  idleTimeoutMs: 5_000,
  endAt: START + 60_000,
};

const HELP: StreamHelp = {
  present: (failure) => failure,
  readWhole: (text) => {
    const reply = adapterFor('openai').reply(text, CHAT, START);
    if (reply.ok) return { ok: true, translator: new WholeAsStream(reply) };
    return { ok: false, failure: reply.failure, usage: reply.usage };
  },
  isPlausible: ({ outputTokens }) => outputTokens > 0,
};

async function open(steps: readonly Step[], limits: Partial<StreamLimits> = {}, format: WireFormat = 'openai') {
  const clock = new TestClock();
  const upstream = new Upstream(clock);
  upstream.on('a', streamed(...steps));
  const response = await upstream.fetch('https://a.example/', { body: '{}' });
  if (response.body === null) throw new Error('no body');
  const translator = adapterFor(format).stream(CHAT, START);
  const stream = new ProviderStream(response.body, translator, { ...LIMITS, ...limits }, clock, HELP);
  return { clock, stream, translator, call: upstream.calls[0] };
}

interface Seen {
  shown: string;
  end: Batch['end'];
  at: number;
}

async function readAll({ stream, clock }: { stream: ProviderStream; clock: TestClock }, pauseMs = 0): Promise<Seen> {
  const reading = async (): Promise<Seen> => {
    let shown = '';
    for (;;) {
      const { chunks, end } = await stream.read();
      for (const { data } of chunks) shown += JSON.parse(data).choices[0]?.delta?.content ?? '';
      if (end !== undefined) return { shown, end, at: clock.now() - START };
      if (pauseMs > 0) await new Promise<void>((resume) => void clock.after(pauseMs, resume));
    }
  };
  return clock.run(reading());
}

const play = async (steps: readonly Step[], limits?: Partial<StreamLimits>) => readAll(await open(steps, limits));

/** The bytes in pieces, cut where the numbers say. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((one, other) => one - other);
  return [...places, bytes.length]
    .map((place, index) => bytes.slice(places[index - 1] ?? 0, place))
    .filter(({ length }) => length > 0);
}

const encoder = new TextEncoder();
const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });
const someCuts = fc.array(fc.nat(), { maxLength: 30 });
const noise = fc.constantFrom(
  '',
  ': keep-alive\n\n',
  ':\n',
  'id: 7\n',
  'retry: 100\n',
  'retry: soon\n',
  'x-unknown: 1\n',
  'loose-word\n',
  'event: message\n',
);
const lineEnds = fc.constantFrom('\n', '\r\n', '\r');

describe('the end behind [DONE]', () => {
  const answer = [role, text('hello'), finish, DONE];

  it('is read, so that the connection serves the next request', async () => {
    const opened = await open([...answer, { waitMs: 100 }]);
    expect(await readAll(opened)).toMatchObject({ shown: 'hello', end: { kind: 'complete' }, at: 0 });
    await opened.clock.run(opened.stream.drained());
    expect(opened.call).toMatchObject({ over: true, cancelled: false });
    expect(opened.clock.pending).toBe(0);
  });

  it('is not waited for long where the provider holds the connection open', async () => {
    const opened = await open([...answer, 'hang']);
    await readAll(opened);
    await opened.clock.run(opened.stream.drained());
    expect(opened.clock.now() - START).toBe(250);
    expect(opened.call).toMatchObject({ cancelled: true });
  });

  it('is nothing to wait for once the reader has left', async () => {
    const opened = await open([...answer, 'hang']);
    await readAll(opened);
    opened.stream.cancel();
    await opened.clock.run(opened.stream.drained());
    expect(opened.clock.now()).toBe(START);
    expect(opened.call).toMatchObject({ cancelled: true });
  });
});

describe('a provider’s bytes', () => {
  it('say the same however they are cut, whatever ends their lines, with comments and unknown fields between', async () => {
    await fc.assert(
      fc.asyncProperty(
        words,
        someCuts,
        lineEnds,
        fc.array(noise, { maxLength: 8 }),
        fc.boolean(),
        async (words, cuts, lineEnd, noises, bom) => {
          const events = [role, ...words.map(text), finish, usage, DONE].map(
            (event, index) => (noises[index] ?? '') + event,
          );
          const bytes = encoder.encode((bom ? '\uFEFF' : '') + events.join('').replaceAll('\n', lineEnd));
          const opened = await open(pieces(bytes, cuts));
          const { shown, end } = await readAll(opened);
          expect({ shown, end }).toEqual({ shown: words.join(''), end: { kind: 'complete' } });
          expect(opened.translator.usage).toMatchObject({ inputTokens: 10, outputTokens: 5 });
          await opened.clock.run(opened.stream.drained());
          expect(opened.clock.pending).toBe(0);
        },
      ),
    );
  });

  it('that end without the last blank line, [DONE] or usage are a whole answer, once the finish_reason is there', async () => {
    const endings = ['', DONE, usage, usage + DONE].map((rest) => (finish + rest).replace(/\n+$/, ''));
    await fc.assert(
      fc.asyncProperty(
        words,
        someCuts,
        fc.constantFrom(...endings),
        fc.boolean(),
        async (words, cuts, ending, reset) => {
          const bytes = encoder.encode(role + words.map(text).join('') + ending);
          const { shown, end } = await play([...pieces(bytes, cuts), ...(reset ? ['reset' as const] : [])]);
          expect(shown).toBe(words.join(''));
          expect(end).toMatchObject({ kind: 'complete' });
        },
      ),
    );
  });

  it('cut before the finish_reason are never a whole answer, and what came is shown in order', async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.nat(), someCuts, fc.boolean(), async (words, cutAt, cuts, reset) => {
        const bytes = encoder.encode(role + words.map(text).join(''));
        const cut = bytes.slice(0, cutAt % bytes.length);
        const { shown, end } = await play([...pieces(cut, cuts), ...(reset ? ['reset' as const] : [])]);
        expect(end).toMatchObject({ kind: 'interrupted' });
        expect(words.join('').startsWith(shown)).toBe(true);
      }),
    );
  });

  const odd = fc.constantFrom(
    'this is no event',
    '<html>',
    '{"choices":[]}',
    'data {"choices":[]}',
    'data: {"choices":',
    'data: some words of the answer',
  );

  it('with a line that cannot be read go on, and are marked; without a usage in the end they were cut', async () => {
    await fc.assert(
      fc.asyncProperty(odd, words, someCuts, fc.boolean(), async (line, words, cuts, told) => {
        const bytes = encoder.encode(
          `${role + words.map(text).join('')}${line}\n\n${text('shown')}${finish}${told ? usage : ''}${DONE}`,
        );
        const opened = await open(pieces(bytes, cuts));
        const { shown, end } = await readAll(opened);
        expect(shown).toBe(`${words.join('')}shown`);
        expect(end).toMatchObject(told ? { kind: 'complete' } : { kind: 'interrupted', failure: { kind: 'lost' } });
        expect(opened.stream.skippedEvents).toBe(1);
      }),
    );
  });
});

describe('after the finish_reason', () => {
  it.each<[string, Step[], number]>([
    ['[DONE] ends it at once', [finish, usage, DONE, 'hang'], 0],
    ['the end ends it', [finish], 0],
    ['a reset ends it', [finish, 'reset'], 0],
    ['an error changes nothing', [finish, errorEvent, 'hang'], 0],
    ['nonsense changes nothing', [finish, 'nonsense here\n\n', 'hang'], 2_000],
    ['two seconds of silence end it', [finish, 'hang'], 2_000],
    ['usage that is late is waited for', [finish, { waitMs: 1_900 }, usage, { waitMs: 50 }, DONE], 1_950],
    [
      'keep-alives are silence',
      [finish, ...Array.from({ length: 30 }, () => [{ waitMs: 900 }, ': ping\n\n'] as Step[]).flat()],
      2_000,
    ],
  ])('%s', async (_, steps, at) => {
    expect(await play([role, text('hello'), ...steps])).toEqual({ shown: 'hello', end: { kind: 'complete' }, at });
  });

  it('what a slow reader kept waiting is still read', async () => {
    const opened = await open([role, text('hello'), finish, usage, DONE]);
    expect(await readAll(opened, 4_000)).toMatchObject({ end: { kind: 'complete' } });
    expect(opened.translator.usage).toBeDefined();
  });

  it('an empty answer is an answer', async () => {
    const opened = await open([role, finish, DONE]);
    expect(await readAll(opened)).toMatchObject({ shown: '', end: { kind: 'complete' } });
    expect(opened.stream.hasContent).toBe(true);
  });
});

describe('what passed', () => {
  const passedBy = async (...steps: Step[]) => {
    const opened = await open(steps);
    await readAll(opened);
    return opened.stream.measured.made;
  };

  it('is every chunk’s text, in bytes', async () => {
    expect(await passedBy(role, text('né'), text('😀'), finish, usage, DONE)).toMatchObject({
      textBytes: 7,
      chunks: 4,
    });
  });

  it('is what was read, handed on or not', async () => {
    const opened = await open([role + text('a') + text('b'), 'hang']);
    expect(opened.stream.measured.made).toMatchObject({ textBytes: 0, chunks: 0 });
    const { chunks } = await opened.stream.read();
    expect(chunks).toHaveLength(3);
    expect(opened.stream.measured.made).toMatchObject({ textBytes: 2, chunks: 3, isPartial: false, isWhole: false });
  });

  it('of an event that cannot be read is as much as it is long', async () => {
    const cut = text('a long answer in one piece').slice(0, -40);
    const made = await passedBy(text('a'), cut, 'reset');
    expect(made).toMatchObject({ textBytes: 1, unreadBytes: cut.length - 'data: '.length, chunks: 2 });
  });

  it('is nothing of an error, and of nonsense behind the finish', async () => {
    expect(await passedBy(text('a'), errorEvent)).toMatchObject({ textBytes: 1, chunks: 1 });
    expect(await passedBy(text('a'), finish, 'data: {\n\n')).toMatchObject({ textBytes: 1, unreadBytes: 1, chunks: 3 });
  });

  it('is what comes behind a failure, though nobody is shown it', async () => {
    expect(await passedBy(text('a'), errorEvent + text('b'), text('c'))).toMatchObject({ textBytes: 3, chunks: 3 });
    const opened = await open([text('a'), errorEvent + text('b'), text('c')]);
    expect(await readAll(opened)).toMatchObject({ shown: 'a', end: { kind: 'interrupted' } });
  });

  it('holds what no chunk shows', async () => {
    const event = (type: string, fields: object) => `data: ${JSON.stringify({ type, ...fields })}\n\n`;
    const start = event('message_start', { message: { id: 'a' } });
    const unseen = event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'EsEC' } });
    const opened = await open([start + unseen, 'hang'], {}, 'anthropic');
    await opened.clock.run(opened.stream.read());
    expect(opened.stream.measured.made).toMatchObject({ textBytes: 4, chunks: 1 });
  });
});

describe('time', () => {
  const drip = (times: number, everyMs: number, piece: string): Step[] =>
    Array.from({ length: times }, () => [{ waitMs: everyMs }, piece]).flat();

  it.each<[string, Step[], string, number]>([
    ['nothing at all', ['hang'], 'slow', 8_000],
    ['keep-alives and a role are no content', [role, ...drip(30, 1_000, ': ping\n\n')], 'slow', 8_000],
    ['silence in the middle', [text('a'), { waitMs: 4_000 }, text('b'), 'hang'], 'stalled', 9_000],
    ['no end', [text('a'), ...drip(100, 4_000, text('b'))], 'stalled', 60_000],
    ['an empty stream', [], 'malformed', 0],
    ['only [DONE]', [DONE], 'malformed', 0],
    ['a role and no more', [role], 'malformed', 0],
    ['an end in the middle', [text('a')], 'cut', 0],
    ['[DONE] in the middle', [text('a'), DONE], 'cut', 0],
    ['a reset in the middle', [text('a'), 'reset'], 'cut', 0],
    ['an error in the middle', [text('a'), errorEvent], 'server_error', 0],
    ['an error at the beginning', [errorEvent], 'server_error', 0],
  ])('%s', async (_, steps, kind, at) => {
    const opened = await open(steps);
    const seen = await readAll(opened);
    expect(seen.end).toMatchObject({ kind: 'interrupted', failure: { kind } });
    expect(seen.at).toBe(at);
    expect(opened.call?.over).toBe(true);
    expect(opened.clock.pending).toBe(0);
  });

  it('goes on as long as something comes', async () => {
    const steps = [text('a'), ...drip(11, 4_900, text('b')), finish, DONE];
    expect(await play(steps)).toMatchObject({ shown: `a${'b'.repeat(11)}`, end: { kind: 'complete' }, at: 11 * 4_900 });
  });

  it('that the reader takes is not held against the provider', async () => {
    const slow = await readAll(await open([text('a'), text('b'), finish, DONE]), 20_000);
    expect(slow).toMatchObject({ shown: 'ab', end: { kind: 'complete' } });
    const tooSlow = await readAll(await open([text('a'), text('b'), text('c'), text('d'), finish, DONE]), 25_000);
    expect(tooSlow.end).toMatchObject({ kind: 'left', failure: { kind: 'stalled' } });
  });
});

describe('letting go', () => {
  it('ends a pending read and cancels the provider, however often', async () => {
    const opened = await open([text('a'), 'hang']);
    expect((await opened.stream.read()).chunks).toHaveLength(1);
    const reading = opened.stream.read();
    opened.stream.cancel();
    opened.stream.cancel();
    expect((await opened.clock.run(reading)).end).toMatchObject({ kind: 'interrupted' });
    expect(opened.call).toMatchObject({ cancelled: true });
    expect(opened.clock.pending).toBe(0);
  });

  it('reads nothing ahead', async () => {
    const opened = await open([text('a'), text('b'), text('c'), finish, DONE]);
    await opened.stream.read();
    await opened.clock.advance(1_000);
    expect(opened.call?.taken).toBe(1);
  });
});
