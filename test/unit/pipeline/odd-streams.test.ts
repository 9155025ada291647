/** Streams that are sound but odd: what the client sees of them, what they cost, and who may get them again. */
import { describe, expect, it } from 'vitest';
import { withBudget } from './support/budget.ts';
import { DONE, errorEvent, finish, goodReply, role, streamed, text, usage } from './support/openai.ts';
import { deployment, type TestRouter } from './support/router.ts';
import type { Script, Step } from './support/upstream.ts';

const WITH_USAGE = { stream: true, body: { stream_options: { include_usage: true } } };
const COST_MICRO_USD = 30;
const event = (data: unknown, name?: string) => `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
const chunk = (delta: unknown, reason: string | null = null) =>
  event({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });

/** The same answer in Anthropic's format, in the same six places. */
const said = (type: string, fields: object = {}) => event({ type, ...fields }, type);
const FORMATS = {
  openai: { role, first: text('The '), second: text('Elbe.'), finish, usage: usage + DONE },
  anthropic: {
    role: said('message_start', {
      message: { id: 'c1', model: 'served', usage: { input_tokens: 10, output_tokens: 1 } },
    }),
    first: said('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'The ' } }),
    second: said('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Elbe.' } }),
    finish: said('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }),
    usage: said('message_stop'),
  },
} as const;
const formats = ['openai', 'anthropic'] as const;

function routerOf(format: (typeof formats)[number], ...scripts: Script[]): TestRouter {
  const both = [deployment('a', { format, hidesTokens: false }), deployment('b', { hidesTokens: false })];
  const router = withBudget(100_000_000, both);
  router.upstream.on('a', ...scripts);
  router.upstream.on('b', streamed(role, text('from b'), finish, usage, DONE));
  return router;
}
const spent = (router: TestRouter) => router.ledger.figures().spentMicroUsd;
const outcomes = (router: TestRouter) =>
  router.reports.flatMap((report) => report.outcomes.map(({ result }) => result));

describe.each(formats)('in the format of %s', (format) => {
  const parts = FORMATS[format];
  const places = ['role', 'first', 'second', 'finish', 'usage'] as const;
  /** An answer with `odd` inserted before one of its parts; each part is a packet of its own. */
  const withOdd = (odd: Step, before: (typeof places)[number]) =>
    streamed(...places.flatMap((place): Step[] => (place === before ? [odd, parts[place]] : [parts[place]])));

  it.each([
    'data:\n\n',
    'event: ping\ndata:\n\n',
    'event: ping\ndata: {}\n\n',
    'data: null\n\n',
    'data: {}\n\n',
    'data: "ping"\n\n',
    'data: keep-alive\n\n',
    'data: {"type":"heartbeat","ts":7}\n\n',
    'retry: 100\n\n',
    'id: 9\n\n',
    ':\n\n',
  ])('%j is a heartbeat wherever it comes', async (odd) => {
    for (const place of places) {
      const router = routerOf(format, withOdd(odd, place));
      const { shown, code, body } = await router.ask(WITH_USAGE);
      expect([place, shown, code, spent(router)]).toEqual([place, 'The Elbe.', undefined, COST_MICRO_USD]);
      expect(body).toContain('"usage":{');
      expect(body).not.toContain('skippedEvents');
      expect(router.upstream.calls).toHaveLength(1);
    }
  });

  it.each(['data: {"id": "x", "choices": [{"delta": {"content": \n\n', '{"delta":"raw"}\n\n', 'data: a few words\n\n'])(
    '%j is passed over by name, costs nothing more, and begins no cooldown',
    async (odd) => {
      for (const place of places) {
        const router = routerOf(format, withOdd(odd, place));
        const { shown, code, body } = await router.ask(WITH_USAGE);
        expect([place, shown, code, spent(router)]).toEqual([place, 'The Elbe.', undefined, COST_MICRO_USD]);
        const last = JSON.parse(body.split('\n\n').at(-3)?.replace('data: ', '') ?? '');
        expect(last).toMatchObject({ carryon: { skippedEvents: 1 }, usage: { completion_tokens: 5 } });
        expect(body.endsWith(DONE)).toBe(true);
        expect(router.upstream.calls).toHaveLength(1);
        expect(outcomes(router).filter((result) => result !== 'success')).toEqual([]);
      }
    },
  );

  it('the mark comes without a usage too, in a chunk that every client can read', async () => {
    const router = routerOf(format, withOdd('data: {\n\n', 'second'));
    const { body, shown } = await router.ask({ stream: true });
    const last = JSON.parse(body.split('\n\n').at(-3)?.replace('data: ', '') ?? '');
    expect(last).toMatchObject({
      carryon: { skippedEvents: 1 },
      choices: [{ index: 0, delta: {}, finish_reason: null }],
    });
    expect([shown, body.includes('"usage":{')]).toEqual(['The Elbe.', false]);
  });

  it('an answer that was lost whole is a failed attempt', async () => {
    const router = routerOf(format, streamed(parts.role, 'data: {"x": \n\n', parts.finish, parts.usage));
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'from b', code: undefined });
    expect(outcomes(router)).not.toContain('malformed');
  });

  it('what is cut after an event that was lost is cut', async () => {
    const router = routerOf(format, streamed(parts.role, parts.first, 'data: {"x": \n\n', parts.second));
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'The Elbe.', code: 'stream_interrupted' });
  });
});

describe('an event that was lost, and no usage that could tell of it', () => {
  it.each([
    ['none', ''],
    ['zeros', chunk({}).replace('"choices"', '"usage":{"prompt_tokens":0,"completion_tokens":0},"choices"')],
  ])('%s: the answer is interrupted by name, and no cooldown begins', async (_, told) => {
    const router = routerOf('openai', streamed(role, text('The '), 'data: {\n\n', text('Elbe.'), finish, told, DONE));
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'The Elbe.', code: 'stream_interrupted' });
    for (let request = 0; request < 6; request++) await router.ask({ stream: true });
    expect(router.standings).toMatchObject({ a: 'up' });
  });
});

describe('a finish that does not end the answer', () => {
  const broken = ['abort', 'network_error', 'error', 'a_new_word'];

  it.each(broken)('%s is a failed attempt before content, and an interruption after it', async (word) => {
    const before = routerOf('openai', streamed(role, chunk({}, word), DONE));
    expect(await before.ask({ stream: true })).toMatchObject({ shown: 'from b', code: undefined });
    const after = routerOf('openai', streamed(role, text('The answer is forty-'), chunk({}, word), DONE));
    const { code, body } = await after.ask({ stream: true });
    expect([code, body.includes('[DONE]')]).toEqual(['stream_interrupted', false]);
    const anthropic = routerOf(
      'anthropic',
      streamed(
        FORMATS.anthropic.role,
        FORMATS.anthropic.first,
        said('message_delta', { delta: { stop_reason: word } }),
        said('message_stop'),
      ),
    );
    expect(await anthropic.ask({ stream: true })).toMatchObject({ shown: 'The ', code: 'stream_interrupted' });
  });

  it.each([null, '', 'null'])('%j at the end is none: the answer was cut', async (nothing) => {
    const before = routerOf('openai', streamed(role, chunk({}, nothing), DONE));
    expect(await before.ask({ stream: true })).toMatchObject({ shown: 'from b', code: undefined });
    const after = routerOf('openai', streamed(role, chunk({ content: 'One, ' }, nothing), chunk({}, nothing), DONE));
    const { shown, code, body } = await after.ask({ stream: true });
    expect([shown, code, body.includes('[DONE]')]).toEqual(['One, ', 'stream_interrupted', false]);
    const whole = chunk({}, nothing).replace('delta', 'message').slice('data: '.length);
    expect(await routerOf('openai', { body: [whole] }).ask()).toMatchObject({ shown: 'from b', code: undefined });
  });

  const stopping = (content: string) => chunk({ content }, 'stop');

  it('with every chunk: cut it is interrupted, with [DONE] or a clean end whole, and a pause cuts nothing', async () => {
    const cut = routerOf('openai', streamed(role, stopping('One, '), stopping('two, '), 'reset'));
    expect(await cut.ask({ stream: true })).toMatchObject({ shown: 'One, two, ', code: 'stream_interrupted' });
    for (const end of [[DONE], []]) {
      const whole = routerOf('openai', streamed(role, stopping('One, '), { waitMs: 2_600 }, stopping('two.'), ...end));
      expect(await whole.ask({ stream: true })).toMatchObject({ shown: 'One, two.', code: undefined });
    }
  });

  it('on the thoughts alone: the answer comes after a pause', async () => {
    const thought = chunk({ reasoning_content: 'Let me think. ' }, 'stop');
    const router = routerOf('openai', streamed(role, thought, { waitMs: 2_600 }, text('42'), finish, DONE));
    expect(await router.ask({ stream: true })).toMatchObject({ shown: '42', code: undefined });
    const opening = chunk({ role: 'assistant', content: '' }, 'stop');
    const early = routerOf('openai', streamed(opening, { waitMs: 2_600 }, text('42'), finish, DONE));
    expect(await early.ask({ stream: true })).toMatchObject({ shown: '42', code: undefined });
  });

  it('content after an empty finish opens the answer again', async () => {
    const cut = routerOf('openai', streamed(role, text('One, '), finish, text('two, '), 'reset'));
    expect(await cut.ask({ stream: true })).toMatchObject({ shown: 'One, two, ', code: 'stream_interrupted' });
    const { role: start, first, second, finish: end, usage: stop } = FORMATS.anthropic;
    const other = routerOf('anthropic', streamed(start, first, end, second, 'reset'));
    expect(await other.ask({ stream: true })).toMatchObject({ shown: 'The Elbe.', code: 'stream_interrupted' });
    const whole = routerOf(
      'anthropic',
      streamed(start, first, end, { waitMs: 1_000 }, second, { waitMs: 2_600 }, end, stop),
    );
    expect(await whole.ask({ stream: true })).toMatchObject({ shown: 'The Elbe.', code: undefined });
  });

  it('that never comes interrupts, and the usage that came is the bill', async () => {
    const router = routerOf('openai', streamed(role, text('The Elbe.'), usage, DONE));
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'The Elbe.', code: 'stream_interrupted' });
    expect(spent(router)).toBe(COST_MICRO_USD);
  });
});

describe('an error', () => {
  const FORMS = {
    openai: [
      'event: error\ndata: "Overloaded"\n\n',
      'event: error\ndata: null\n\n',
      'event: error\ndata: [{"error":{"message":"no"}}]\n\n',
      'event: error\ndata: not JSON\n\n',
      'data: [{"error":{"code":503,"message":"no"}}]\n\n',
      'data: {"error":"no"}\n\n',
      'data: {"error":{}}\n\n',
    ],
    anthropic: [
      'event: error\ndata: "Overloaded"\n\n',
      'event: error\ndata: {"type":"overloaded_error","message":"no"}\n\n',
      'data: {"error":{"type":"overloaded_error","message":"no"}}\n\n',
      'data: {"error":{"message":"no","code":502}}\n\n',
    ],
  } as const;

  it.each(formats.flatMap((format) => FORMS[format].map((error) => [format, error] as const)))(
    'of any form is one, though a finish follows (%s: %j)',
    async (format, error) => {
      const { role: start, first, finish: end, usage: stop } = FORMATS[format];
      const after = routerOf(format, streamed(start, first, error, end, stop));
      expect(await after.ask({ stream: true })).toMatchObject({ shown: 'The ', code: 'stream_interrupted' });
      const before = routerOf(format, streamed(start, error, end, stop));
      expect(await before.ask({ stream: true })).toMatchObject({ shown: 'from b', code: undefined });
    },
  );

  it.each([{}, { code: 0, message: 'OK' }, { code: '', message: '' }])('%j beside an answer is none', async (error) => {
    const beside = (data: string) => data.replace('"choices"', `"error":${JSON.stringify(error)},"choices"`);
    const router = routerOf('openai', streamed(...[role, text('The '), finish].map(beside), usage, DONE));
    const { shown, code, body } = await router.ask({ stream: true });
    expect([shown, code, body.includes('"error"')]).toEqual(['The ', undefined, false]);
    const whole = routerOf('openai', { body: goodReply('The Elbe.').body?.map((data) => beside(String(data))) ?? [] });
    expect(await whole.ask()).toMatchObject({ shown: 'The Elbe.' });
  });
});

describe('what was lost and stands near the finish', () => {
  const odd = chunk({ content: { some: 'words' } }, 'stop');

  it('in one event with it, and no usage: interrupted, however the stream ends', async () => {
    for (const end of [[DONE], [], ['hang'], ['reset']] as Step[][]) {
      const router = routerOf('openai', streamed(role, text('The '), odd, ...end));
      expect(await router.ask({ stream: true })).toMatchObject({ shown: 'The ', code: 'stream_interrupted' });
    }
    const counted = routerOf('openai', streamed(role, text('The '), odd, usage, DONE));
    const { code, body } = await counted.ask({ stream: true });
    expect([code, body.includes('skippedEvents')]).toEqual([undefined, true]);
  });

  it('behind it, with more text to come: it was in the middle', async () => {
    const router = routerOf(
      'openai',
      streamed(role, text('The '), finish, 'data: {"x\n\n', text('Elbe.'), finish, DONE),
    );
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'The Elbe.', code: 'stream_interrupted' });
  });

  it('a call whose block does not end keeps its arguments', async () => {
    const { role: start, usage: stop } = FORMATS.anthropic;
    const call = (id: string, input: object) => ({ content_block: { type: 'tool_use', id, name: 'f', input } });
    const blocks = [
      said('content_block_start', { index: 0, ...call('t1', { river: 'Elbe' }) }),
      said('content_block_start', { index: 1, ...call('t2', {}) }),
    ];
    const end = said('message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } });
    const { body } = await routerOf('anthropic', streamed(start, ...blocks, end, stop)).ask({ stream: true });
    expect(body).toContain('"index":0,"function":{"arguments":"{\\"river\\":\\"Elbe\\"}"}');
    expect(body).toContain('"index":1,"function":{"arguments":"{}"}');
  });
});

describe('what is asked for decides, not a header', () => {
  const bodies = {
    openai: [role, text('The '), text('Elbe.'), finish, usage, DONE],
    anthropic: Object.values(FORMATS.anthropic),
  };
  const message = {
    id: 'c1',
    type: 'message',
    model: 'served',
    content: [{ type: 'text', text: 'The Elbe.' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 10, output_tokens: 5 },
  };
  const wholes = { openai: goodReply('The Elbe.').body ?? [], anthropic: [JSON.stringify(message)] };
  const types = [
    {},
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json' },
    { 'content-type': 'text/event-stream' },
  ];

  it.each(formats)('events and JSON of any type, each turned into what was asked for (%s)', async (format) => {
    for (const headers of types) {
      for (const body of [
        bodies[format],
        wholes[format],
        ['\n  ', ...wholes[format]],
        ['\n \uFEFF', ...wholes[format]],
        [': pro', 'cessing\n\n', ': processing\r\n\r\n', ...wholes[format]],
        [': hi\n\n', ...bodies[format]],
      ]) {
        for (const stream of [true, false]) {
          const router = routerOf(format, { headers, body });
          const { shown, code, body: sent } = await router.ask(stream ? WITH_USAGE : {});
          expect([shown, code, spent(router), router.upstream.calls.length]).toEqual([
            'The Elbe.',
            undefined,
            COST_MICRO_USD,
            1,
          ]);
          expect(sent.startsWith('data: ')).toBe(stream);
          expect(sent).toContain('"finish_reason":"stop"');
          expect(sent).toMatch(/"usage":\{"prompt_tokens":10/);
          if (stream) expect(sent.endsWith(DONE)).toBe(true);
        }
      }
    }
  });

  it('JSON without indexes gets them as a stream', async () => {
    const choices = ['The ', 'Elbe.'].map((content) => ({ message: { content }, finish_reason: 'stop' }));
    const router = routerOf('openai', { body: [JSON.stringify({ id: 'c1', choices })] });
    const { body } = await router.ask({ stream: true, body: { n: 2 } });
    expect(body.match(/"index":\d/g)).toEqual([0, 0, 0, 1, 1, 1].map((index) => `"index":${index}`));
  });

  it('a true stream is never held back, whatever its type', async () => {
    const router = routerOf('openai', {
      headers: { 'content-type': 'application/json' },
      body: [role, text('The '), 'hang'],
    });
    const response = await router.clock.run(router.send({ stream: true }));
    const piece = await response.body?.getReader().read();
    expect(new TextDecoder().decode(piece?.value)).toContain('The ');
  });

  it.each([
    ['cut before their end', [role, text('The ')]],
    ['with an error in them', [role, text('The '), errorEvent]],
    ['with one that is lost', [role, text('The '), 'data: {\n\n', text('Elbe.'), finish, usage, DONE]],
    ['with an unknown finish', [role, text('The '), chunk({}, 'abort'), DONE]],
  ])('events %s are no whole answer', async (_, body) => {
    const router = routerOf('openai', { body });
    router.upstream.on('b', goodReply('from b'));
    expect(await router.ask()).toMatchObject({ shown: 'from b', code: undefined });
  });

  it('an error said in JSON is a failure, and so is half a JSON text', async () => {
    const error = JSON.stringify({ error: { message: 'no', type: 'server_error', code: 'server_error' } });
    for (const body of [[error], [String(wholes.openai[0]).slice(0, 90)]]) {
      const router = routerOf('openai', { headers: { 'content-type': 'text/event-stream' }, body });
      expect(await router.ask({ stream: true })).toMatchObject({ shown: 'from b', code: undefined });
    }
  });
});

describe('comments', () => {
  it('come by the clock, one line each, and never inside an event', async () => {
    const cutInTwo = text('Elbe.');
    const pieces = Array.from({ length: cutInTwo.length }, (_, at): Step[] => [
      { waitMs: 60 },
      cutInTwo.charAt(at),
    ]).flat();
    const router = routerOf('openai', streamed(role, text('The '), ...pieces, finish, usage, DONE));
    const { body } = await router.ask({ stream: true });
    const comments = body.split('\n').filter((line) => line.startsWith(':'));
    expect(new Set(comments)).toEqual(new Set([': keep-alive']));
    expect(comments.length).toBe(Math.ceil((cutInTwo.length * 60) / 5_000) - 1);
    expect(body.replaceAll(': keep-alive\n', '')).toBe(role + text('The ') + cutInTwo + finish + DONE);
    expect(body).not.toContain(': keep-alive\n\n');
  });
});
