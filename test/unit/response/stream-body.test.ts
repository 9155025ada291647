import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../worker/core/routing/health.ts';
import { DONE, errorEvent, finish, goodStream, role, streamed, text, usage } from '../pipeline/support/openai.ts';
import { deployment, read, shownBy, TestRouter } from '../pipeline/support/router.ts';
import type { Step } from '../pipeline/support/upstream.ts';

/** What was booked of A: each place given back, each outcome told. */
function books(router: TestRouter) {
  const booked = { left: 0, outcomes: [] as Observation['result'][] };
  const { board } = router;
  const [leave, observe] = [board.leave.bind(board), board.observe.bind(board)];
  board.leave = (one, request) => {
    booked.left++;
    leave(one, request);
  };
  board.observe = (one, outcome, background) => {
    booked.outcomes.push(outcome.result);
    observe(one, outcome, background);
  };
  return booked;
}

function routerWith(...steps: Step[]) {
  const router = new TestRouter([deployment('a')]);
  router.upstream.on('a', streamed(...steps));
  return router;
}

const sentences = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 });

/** How a committed stream goes on, and how that is booked. */
const endings: [string, Step[], Observation['result']][] = [
  ['whole', [finish, usage, DONE], 'success'],
  ['without [DONE]', [finish], 'success'],
  ['held open', [finish, 'hang'], 'success'],
  ['cut', [], 'cut'],
  ['reset', ['reset'], 'cut'],
  ['stalled', ['hang'], 'stalled'],
  ['cut behind a line that cannot be read', ['no event at all\n\n'], 'cut'],
  ['an error', [errorEvent], 'server_error'],
];

describe('an answer that comes in one piece', () => {
  it.each<[string, Step[]]>([
    ['and ends', []],
    ['and is held open', ['hang']],
  ])('%s: has one [DONE] and one usage chunk', async (_, after) => {
    const router = routerWith([role, text('Hello'), finish, usage, DONE].join(''), ...after);
    const booked = books(router);
    const { body, shown } = await router.ask({ stream: true, body: { stream_options: { include_usage: true } } });
    expect(shown).toBe('Hello');
    expect(body.split('[DONE]').length - 1).toBe(1);
    expect(body.split('carryon_cost_usd').length - 1).toBe(1);
    expect(booked).toEqual({ left: 1, outcomes: ['success'] });
  });
});

describe('a committed stream', () => {
  it.each(endings)(
    '%s: ends with [DONE] or with a named error, never both, and is booked once',
    async (_, steps, result) => {
      const router = routerWith(role, text('Hello '), text('you'), ...steps);
      const booked = books(router);
      const { status, body, shown, code, headers } = await router.ask({ stream: true });
      expect({ status, shown }).toEqual({ status: 200, shown: 'Hello you' });
      expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(body.endsWith(DONE)).toBe(result === 'success');
      expect(body.split('[DONE]').length - 1).toBe(result === 'success' ? 1 : 0);
      expect(code).toBe(result === 'success' ? undefined : 'stream_interrupted');
      if (code !== undefined) {
        const last = JSON.parse(
          body
            .trimEnd()
            .split('\n\n')
            .at(-1)
            ?.replace(/^(?::.*\n)*data: /, '') ?? '',
        );
        expect(Object.keys(last.error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
      }
      expect(booked).toEqual({ left: 1, outcomes: [result] });
      expect(router.upstream.running).toEqual([]);
      expect(router.clock.pending).toBe(0);
    },
  );

  it('that is over-long is no success', async () => {
    const router = new TestRouter([deployment('a')], { maxStreamDurationMs: 10_000 });
    router.upstream.on(
      'a',
      streamed(...Array.from({ length: 30 }, () => [text('a'), { waitMs: 1_000 }] as Step[]).flat(), finish, DONE),
    );
    const booked = books(router);
    const { body, code } = await router.ask({ stream: true });
    expect(code).toBe('stream_interrupted');
    expect(body).not.toContain('[DONE]');
    expect(booked.outcomes).toEqual(['stalled']);
  });

  it('is what the provider wrote, event by event', async () => {
    await fc.assert(
      fc.asyncProperty(sentences, async (words) => {
        const events = [role, ...words.map(text), finish];
        const router = routerWith(...events, usage, DONE);
        const { body } = await router.ask({ stream: true });
        expect(body).toBe(events.join('') + DONE);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the bytes of a committed stream', () => {
  const encoder = new TextEncoder();
  const frames = fc.constantFrom<(event: string) => string>(
    (event) => event,
    (event) => event.replaceAll('\n', '\r\n'),
    (event) => event.replace('data: ', 'data:'),
    (event) => `id: 7\nevent: message\n${event}`,
    (event) => `: keep-alive\n\n${event}`,
    (event) => `\n${event}`,
    (event) => event.replace('"choices"', '\ndata: "choices"'),
  );

  /** As a client that takes nothing but UTF-8 reads it. */
  async function strictly(router: TestRouter): Promise<string> {
    const response = await router.clock.run(router.send({ stream: true }));
    const bytes = await router.clock.run(response.arrayBuffer());
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  }

  it('are the events alone, however a provider frames them and wherever its packets end', async () => {
    const framed = fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), frames), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(framed, fc.array(fc.nat(), { maxLength: 12 }), fc.boolean(), async (words, cuts, hasMark) => {
        const events = words.map(([word]) => text(word));
        const wire = encoder.encode(
          (hasMark ? '\ufeff' : '') + role + words.map(([word, frame]) => frame(text(word))).join(''),
        );
        const places = cuts.map((cut) => cut % (wire.length + 1)).toSorted((a, b) => a - b);
        const pieces = [...places, wire.length].map((end, index) => wire.slice(places[index - 1] ?? 0, end));
        const router = routerWith(...pieces.filter(({ length }) => length > 0), finish, DONE);
        expect(await strictly(router)).toBe([role, ...events, finish, DONE].join(''));
      }),
      { numRuns: 200 },
    );
  });

  it('are UTF-8 even where the provider’s are not', async () => {
    const latin1 = (event: string) => Uint8Array.from(event, (unit) => unit.charCodeAt(0));
    const router = routerWith(role, text('a'), latin1(text('caf\u00e9')), text('b'), finish, DONE);
    expect(await strictly(router)).toBe([role, text('a'), text('caf\ufffd'), text('b'), finish, DONE].join(''));
    const [first = 0, ...others] = encoder.encode('é: is no field\n\n');
    const halved = routerWith(
      role,
      text('a'),
      Uint8Array.of(...encoder.encode(text('b')), first),
      Uint8Array.from(others),
    );
    expect(await strictly(halved)).toContain(text('b'));
  });
});

describe('a reader who leaves', () => {
  it('at any point whatever frees the place and stops the provider, is booked once, and blames nobody', async () => {
    const ending = fc.constantFrom(...endings);
    await fc.assert(
      fc.asyncProperty(
        sentences,
        ending,
        fc.nat({ max: 12 }),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        async (words, [, steps], readsOf, waits, bySignal, byCancel) => {
          const pauses = waits ? words.flatMap((word): Step[] => [text(word), { waitMs: 100 }]) : words.map(text);
          const router = routerWith(role, ...pauses, ...steps);
          const booked = books(router);
          const gone = new AbortController();
          const response = await router.clock.run(router.send({ stream: true }, gone.signal));
          const reader = response.body?.getReader();
          let seen = '';
          let over = false;
          for (let piece = 0; piece < readsOf && !over; piece++) {
            const { done, value } = (await router.clock.run(reader?.read() ?? Promise.reject())) ?? {};
            over = done;
            seen += new TextDecoder().decode(value);
          }
          // One more read is on its way when the reader goes.
          if (waits) void reader?.read().catch(() => {});
          if (bySignal) gone.abort();
          if (byCancel || !bySignal) void reader?.cancel().catch(() => {});
          await router.clock.advance(700_000);
          expect(booked.left).toBe(1);
          expect(booked.outcomes.length).toBeLessThanOrEqual(1);
          if (!over && !seen.includes('[DONE]') && !seen.includes('stream_interrupted'))
            expect(booked.outcomes.filter((result) => result !== 'success')).toEqual([]);
          expect(router.upstream.running).toEqual([]);
          expect(router.isFree(deployment('a'))).toBe(true);
          expect(
            words.join('').startsWith(shownBy(seen.includes('\n\n') ? seen.slice(0, seen.lastIndexOf('\n\n')) : '')),
          ).toBe(true);
          expect(router.clock.pending).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('before the first byte is read too', async () => {
    const router = routerWith(role, text('a'), 'hang');
    const booked = books(router);
    const response = await router.clock.run(router.send({ stream: true }));
    await response.body?.cancel();
    expect(booked).toEqual({ left: 1, outcomes: [] });
    expect(router.upstream.calls[0]).toMatchObject({ cancelled: true });
  });

  it('between the first content and the response, by the signal alone', async () => {
    const router = routerWith(role, text('a'), 'hang');
    const gone = new AbortController();
    const booked = books(router);
    const response = await router.clock.run(router.send({ stream: true }, gone.signal));
    gone.abort();
    await router.clock.settle();
    expect(booked).toEqual({ left: 1, outcomes: [] });
    expect(router.upstream.running).toEqual([]);
    await response.body?.cancel();
    expect(booked.left).toBe(1);
  });
});

describe('backpressure', () => {
  it('reads the provider no faster than the reader reads', async () => {
    const words = Array.from({ length: 200 }, (_, index) => text(`word ${index} `));
    const router = routerWith(role, ...words, finish, DONE);
    const response = await router.clock.run(router.send({ stream: true }));
    await router.clock.advance(1_000);
    const [call] = router.upstream.calls;
    expect(call?.taken).toBe(2);
    const reader = response.body?.getReader();
    for (let pieces = 1; pieces <= 5; pieces++) {
      await reader?.read();
      await router.clock.advance(1_000);
      expect(call?.taken).toBeLessThanOrEqual(2 + pieces);
    }
    await reader?.cancel();
  });

  it('a slow reader is not the provider’s fault: no stall, no cut, and no blame when its time is up', async () => {
    const router = new TestRouter([deployment('a', { idleTimeoutMs: 1_000 })], { maxStreamDurationMs: 60_000 });
    router.upstream.on('a', streamed(role, ...Array.from({ length: 6 }, () => text('a')), finish, DONE));
    const readSlowly = async (everyMs: number) => {
      const response = await router.clock.run(router.send({ stream: true }));
      const reader = response.body?.getReader();
      let body = '';
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) return body;
        body += new TextDecoder().decode(value);
        await router.clock.advance(everyMs);
      }
    };
    const booked = books(router);
    expect(await readSlowly(5_000)).toContain('[DONE]');
    expect(booked.outcomes).toEqual(['success']);
    expect(await readSlowly(20_000)).toContain('stream_interrupted');
    expect(booked).toEqual({ left: 2, outcomes: ['success'] });
  });
});

describe('usage', () => {
  const withUsage = { stream: true, body: { stream_options: { include_usage: true } } };

  it('comes as the last chunk, with what it cost, only where it was asked for', async () => {
    const router = new TestRouter([deployment('a')]);
    router.upstream.on('a', goodStream('hello'));
    const asked = await router.ask(withUsage);
    const chunk = JSON.parse(asked.body.split('\n\n').at(-3)?.replace('data: ', '') ?? '');
    expect(chunk).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 10, completion_tokens: 5 },
      carryon_cost_usd: 0.00003,
    });
    expect(asked.body.endsWith(DONE)).toBe(true);
    const unasked = await router.ask({ stream: true });
    expect(unasked.body).not.toContain('usage');
    expect(unasked.body).not.toContain('cost');
  });

  it('comes without the cost where that is hidden, and not at all where the provider told none', async () => {
    const router = new TestRouter([deployment('a')]);
    router.upstream.on('a', goodStream('hello'), streamed(role, text('hello'), finish, DONE));
    router.deps.showsProvider = () => false;
    const hidden = await router.ask(withUsage);
    expect(hidden.body).toContain('"usage"');
    expect(hidden.body).not.toContain('cost');
    expect(hidden.headers.get('x-carryon-provider')).toBeNull();
    expect((await router.ask(withUsage)).body).not.toContain('"usage"');
  });

  it('a whole answer carries what it cost as a header', async () => {
    const router = new TestRouter([deployment('a', { price: { input: 2, output: 3, cachedInput: 2, cacheWrite: 2 } })]);
    const reply = {
      choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
      id: 'c',
      created: 1,
      model: 'served',
      object: 'chat.completion',
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    };
    router.upstream.on('a', { body: [JSON.stringify(reply)] });
    const booked = books(router);
    const { headers, shown } = await router.ask();
    expect(shown).toBe('hi');
    expect(headers.get('x-carryon-cost-usd')).toBe('0.000035');
    expect(headers.get('x-carryon-model')).toBe('served');
    expect(booked).toEqual({ left: 1, outcomes: ['success'] });
  });
});

it('many at once do not mix', async () => {
  const router = new TestRouter([deployment('a')]);
  const words = Array.from({ length: 20 }, (_, index) => `answer ${index}`);
  const { fetch } = router.upstream;
  router.deps.fetch = (url, init) => {
    const [message] = JSON.parse(String(init.body)).messages;
    router.upstream.on('a', streamed(role, text(message.content), { waitMs: 50 }, text('!'), finish, DONE));
    return fetch(url, init);
  };
  const all = words.map((content) =>
    router.send({ stream: true, body: { messages: [{ role: 'user', content }] } }).then(read),
  );
  const answers = await router.clock.run(Promise.all(all));
  expect(answers.map(({ shown }) => shown)).toEqual(words.map((word) => `${word}!`));
});
