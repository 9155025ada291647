/** OpenAI's own SDK with only base URL and key changed, whichever wire format the provider behind it speaks. */
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { admin } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const openaiFirst = await startBench({ config: 'steady' });
const anthropicFirst = await startBench({ config: 'steady', swapped: true });
afterAll(() => Promise.all([openaiFirst.stop(), anthropicFirst.stop()]));

const ask = (content: string) => [{ role: 'user' as const, content }];

const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const Weather = z.object({ city: z.string(), degrees: z.number(), sunny: z.boolean() });

describe.each([
  { provider: 'an OpenAI-compatible provider', bench: openaiFirst, path: '/v1' },
  { provider: 'an OpenAI-compatible provider, base URL without /v1', bench: openaiFirst, path: '' },
  { provider: 'Anthropic', bench: anthropicFirst, path: '/v1' },
])('over $provider', ({ bench, path }) => {
  const client = new OpenAI({ baseURL: bench.url + path, apiKey: LOCAL_CLIENT_KEY, maxRetries: 0 });
  let model = '';
  beforeEach(async () => {
    await bench.sandbox.reset();
    model = bench.lane('calm').alias;
  });

  test('chat', async () => {
    const { data, response } = await client.chat.completions
      .create({ model, messages: ask('What is a failover?') })
      .withResponse();
    expect(data).toMatchObject({ object: 'chat.completion', choices: [{ index: 0, finish_reason: 'stop' }] });
    expect(data.choices[0]?.message).toMatchObject({ role: 'assistant', content: expect.stringContaining('failover') });
    expect(data.model).toBe(`sandbox-${bench.a}`);
    const { inputTokens, outputTokens } = bench.sandbox.counts()[bench.a];
    expect(data.usage).toMatchObject({ prompt_tokens: inputTokens, completion_tokens: outputTokens });
    expect(data).toHaveProperty('_request_id', response.headers.get('x-request-id'));
  });

  test('streamed chat, with usage', async () => {
    const stream = await client.chat.completions.create({
      model,
      messages: ask('What is a failover?'),
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let chunks = 0;
    let usage: OpenAI.CompletionUsage | null | undefined;
    let finish: string | null | undefined;
    for await (const chunk of stream) {
      expect(chunk.object).toBe('chat.completion.chunk');
      chunks++;
      text += chunk.choices[0]?.delta.content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    const { inputTokens, outputTokens } = bench.sandbox.counts()[bench.a];
    expect(text).toContain('failover');
    expect(chunks).toBeGreaterThan(outputTokens);
    expect(finish).toBe('stop');
    expect(usage).toMatchObject({ prompt_tokens: inputTokens, completion_tokens: outputTokens });

    const whole = await client.chat.completions.create({ model, messages: ask('What is a failover?') });
    expect(text).toBe(whole.choices[0]?.message.content);
  });

  test('the stream helper sees the same answer', async () => {
    const helper = client.chat.completions.stream({ model, messages: ask('What is a failover?') });
    let text = '';
    helper.on('content', (delta) => {
      text += delta;
    });
    const final = await helper.finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(text);
    expect(final.choices[0]?.finish_reason).toBe('stop');
  });

  test('tools, there and back, several at once', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = ask('What is the weather in Lisbon and in Porto?');
    const first = await client.chat.completions.create({ model, messages, tools: [WEATHER] });
    expect(first.choices[0]?.finish_reason).toBe('tool_calls');
    const message = first.choices[0]?.message;
    const calls = message?.tool_calls ?? [];
    expect(calls.map((call) => call.type === 'function' && JSON.parse(call.function.arguments))).toEqual([
      { city: 'Lisbon' },
      { city: 'Porto' },
    ]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);

    if (message) messages.push(message);
    for (const call of calls) messages.push({ role: 'tool', tool_call_id: call.id, content: '19 degrees and sunny' });
    const second = await client.chat.completions.create({ model, messages, tools: [WEATHER] });
    expect(second.choices[0]?.finish_reason).toBe('stop');
    expect(second.choices[0]?.message.content).toContain('19 degrees and sunny');
  });

  test('streamed tools', async () => {
    const helper = client.chat.completions.stream({
      model,
      messages: ask('What is the weather in Lisbon and in Porto?'),
      tools: [WEATHER],
      tool_choice: 'required',
    });
    const { choices } = await helper.finalChatCompletion();
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    const calls = choices[0]?.message.tool_calls ?? [];
    const cities = calls.map((call) => call.type === 'function' && JSON.parse(call.function.arguments).city);
    expect(cities).toEqual(['Lisbon', 'Porto']);
  });

  test('JSON schema, by hand and by the parse helper', async () => {
    const response_format = zodResponseFormat(Weather, 'weather');
    const messages = ask('Make up the weather of Lisbon as JSON.');
    const byHand = await client.chat.completions.create({ model, messages, response_format });
    expect(() => Weather.parse(JSON.parse(byHand.choices[0]?.message.content ?? ''))).not.toThrow();
    const parsed = await client.chat.completions.parse({ model, messages, response_format });
    expect(parsed.choices[0]?.message.parsed).toEqual(Weather.parse(parsed.choices[0]?.message.parsed));
  });

  test('abort in mid-stream ends the provider’s work', async () => {
    bench.sandbox.setPace({ ttftMs: 0, tokenMs: 50 });
    const stream = await client.chat.completions.create({
      model,
      messages: ask('Tell me about failovers in 2000 words.'),
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (text !== '') stream.controller.abort();
    }
    expect(text).not.toBe('');
    const counts = await until('the provider has noticed', () => {
      const { active, aborted, failed, completed } = bench.sandbox.counts()[bench.a];
      return active === 0 && { aborted, failed, completed };
    });
    expect(counts).toEqual({ aborted: 1, failed: 0, completed: 0 });
    expect(bench.sandbox.counts()[bench.b].requests).toBe(0);
  });

  test('a stream that breaks raises in the SDK', async () => {
    bench.sandbox.setPace({ ttftMs: 0, tokenMs: 30 });
    await bench.sandbox.setFault(bench.a, 'cut-mid-stream', { afterTokens: 6 });
    // If the machine stalled, first content and cut came together, and another provider answered unseen.
    const raised = await until('it raises', async () => {
      const stream = await client.chat.completions.create({
        model: bench.lane('calm').alias,
        messages: ask('In 12 words: what is a failover?'),
        stream: true,
      });
      let text = '';
      try {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
        return undefined;
      } catch (error) {
        return { error, text };
      }
    });
    expect(raised.text).not.toBe('');
    expect(raised.error).toBeInstanceOf(OpenAI.APIError);
    expect(raised.error).toMatchObject({ code: 'stream_interrupted', type: 'server_error' });
  });

  test('models', async () => {
    const ids: string[] = [];
    for await (const listed of client.models.list()) ids.push(listed.id);
    expect(ids).toContain(model);
    expect(await client.models.retrieve(model)).toMatchObject({ id: model, object: 'model', owned_by: 'carryon' });
    await expect(client.models.retrieve('nobody')).rejects.toMatchObject({ status: 404, code: 'unknown_alias' });
  });
});

describe('errors', () => {
  const bench = openaiFirst;
  let calls = 0;
  const counted = (options: ConstructorParameters<typeof OpenAI>[0]) =>
    new OpenAI({
      baseURL: `${bench.url}/v1`,
      apiKey: LOCAL_CLIENT_KEY,
      maxRetries: 2,
      fetch: (url, init) => {
        calls++;
        return fetch(url, init);
      },
      ...options,
    });
  const client = counted({});
  let model = '';
  beforeEach(async () => {
    await bench.sandbox.reset();
    model = bench.lane('calm').alias;
    calls = 0;
  });
  const chat = (by = client, body: object = {}) =>
    by.chat.completions.create({ model, messages: ask('Hello'), ...body }).catch((error: unknown) => error);

  async function bothFail(fault: '429' | '500', times?: number): Promise<void> {
    const options = { ...(times !== undefined && { times }), ...(fault === '429' && { retryAfterMs: 20_000 }) };
    await bench.sandbox.setFault('openai', fault, options);
    await bench.sandbox.setFault('anthropic', fault, options);
  }

  test('each status raises the class that the SDK has for it, once', async () => {
    expect(await chat(counted({ apiKey: 'sk-nobody' }))).toMatchObject({
      constructor: OpenAI.AuthenticationError,
      code: 'invalid_key',
      requestID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await chat(client, { messages: [] })).toMatchObject({
      constructor: OpenAI.BadRequestError,
      code: 'invalid_body',
      param: 'messages',
    });
    expect(await chat(client, { model: 'gpt-nobody' })).toMatchObject({
      constructor: OpenAI.NotFoundError,
      code: 'unknown_alias',
      param: 'model',
    });
    const created = await admin(bench.url, 'keys', { method: 'POST', body: { tenant: 'bound', user: 'ada' } });
    const { key } = (await created.json()) as { key: string };
    expect(await chat(counted({ apiKey: key, defaultHeaders: { origin: 'https://page.example' } }))).toMatchObject({
      constructor: OpenAI.PermissionDeniedError,
      code: 'browser_not_allowed',
    });
    await bench.sandbox.setFault('openai', '422');
    expect(await chat()).toMatchObject({ constructor: OpenAI.UnprocessableEntityError });
    expect(calls).toBe(5);
  });

  test('what may be retried is retried by the SDK, when we said', async () => {
    await bothFail('500', 2);
    const began = performance.now();
    expect(await chat()).toMatchObject({ object: 'chat.completion' });
    expect(calls).toBe(2);
    expect(performance.now() - began).toBeGreaterThan(990);

    await bothFail('500');
    expect(await chat(counted({ maxRetries: 0 }))).toMatchObject({
      constructor: OpenAI.InternalServerError,
      status: 503,
      code: 'providers_unavailable',
    });
  });

  test('providers that limit us are a RateLimitError', async () => {
    await bothFail('429');
    expect(await chat(counted({ maxRetries: 0 }))).toMatchObject({
      constructor: OpenAI.RateLimitError,
      code: 'rate_limited_by_provider',
    });
    expect(calls).toBe(1);
  });

  test('x-should-retry: false is obeyed, even for a 503', async () => {
    const unconfigured = await startBench({ local: false });
    try {
      const asked = await chat(counted({ baseURL: `${unconfigured.url}/v1` }));
      expect(asked).toMatchObject({ constructor: OpenAI.InternalServerError, status: 503, code: 'not_configured' });
      expect(calls).toBe(1);
    } finally {
      await unconfigured.stop();
    }
  });
});
