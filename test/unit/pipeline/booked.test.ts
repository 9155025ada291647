/** No usage that a provider may report is booked at less than its price: the oracle prices the true figures, before any dialect writes them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireFormat } from '../../../worker/core/config/wire-format.ts';
import { deployment, TestRouter } from './support/router.ts';
import type { Script, Step } from './support/upstream.ts';

type Json = Record<string, unknown>;

interface Truth {
  fresh: number;
  cached: number;
  written: number;
  said: number;
  thought: number;
}

const PRICE = { input: 1, output: 4, cachedInput: 0.1, cacheWrite: 1.25 };
const priceOf = ({ fresh, cached, written, said, thought }: Truth): number =>
  fresh * PRICE.input + cached * PRICE.cachedInput + written * PRICE.cacheWrite + (said + thought) * PRICE.output;

const few = fc.nat({ max: 40 });
const tokens = fc.oneof(few, fc.nat({ max: 60_000 }));
const truths: fc.Arbitrary<Truth> = fc.record({
  fresh: tokens,
  cached: tokens,
  written: tokens,
  said: tokens,
  thought: tokens,
});

/** How providers write true figures, each in a form from which they can be recovered. */
const OPENAI: Readonly<Record<string, (truth: Truth) => Json>> = {
  plain: ({ fresh, cached, written, said, thought }) => ({
    prompt_tokens: fresh + cached + written,
    completion_tokens: said + thought,
    total_tokens: fresh + cached + written + said + thought,
    prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
    completion_tokens_details: { reasoning_tokens: thought },
  }),
  'thinking only in the total': ({ fresh, cached, written, said, thought }) => ({
    prompt_tokens: fresh + cached + written,
    completion_tokens: said,
    total_tokens: fresh + cached + written + said + thought,
    prompt_tokens_details: { cached_tokens: cached, cache_creation_tokens: written },
  }),
  'thinking beside the completion': ({ fresh, cached, written, said, thought }) => ({
    prompt_tokens: fresh + cached + written,
    completion_tokens: said,
    ...(thought <= said && { total_tokens: fresh + cached + written + said + thought }),
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: written,
    completion_tokens_details: { reasoning_tokens: thought },
  }),
  'cached beside the prompt': ({ fresh, cached, written, said, thought }) => ({
    prompt_tokens: cached + written > fresh ? fresh : fresh + cached + written,
    completion_tokens: said + thought,
    prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
  }),
  'in strings, under other names': ({ fresh, cached, written, said, thought }) => ({
    input_tokens: String(fresh + cached + written),
    output_tokens: String(said + thought),
    input_tokens_details: { cached_tokens: String(cached), cache_write_tokens: written },
  }),
  'hits and misses': ({ fresh, cached, written, said, thought }) => ({
    prompt_tokens: 0,
    completion_tokens: said + thought,
    prompt_cache_hit_tokens: cached,
    prompt_cache_miss_tokens: fresh + written,
    cache_creation_input_tokens: written,
  }),
};
const anthropicUsage = ({ fresh, cached, written, said, thought }: Truth): Json => ({
  input_tokens: fresh,
  cache_read_input_tokens: cached,
  cache_creation_input_tokens: written,
  output_tokens: said + thought,
});

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const chunk = (choices: unknown[], more: Json = {}) =>
  event({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'served', choices, ...more });
const delta = (content: string, reason: string | null = null, more: Json = {}) => ({
  ...{ index: 0, delta: content === '' ? {} : { content }, finish_reason: reason },
  ...more,
});

/** Where the usage is in the stream, and what follows it. */
const PLACES: Readonly<Record<string, (told: Json, words: string[]) => Step[]>> = {
  'a last chunk': (told, words) => [
    ...words.map((word) => chunk([delta(word)])),
    chunk([delta('', 'stop')]),
    chunk([], { usage: told }),
    'data: [DONE]\n\n',
  ],
  'the choice': (told, words) => [
    ...words.map((word) => chunk([delta(word)])),
    chunk([delta('', 'stop', { usage: told })]),
    'data: [DONE]\n\n',
  ],
  'every chunk': (told, words) => [
    ...words.map((word) => chunk([delta(word)], { usage: told })),
    chunk([delta('', 'stop')], { usage: told }),
    'data: [DONE]\n\n',
  ],
  'before zeros': (told, words) => [
    ...words.map((word) => chunk([delta(word)])),
    chunk([delta('', 'stop')], { usage: told }),
    chunk([], { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }),
    'data: [DONE]\n\n',
  ],
};
const anthropicSteps = (truth: Truth, words: string[]): Step[] => [
  event({ type: 'message_start', message: { id: 'm', usage: { ...anthropicUsage(truth), output_tokens: 1 } } }),
  event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  ...words.map((text) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
  event({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn' },
    usage: { input_tokens: 0, cache_read_input_tokens: 0, output_tokens: truth.said + truth.thought },
  }),
  event({ type: 'message_stop' }),
];

const streamedBy = (steps: readonly Step[]): Script => ({
  headers: { 'content-type': 'text/event-stream' },
  body: steps,
});

async function booked(format: WireFormat, stream: boolean, script: Script, maxTokens: number): Promise<number> {
  const router = new TestRouter([deployment('a', { format, price: PRICE, hidesTokens: false })], { numRetries: 0 });
  router.upstream.on('a', script);
  await router.ask({ stream, body: { max_tokens: maxTokens } });
  await router.clock.run(Promise.all(router.background));
  return router.ledger.figures().spentMicroUsd;
}

const words = fc.array(fc.constantFrom('The ', 'Elbe ', 'x'.repeat(900), 'né '), { minLength: 1, maxLength: 4 });
const caps = fc.constantFrom(1, 50, 4_000);
const bytesOf = (said: readonly string[]): number => Buffer.byteLength(said.join(''));
/** At most 64 bytes a token. */
const leastPrice = (bytes: number): number => Math.ceil(bytes / 64) * PRICE.output;

describe('whatever usage a provider reports', () => {
  it.each(Object.keys(OPENAI))('in the OpenAI format, %s: streamed, cut anywhere', async (dialect) => {
    await fc.assert(
      fc.asyncProperty(
        truths,
        words,
        caps,
        fc.constantFrom(...Object.keys(PLACES)),
        fc.nat(),
        async (truth, said, cap, place, at) => {
          const told = OPENAI[dialect]?.(truth) ?? {};
          const steps = PLACES[place]?.(told, said) ?? [];
          const kept = 1 + (at % steps.length);
          const cut = kept === steps.length ? steps : [...steps.slice(0, kept), 'reset' as const];
          const spent = await booked('openai', true, streamedBy(cut), cap);
          const wasTold = cut.some((step) => String(step).includes(JSON.stringify(told)));
          if (wasTold) expect(spent).toBeGreaterThanOrEqual(Math.floor(priceOf(truth)));
          expect(spent).toBeGreaterThanOrEqual(leastPrice(bytesOf(said.slice(0, kept))));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('in the Anthropic format: streamed, cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(truths, words, caps, fc.nat(), async (truth, said, cap, at) => {
        const steps = anthropicSteps(truth, said);
        const kept = 1 + (at % steps.length);
        const cut = kept === steps.length ? steps : [...steps.slice(0, kept), 'reset' as const];
        const spent = await booked('anthropic', true, streamedBy(cut), cap);
        const wasTold = kept >= steps.length - 1;
        const known = wasTold ? truth : { ...truth, said: 0, thought: 0 };
        expect(spent).toBeGreaterThanOrEqual(Math.floor(priceOf(known)));
        expect(spent).toBeGreaterThanOrEqual(leastPrice(bytesOf(said.slice(0, Math.max(0, kept - 2)))));
      }),
      { numRuns: 100 },
    );
  });

  it.each(Object.keys(OPENAI))('in the OpenAI format, %s: whole, and broken', async (dialect) => {
    await fc.assert(
      fc.asyncProperty(
        truths,
        words,
        caps,
        fc.boolean(),
        fc.boolean(),
        async (truth, said, cap, isBroken, inChoice) => {
          const usage = OPENAI[dialect]?.(truth) ?? {};
          const message = { role: 'assistant', content: said.join('') };
          const choice = { index: 0, message, finish_reason: isBroken ? null : 'stop', ...(inChoice && { usage }) };
          const body = {
            id: 'c1',
            object: 'chat.completion',
            created: 1,
            model: 'm',
            choices: [choice],
            ...(!inChoice && { usage }),
          };
          const spent = await booked('openai', false, { body: [JSON.stringify(body)] }, cap);
          expect(spent).toBeGreaterThanOrEqual(Math.floor(priceOf(truth)));
          if (!isBroken) expect(spent).toBeGreaterThanOrEqual(leastPrice(bytesOf(said)));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('in the Anthropic format: whole', async () => {
    await fc.assert(
      fc.asyncProperty(truths, words, caps, async (truth, said, cap) => {
        const content = [{ type: 'text', text: said.join('') }];
        const body = {
          type: 'message',
          id: 'm',
          model: 'm',
          content,
          stop_reason: 'end_turn',
          usage: anthropicUsage(truth),
        };
        const spent = await booked('anthropic', false, { body: [JSON.stringify(body)] }, cap);
        expect(spent).toBeGreaterThanOrEqual(Math.floor(priceOf(truth)));
        expect(spent).toBeGreaterThanOrEqual(leastPrice(bytesOf(said)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a usage that says less than all', () => {
  it('is not taken for the bill of a model that thinks unseen, where it leaves the output out', async () => {
    const answer = { index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'length' };
    const whole = { id: 'c1', object: 'chat.completion', created: 1, model: 'm', choices: [answer] };
    for (const stream of [true, false]) {
      const router = new TestRouter([deployment('a', { price: PRICE, hidesTokens: true })], { numRetries: 0 });
      const steps = [chunk([delta('', 'length')]), chunk([], { usage: { prompt_tokens: 10 } }), 'data: [DONE]\n\n'];
      const script = { body: [JSON.stringify({ ...whole, usage: { prompt_tokens: 10 } })] };
      router.upstream.on('a', stream ? streamedBy(steps) : script);
      await router.ask({ stream, body: { max_tokens: 50 } });
      await router.clock.run(Promise.all(router.background));
      expect(router.ledger.figures().spentMicroUsd).toBeGreaterThan(50 * PRICE.output);
      expect(router.events).toContainEqual(expect.objectContaining({ event: 'usage_odd' }));
    }
  });

  it('is completed by one that comes in a packet with the end', async () => {
    const told = chunk([], { usage: { prompt_tokens: 10, completion_tokens: 20_000 } });
    const steps = [chunk([delta('Hello')]), chunk([delta('', 'stop')]), `data: [DONE]\n\n${told}`];
    expect(await booked('openai', true, streamedBy(steps), 50)).toBe(10 * PRICE.input + 20_000 * PRICE.output);
  });
});

describe('a usage beside a failure is a bill too', () => {
  const PRICE_OF_TOLD = 50_000 * PRICE.input + 60_000 * PRICE.output;
  const told = { prompt_tokens: 50_000, completion_tokens: 60_000, total_tokens: 110_000 };
  const usageEvent = chunk([], { usage: told });
  const error = (code: unknown, more: Json = {}) => event({ error: { message: 'x', code }, ...more });
  const DONE = 'data: [DONE]\n\n';
  const said = chunk([delta('Hello')]);
  const endings: Readonly<Record<string, Step[]>> = {
    'behind a finish that is none': [said, chunk([delta('', 'abort')]), usageEvent, DONE],
    'behind it, before any content': [chunk([delta('', 'abort')]), { waitMs: 100 }, usageEvent, DONE],
    'behind an error': [said, error(500), usageEvent],
    'in one packet with it': [said, error('rate_limit_exceeded') + usageEvent],
    'beside an error': [said, error(500, { usage: told })],
    'beside a refusal, before any content': [error(429, { usage: told })],
    'before a refusal': [usageEvent, error(429)],
    'behind a refusal': [error(401), usageEvent],
  };

  it.each(Object.keys(endings))('%s, in events', async (place) => {
    for (const stream of [true, false]) {
      const body = endings[place] ?? [];
      expect([stream, await booked('openai', stream, { body }, 50)]).toEqual([stream, PRICE_OF_TOLD]);
    }
  });

  it.each<[string, Json]>([
    ['an unknown finish', { choices: [{ index: 0, message: { content: 'x' }, finish_reason: 'abort' }] }],
    ['no choices', { choices: [] }],
    ['a refusal', { error: { message: 'x', code: 429 } }],
    ['a fault of the caller', { error: { message: 'x', type: 'invalid_request_error', code: 400 } }],
  ])('in JSON beside %s, whatever was asked for', async (_, answer) => {
    for (const stream of [true, false]) {
      const script = { body: [JSON.stringify({ ...answer, usage: told })] };
      expect([stream, await booked('openai', stream, script, 50)]).toEqual([stream, PRICE_OF_TOLD]);
    }
  });

  it('in the Anthropic format: beside an error, and behind it', async () => {
    const start = event({
      type: 'message_start',
      message: { id: 'm', usage: { input_tokens: 50_000, output_tokens: 1 } },
    });
    const word = event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } });
    const usage = { output_tokens: 60_000 };
    const problem = { type: 'error', error: { type: 'overloaded_error', message: 'x' } };
    for (const end of [
      [event({ ...problem, usage })],
      [event(problem), event({ type: 'message_delta', delta: {}, usage })],
    ])
      expect(await booked('anthropic', true, streamedBy([start, word, ...end]), 50)).toBe(PRICE_OF_TOLD);
  });

  it('one that was true in the middle of events is no bill of a whole answer', async () => {
    const early = { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 };
    const running = [chunk([delta('a')], { usage: early }), { waitMs: 2_000 }, chunk([delta('x'.repeat(3_000))])];
    const start = event({ type: 'message_start', message: { id: 'm', usage: { input_tokens: 10, output_tokens: 1 } } });
    const long = event({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: 'x'.repeat(3_000) },
    });
    const least = 3_000 * PRICE.output;
    expect(await booked('openai', false, { body: running }, 4_000)).toBeGreaterThan(least);
    const begun = [start, { waitMs: 2_000 }, long];
    expect(await booked('anthropic', false, { body: begun }, 4_000)).toBeGreaterThan(least);
  });
});
