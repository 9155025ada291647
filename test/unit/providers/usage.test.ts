/** How usage is read: every dialect of both formats, and usages that come in pieces. */
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../protocol/chat.ts';
import { AnthropicStream } from '../../../worker/providers/anthropic/stream.ts';
import { AnthropicUsage } from '../../../worker/providers/anthropic/usage.ts';
import { openaiReply } from '../../../worker/providers/openai/reply.ts';
import { OpenAiStream } from '../../../worker/providers/openai/stream.ts';
import { readUsage } from '../../../worker/providers/shared/usage.ts';
import { chat } from './chats.ts';

type Json = Record<string, unknown>;

const usage = (inputTokens: number, outputTokens: number, more: Partial<Usage> = {}): Usage => ({
  inputTokens,
  outputTokens,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  ...more,
});

describe('a usage in the OpenAI format', () => {
  it.each<[string, Json, Usage | undefined]>([
    ['plain', { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 }, usage(20, 7)],
    ['under the names of the Responses API', { input_tokens: 20, output_tokens: 7 }, usage(20, 7)],
    [
      'under both, of which one is empty',
      { prompt_tokens: 20, input_tokens: 0, completion_tokens: 7, output_tokens: 0 },
      usage(20, 7),
    ],
    [
      'with a prompt that leaves the cached part out',
      { prompt_tokens: 12, completion_tokens: 40, total_tokens: 52, prompt_tokens_details: { cached_tokens: 9_000 } },
      usage(9_012, 40, { cachedInputTokens: 9_000 }),
    ],
    [
      'the same, with the cached part in its total',
      {
        prompt_tokens: 12,
        completion_tokens: 40,
        total_tokens: 9_052,
        prompt_tokens_details: { cached_tokens: 9_000 },
      },
      usage(9_012, 40, { cachedInputTokens: 9_000 }),
    ],
    [
      'with writes under another name',
      { prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details: { cache_creation_tokens: 60 } },
      usage(100, 1, { cacheWriteTokens: 60 }),
    ],
    [
      'with Claude’s names on top',
      { prompt_tokens: 100, completion_tokens: 1, cache_creation_input_tokens: 60, cache_read_input_tokens: 30 },
      usage(100, 1, { cacheWriteTokens: 60, cachedInputTokens: 30 }),
    ],
    [
      'with Claude’s names, beside a prompt that leaves them out',
      { prompt_tokens: 10, completion_tokens: 1, cache_creation_input_tokens: 60, cache_read_input_tokens: 30 },
      usage(100, 1, { cacheWriteTokens: 60, cachedInputTokens: 30 }),
    ],
    [
      'with DeepSeek’s hits and misses',
      { prompt_tokens: 0, completion_tokens: 1, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      usage(100, 1, { cachedInputTokens: 64 }),
    ],
    [
      'with Moonshot’s name',
      { prompt_tokens: 50, completion_tokens: 1, cached_tokens: 20 },
      usage(50, 1, { cachedInputTokens: 20 }),
    ],
    [
      'with thinking that only the total shows',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 115 },
      usage(10, 105, { reasoningTokens: 100 }),
    ],
    [
      'with thinking that only the total shows, beside a little that is told',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 115, reasoning_tokens: 3 },
      usage(10, 105, { reasoningTokens: 100 }),
    ],
    [
      'with more reasoning than completion',
      { prompt_tokens: 10, completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 5_000 } },
      usage(10, 5_005, { reasoningTokens: 5_000 }),
    ],
    [
      'the same, with its total',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 5_015, reasoning_tokens: 5_000 },
      usage(10, 5_005, { reasoningTokens: 5_000 }),
    ],
    [
      'with Claude’s names alone, whose input leaves the cached parts out',
      { input_tokens: 100, output_tokens: 7, cache_read_input_tokens: 80, cache_creation_input_tokens: 10 },
      usage(190, 7, { cachedInputTokens: 80, cacheWriteTokens: 10 }),
    ],
    ['in strings', { prompt_tokens: '20', completion_tokens: '20010' }, usage(20, 20_010)],
    ['in strings as people write them', { prompt_tokens: ' 1,234 ', completion_tokens: '2e4' }, usage(1_234, 20_000)],
    ['in strings that are no counts', { prompt_tokens: '-5', completion_tokens: '1,2', total_tokens: '' }, undefined],
    [
      'with parts under two names, of which one is empty',
      {
        prompt_tokens: 20,
        completion_tokens: 7,
        input_tokens_details: { cached_tokens: 4 },
        prompt_tokens_details: { cached_tokens: 0 },
        output_tokens_details: { reasoning_tokens: 5_000 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
      usage(20, 5_007, { cachedInputTokens: 4, reasoningTokens: 5_000 }),
    ],
    ['in fractions', { prompt_tokens: 20.5, completion_tokens: 6.01 }, usage(21, 7)],
    ['with one side alone', { completion_tokens: 20_010 }, usage(0, 20_010)],
    ['with a total alone', { total_tokens: 27 }, usage(0, 27, { reasoningTokens: 27 })],
    ['with a negative side', { prompt_tokens: -3, completion_tokens: 9 }, usage(0, 9)],
    ['beyond exact numbers', { prompt_tokens: 1, completion_tokens: 1e300 }, usage(1, 2 ** 43)],
    ['of nothing', {}, undefined],
    ['of nonsense', { prompt_tokens: null, completion_tokens: 'many', total_tokens: [7] }, undefined],
  ])('%s', (_, told, expected) => {
    expect(readUsage(told)).toEqual(expected);
  });
});

describe('where a usage stands', () => {
  const told = { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 };
  const places: [string, (choice: Json) => Json][] = [
    ['beside the choices', (choice) => ({ choices: [choice], usage: told })],
    ['in the choice', (choice) => ({ choices: [{ ...choice, usage: told }] })],
    ['in Groq’s field', (choice) => ({ choices: [choice], x_groq: { id: 'r', usage: told } })],
    ['in Groq’s field, beside an empty one', (choice) => ({ choices: [choice], usage: {}, x_groq: { usage: told } })],
    [
      'in the choice, beside zeros',
      (choice) => ({ choices: [{ ...choice, usage: told }], usage: { prompt_tokens: 0, completion_tokens: 0 } }),
    ],
    ['in a choice, beside null', (choice) => ({ choices: [{ ...choice, usage: told }], usage: null })],
  ];

  it.each(places)('%s of a chunk: it is read, and goes on in a chunk of its own', (_, chunkOf) => {
    const stream = new OpenAiStream(1);
    stream.event(
      undefined,
      JSON.stringify({ choices: [{ index: 0, delta: { content: 'The Elbe.' }, finish_reason: null }] }),
    );
    stream.event(undefined, JSON.stringify(chunkOf({ index: 0, delta: {}, finish_reason: 'stop' })));
    expect(stream.usage).toEqual(usage(20, 7));
    expect(stream.usageChunk()).toMatchObject({ choices: [], usage: told });
  });

  it.each(places)('%s of a whole answer', (_, answerOf) => {
    const choice = { index: 0, message: { role: 'assistant', content: 'The Elbe.' }, finish_reason: 'stop' };
    expect(openaiReply(JSON.stringify(answerOf(choice)), chat())).toMatchObject({ ok: true, usage: usage(20, 7) });
  });

  it('in each of several choices: together', () => {
    const choice = (index: number) => ({ index, delta: { content: 'x' }, finish_reason: 'stop', usage: told });
    const stream = new OpenAiStream(2);
    stream.event(undefined, JSON.stringify({ choices: [choice(0), choice(1)] }));
    expect(stream.usage).toEqual(usage(40, 14));
  });
});

describe('a usage in a place of its own', () => {
  const told = { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 };

  it('is summed where each of several choices has its own in a chunk of its own', () => {
    const stream = new OpenAiStream(2);
    const say = (index: number, made: number) =>
      stream.event(
        undefined,
        JSON.stringify({
          choices: [{ index, delta: {}, finish_reason: 'stop', usage: { prompt_tokens: 20, completion_tokens: made } }],
        }),
      );
    say(0, 3);
    say(0, 7);
    say(1, 9);
    expect(stream.usage).toEqual(usage(40, 16));
  });

  it.each<[string, unknown]>([
    ['inside an error', { error: { message: 'x', code: 500, usage: told } }],
    ['in a list', [{ error: { message: 'x', code: 500 }, usage: told }]],
  ])('%s of an OpenAI stream', (_, event) => {
    const stream = new OpenAiStream(1);
    stream.event(undefined, JSON.stringify(event));
    expect(stream.usage).toEqual(usage(20, 7));
  });

  it.each<[string, Json]>([
    ['message_stop', { type: 'message_stop', usage: { input_tokens: 20, output_tokens: 70 } }],
    ['the message of message_stop', { type: 'message_stop', message: { usage: { output_tokens: 70 } } }],
    ['the delta of message_delta', { type: 'message_delta', delta: { usage: { output_tokens: 70 } } }],
    ['an error', { type: 'error', error: { type: 'api_error', message: 'x', usage: { output_tokens: 70 } } }],
    ['an event of an unknown kind', { type: 'usage', usage: { output_tokens: 70 } }],
  ])('%s of an Anthropic stream', (_, event) => {
    const stream = new AnthropicStream(0);
    const start = { type: 'message_start', message: { id: 'm', usage: { input_tokens: 20, output_tokens: 1 } } };
    stream.event(undefined, JSON.stringify(start));
    stream.event(undefined, JSON.stringify(event));
    expect(stream.usage).toEqual(usage(20, 70));
  });
});

describe('usage that comes more than once', () => {
  it('keeps its dearer parts where the last leaves them out', () => {
    const stream = new OpenAiStream(1);
    const whole = { prompt_tokens: 100, completion_tokens: 50 };
    const parts = {
      prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 80 },
      completion_tokens_details: { reasoning_tokens: 40 },
    };
    stream.event(undefined, JSON.stringify({ choices: [], usage: { ...whole, ...parts } }));
    stream.event(undefined, JSON.stringify({ choices: [], usage: whole }));
    expect(stream.usage).toEqual(usage(100, 50, { cacheWriteTokens: 80, reasoningTokens: 40 }));
    const anthropic = new AnthropicUsage();
    anthropic.take({ input_tokens: 20, cache_creation_input_tokens: 80, output_tokens: 1 });
    anthropic.take({ input_tokens: 100, cache_creation_input_tokens: 0, output_tokens: 9 });
    expect(anthropic.usage).toEqual(usage(100, 9, { cacheWriteTokens: 80 }));
  });

  const chunk = (told: Json) => JSON.stringify({ choices: [], usage: told });

  it('is not wiped by zeros at the end', () => {
    const stream = new OpenAiStream(1);
    const real = {
      prompt_tokens: 1_500,
      completion_tokens: 40,
      total_tokens: 1_540,
      prompt_tokens_details: { cached_tokens: 900 },
    };
    stream.event(undefined, chunk(real));
    stream.event(undefined, chunk({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }));
    expect(stream.usage).toEqual(usage(1_500, 40, { cachedInputTokens: 900 }));
    expect(stream.usageChunk()).toMatchObject({ usage: { prompt_tokens: 1_500, completion_tokens: 40 } });
  });

  it('takes each side from where it is larger, with its parts', () => {
    const stream = new OpenAiStream(1);
    stream.event(
      undefined,
      chunk({ prompt_tokens: 1_500, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 900 } }),
    );
    stream.event(undefined, chunk({ prompt_tokens: 0, completion_tokens: 40 }));
    expect(stream.usage).toEqual(usage(1_500, 40, { cachedInputTokens: 900 }));
    expect(stream.usageChunk()).toMatchObject({
      usage: { prompt_tokens: 1_500, completion_tokens: 40, total_tokens: 1_540 },
    });
  });

  it('is the later where it grew', () => {
    const stream = new OpenAiStream(1);
    for (const made of [1, 20, 40]) stream.event(undefined, chunk({ prompt_tokens: 15, completion_tokens: made }));
    expect(stream.usage).toEqual(usage(15, 40));
  });
});

describe('a usage in the Anthropic format', () => {
  const cached = { cachedInputTokens: 900 };
  it.each<[string, Json[], Usage]>([
    ['start and end', [{ input_tokens: 1_500, output_tokens: 1 }, { output_tokens: 40 }], usage(1_500, 40)],
    [
      'zeros of input at the end',
      [
        { input_tokens: 1_500, output_tokens: 1 },
        { input_tokens: 0, output_tokens: 40 },
      ],
      usage(1_500, 40),
    ],
    [
      'zeros of cached input too',
      [
        { input_tokens: 600, cache_read_input_tokens: 900, output_tokens: 1 },
        { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 40 },
      ],
      usage(1_500, 40, cached),
    ],
    [
      'cached input repeated without the rest',
      [
        { input_tokens: 600, cache_read_input_tokens: 900, output_tokens: 1 },
        { input_tokens: 0, cache_read_input_tokens: 900, output_tokens: 40 },
      ],
      usage(1_500, 40, cached),
    ],
    [
      'the real counts only at the end',
      [
        { input_tokens: 0, output_tokens: 0 },
        { input_tokens: 1_500, output_tokens: 40 },
      ],
      usage(1_500, 40),
    ],
    [
      'an estimate in the start, in parts at the end',
      [
        { input_tokens: 1_400, output_tokens: 0 },
        { input_tokens: 600, cache_read_input_tokens: 900, output_tokens: 40 },
      ],
      usage(1_500, 40, cached),
    ],
    [
      'zeros of output at the end',
      [
        { input_tokens: 9, output_tokens: 40 },
        { input_tokens: 9, output_tokens: 0 },
      ],
      usage(9, 40),
    ],
    [
      'null at the end',
      [
        { input_tokens: 9, output_tokens: 1 },
        { input_tokens: null, output_tokens: 40 },
      ],
      usage(9, 40),
    ],
    [
      'writes told only in parts',
      [
        {
          input_tokens: 9,
          output_tokens: 1,
          cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 70 },
        },
      ],
      usage(109, 1, { cacheWriteTokens: 100 }),
    ],
    ['under OpenAI’s names', [{ prompt_tokens: 9, completion_tokens: 40 }], usage(9, 40)],
    [
      'under OpenAI’s names at the end',
      [
        { input_tokens: 9, output_tokens: 1 },
        { prompt_tokens: 9, completion_tokens: 40 },
      ],
      usage(9, 40),
    ],
    ['in strings', [{ input_tokens: '9', output_tokens: '40' }], usage(9, 40)],
  ])('%s', (_, told, expected) => {
    const read = new AnthropicUsage();
    for (const one of told) read.take(one);
    expect(read.usage).toEqual(expected);
  });

  it('stays exact, however large all of its counts are', () => {
    const large = Number.MAX_SAFE_INTEGER;
    const read = new AnthropicUsage();
    const details = { output_tokens_details: { thinking_tokens: 1e300 } };
    read.take({ input_tokens: large, cache_read_input_tokens: 1e300, cache_creation_input_tokens: large, ...details });
    expect(Object.values(read.usage ?? {}).every(Number.isSafeInteger)).toBe(true);
    const told = { prompt_tokens: large, prompt_tokens_details: { cached_tokens: 1e300, cache_write_tokens: 1e300 } };
    const ofAll = readUsage({ ...told, completion_tokens: large, reasoning_tokens: 1e300, total_tokens: 1e300 });
    expect(Object.values(ofAll ?? {}).every(Number.isSafeInteger)).toBe(true);
  });

  it('reaches the client as it is booked', () => {
    const stream = new AnthropicStream(0);
    const say = (event: Json) => stream.event(undefined, JSON.stringify(event));
    say({ type: 'message_start', message: { id: 'm', usage: { input_tokens: 1_500, output_tokens: 1 } } });
    say({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { input_tokens: 0, output_tokens: 40 } });
    expect(stream.usageChunk()).toMatchObject({
      usage: { prompt_tokens: 1_500, completion_tokens: 40, total_tokens: 1_540 },
    });
  });
});
