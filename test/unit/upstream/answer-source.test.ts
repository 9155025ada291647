import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Ending } from '../../../worker/pipeline/meter.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { AnswerSource } from '../../../worker/upstream/answer-source.ts';
import { ProviderStream, type StreamEnd } from '../../../worker/upstream/provider-stream.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';
import { DONE, finish, role, streamed, text, usage } from '../pipeline/support/openai.ts';
import { type Step, Upstream } from '../pipeline/support/upstream.ts';

/** Counts its listeners: one that stays behind keeps a finished answer in memory. */
class Gone extends AbortController {
  listeners = 0;

  constructor() {
    super();
    const { signal } = this;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    Object.assign(signal, {
      addEventListener: (...of: Parameters<typeof add>) => {
        this.listeners++;
        add(...of);
      },
      removeEventListener: (...of: Parameters<typeof remove>) => {
        this.listeners--;
        remove(...of);
      },
    });
  }
}

async function begun(steps: readonly Step[], maxStreamMs = 60_000) {
  const clock = new TestClock();
  const upstream = new Upstream(clock);
  upstream.on('a', streamed(role, text('a'), ...steps));
  const { body } = await upstream.fetch('https://a.example/', { body: '{}' });
  if (body === null) throw new Error('no body');
  const chat = { model: 'app/chat', messages: [], stream: true, includeUsage: true, rest: {} };
  const limits = { quietUntil: START + 8_000, firstContentAt: START + 8_000, idleTimeoutMs: 5_000 };
  const help = { present: <F>(failure: F) => failure, readWhole: () => never(), isPlausible: () => true };
  const until = { ...limits, endAt: START + maxStreamMs };
  const stream = new ProviderStream(body, adapterFor('openai').stream(chat, START), until, clock, help);
  const opening = [...(await stream.read()).chunks, ...(await stream.read()).chunks];
  const gone = new Gone();
  const settled: { ending: Ending; textBytes: number | undefined; isPartial: boolean | undefined }[] = [];
  const source = new AnswerSource({
    answer: { kind: 'stream', opening, ended: false, stream },
    gone: gone.signal,
    settle(ending, { made }) {
      const { textBytes, isPartial } = made === 'unknown' ? never() : made;
      settled.push({ ending, textBytes, isPartial });
    },
  });
  return { clock, upstream, source, gone, settled };
}

function never(): never {
  throw new Error('is not asked for here');
}

async function drain(source: AnswerSource): Promise<StreamEnd> {
  for (;;) {
    const { end } = await source.next();
    if (end !== undefined) return end;
  }
}

const endings: [string, Step[], Ending][] = [
  ['whole', [finish, usage, DONE], 'complete'],
  ['cut', [], 'cut'],
  ['stalled', ['hang'], 'stalled'],
];

it.each(endings)('an answer that is %s is settled once, before its end is told', async (_, steps, ending) => {
  const { clock, source, gone, settled } = await begun(steps);
  const end = await clock.run(drain(source));
  expect(end.kind).toBe(ending === 'complete' ? 'complete' : 'interrupted');
  expect(settled.map((one) => one.ending)).toEqual([ending]);
  source.leave();
  gone.abort();
  await clock.run(source.drained());
  expect(settled).toHaveLength(1);
  expect(gone.listeners).toBe(0);
  expect(clock.pending).toBe(0);
});

it('the reader or the client may leave at any time, and more than once: it is settled once, as left, and the provider stops', async () => {
  const ending = fc.constantFrom(...endings);
  await fc.assert(
    fc.asyncProperty(
      ending,
      fc.nat({ max: 4 }),
      fc.boolean(),
      fc.boolean(),
      async ([, steps], reads, bySignal, waits) => {
        const { clock, upstream, source, gone, settled } = await begun([text('b'), ...steps]);
        let end: StreamEnd | undefined;
        for (let read = 0; read < reads && end === undefined; read++) ({ end } = await clock.run(source.next()));
        const pending = waits && end === undefined ? source.next() : undefined;
        if (bySignal) gone.abort();
        else source.leave();
        await clock.run(Promise.resolve(pending));
        if (end !== undefined) await clock.run(source.drained());
        await clock.advance(10_000);
        expect(settled).toHaveLength(1);
        if (end === undefined) expect(settled[0]?.ending).toBe('left');
        expect(upstream.running).toEqual([]);
        expect(gone.listeners).toBe(0);
        expect(clock.pending).toBe(0);
      },
    ),
    { numRuns: 100 },
  );
});

it('what a slow reader leaves behind is read before it is settled, though its sink asks for more meanwhile', async () => {
  const wait = { waitMs: 50 };
  const { clock, source, settled } = await begun([
    text('bb'),
    wait,
    text('ccc'),
    wait,
    text('dddd'),
    wait,
    finish,
    DONE,
  ]);
  await clock.run(source.next());
  await clock.advance(1_000);
  source.leave();
  expect((await source.next()).end?.kind).toBe('left');
  // As a sink does after every end; it must not take away what is being read here.
  void source.drained();
  await clock.advance(1_000);
  expect(settled).toEqual([{ ending: 'left', textBytes: 10, isPartial: false }]);
});

it('a reader who takes nothing until the time is up has left', async () => {
  const { clock, source, settled } = await begun([...Array.from({ length: 5 }, () => text('b')), 'hang'], 20_000);
  await clock.run(source.next());
  await clock.advance(30_000);
  expect(settled.map((one) => one.ending)).toEqual(['left']);
  expect((await source.next()).end).toMatchObject({ kind: 'left', failure: { kind: 'stalled' } });
});
