import { describe, expect, it } from 'vitest';
import { asArray, asObject, type Json } from '../../../sandbox/json.ts';
import { bodyFor, HEADERS, post, postJson, postStream, useSandbox } from './support.ts';

const sandbox = useSandbox();
const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
      required: ['city'],
    },
  },
};

function first(answer: Json): Json {
  return asObject(asArray(answer.choices)[0]);
}

const ask = (rest: Json = {}, prompt?: string) => postJson(sandbox(), 'openai', bodyFor('openai', rest, prompt));
const stream = (rest: Json = {}, prompt?: string) => postStream(sandbox(), 'openai', bodyFor('openai', rest, prompt));

describe('a whole answer', () => {
  it('quotes the prompt, and counts what it made', async () => {
    const answer = await ask();
    const text = String(asObject(first(answer).message).content);
    expect(text).toContain('How do I pack for Lisbon');
    expect(first(answer).finish_reason).toBe('stop');
    const usage = asObject(answer.usage);
    expect(usage.prompt_tokens).toBe(Math.ceil('How do I pack for Lisbon?'.length / 4));
    expect(usage.completion_tokens).toBe(sandbox().counts().openai.outputTokens);
    expect(usage.total_tokens).toBe(Number(usage.prompt_tokens) + Number(usage.completion_tokens));
  });

  it('stops at the cap, by either name', async () => {
    for (const field of ['max_tokens', 'max_completion_tokens']) {
      const answer = await ask({ [field]: 7 });
      expect(first(answer).finish_reason).toBe('length');
      expect(asObject(answer.usage).completion_tokens).toBe(7);
    }
  });

  it('stops before a stop sequence', async () => {
    const text = String(asObject(first(await ask()).message).content);
    const word = text.split(' ')[9] ?? '';
    const stopped = await ask({ stop: [word] });
    expect(asObject(first(stopped).message).content).toBe(text.slice(0, text.indexOf(word)));
    expect(first(stopped).finish_reason).toBe('stop');
  });

  it('gives n different choices', async () => {
    const choices = asArray((await ask({ n: 3 })).choices).map((choice) => asObject(asObject(choice).message).content);
    expect(new Set(choices).size).toBe(3);
  });

  it('gives log probabilities with rivals', async () => {
    const answer = await ask({ logprobs: true, top_logprobs: 2, max_tokens: 3 });
    const tokens = asArray(asObject(first(answer).logprobs).content).map(asObject);
    expect(tokens).toHaveLength(3);
    expect(asArray(tokens[0]?.top_logprobs)).toHaveLength(2);
    expect(tokens.map(({ token }) => token).join('')).toBe(asObject(first(answer).message).content);
  });

  it('thinks where effort is asked for, and charges it', async () => {
    const answer = await ask({ reasoning_effort: 'high' });
    const reasoning = String(asObject(first(answer).message).reasoning_content);
    expect(reasoning.length).toBeGreaterThan(20);
    const details = asObject(asObject(answer.usage).completion_tokens_details);
    expect(details.reasoning_tokens).toBeGreaterThan(5);
    expect(asObject(first(await ask({ reasoning_effort: 'none' })).message).reasoning_content).toBeUndefined();
  });

  it('takes images and counts them', async () => {
    const image = (url: string) => ({ type: 'image_url', image_url: { url } });
    const content = [
      { type: 'text', text: 'What?' },
      image('https://example.com/a.png'),
      image('data:image/png;base64,AAAA'),
    ];
    const answer = await ask({
      messages: [
        { role: 'developer', content: 'Kind.' },
        { role: 'user', content },
      ],
    });
    expect(asObject(answer.usage).prompt_tokens).toBe(2 * 765 + Math.ceil('Kind.\nWhat?'.length / 4));
  });

  it('counts a long beginning that came before as cached', async () => {
    const long = 'The same long instructions, again and again. '.repeat(200);
    const messages = (question: string) => [
      { role: 'system', content: long },
      { role: 'user', content: question },
    ];
    const cached = async (question: string) =>
      asObject(asObject((await ask({ messages: messages(question) })).usage).prompt_tokens_details).cached_tokens;
    expect(await cached('First?')).toBe(0);
    expect(await cached('Second?')).toBeGreaterThanOrEqual(1024);
  });
});

describe('JSON', () => {
  it('answers in JSON mode, and wants to hear the word', async () => {
    const content = asObject(
      first(await ask({ response_format: { type: 'json_object' } }, 'Reply in JSON')).message,
    ).content;
    expect(JSON.parse(String(content))).toHaveProperty('answer');
    const refused = await post(sandbox(), 'openai', bodyFor('openai', { response_format: { type: 'json_object' } }));
    expect(refused.status).toBe(400);
  });

  it('fits the schema', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 3, maximum: 5 } },
      required: ['city', 'days'],
    };
    const format = { type: 'json_schema', json_schema: { name: 'trip', schema, strict: true } };
    const value = JSON.parse(
      String(asObject(first(await ask({ response_format: format }, 'A trip to Porto')).message).content),
    );
    expect(value.city).toBe('Porto');
    expect([3, 4, 5]).toContain(value.days);
  });

  it('obeys a schema that comes in words', async () => {
    const system =
      'Answer with one valid JSON object and nothing else. It must match this JSON Schema: {"type":"object","properties":{"ok":{"type":"boolean"}}}';
    const answer = await ask({
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: 'Well?' },
      ],
    });
    expect(JSON.parse(String(asObject(first(answer).message).content))).toEqual({ ok: expect.any(Boolean) });
  });
});

describe('tools', () => {
  it('calls once for each of two cities, or once where parallel calls are off', async () => {
    const prompt = 'What is the weather in Paris and in Tokyo?';
    const calls = async (rest: Json) =>
      asArray(asObject(first(await ask({ tools: [WEATHER], ...rest }, prompt)).message).tool_calls);
    const both = (await calls({})).map((call) => JSON.parse(String(asObject(asObject(call).function).arguments)));
    expect(both.map(({ city }) => city)).toEqual(['Paris', 'Tokyo']);
    expect(both.every(({ unit }) => unit === 'celsius' || unit === 'fahrenheit')).toBe(true);
    expect(await calls({ parallel_tool_calls: false })).toHaveLength(1);
    expect(await calls({ tool_choice: 'none' })).toHaveLength(0);
  });

  it('calls where it must, by name or by choice, and not where nothing asks for it', async () => {
    const reason = async (rest: Json, prompt: string) =>
      first(await ask({ tools: [WEATHER], ...rest }, prompt)).finish_reason;
    expect(await reason({}, 'Hello there')).toBe('stop');
    expect(await reason({ tool_choice: 'required' }, 'Hello there')).toBe('tool_calls');
    expect(await reason({ tool_choice: { type: 'function', function: { name: 'get_weather' } } }, 'Hello')).toBe(
      'tool_calls',
    );
    expect(await reason({}, 'Please use get_weather')).toBe('tool_calls');
  });

  it('answers a tool result with text that quotes it', async () => {
    const question = { role: 'user', content: 'Weather in Paris?' };
    const called = asObject(first(await ask({ tools: [WEATHER], messages: [question] })).message);
    const id = asObject(asArray(called.tool_calls)[0]).id;
    const { annotations: _, ...message } = called;
    const result = { role: 'tool', tool_call_id: id, content: '18 degrees and rain' };
    const answer = await ask({ tools: [WEATHER], messages: [question, message, result] });
    expect(asObject(first(answer).message).content).toContain('18 degrees and rain');
  });

  it('knows custom tools and allowed tools', async () => {
    const custom = { type: 'custom', custom: { name: 'run_code' } };
    const answer = await ask({ tools: [custom], tool_choice: 'required' });
    expect(asArray(asObject(first(answer).message).tool_calls)[0]).toMatchObject({
      type: 'custom',
      custom: { name: 'run_code' },
    });
    const choice = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [custom] } };
    const narrowed = await ask({ tools: [WEATHER, custom], tool_choice: choice });
    expect(asArray(asObject(first(narrowed).message).tool_calls)[0]).toMatchObject({ custom: { name: 'run_code' } });
  });
});

describe('a stream', () => {
  const texts = (events: unknown[]) =>
    events.map((event) => asObject(first(asObject(event)).delta).content).filter((text) => typeof text === 'string');

  it('is the same answer in pieces, with [DONE] at the end and no usage unasked', async () => {
    const events = await stream();
    expect(first(asObject(events[0])).delta).toMatchObject({ role: 'assistant' });
    expect(texts(events).join('')).toBe(asObject(first(await ask()).message).content);
    expect(events.at(-1)).toBe('[DONE]');
    expect(first(asObject(events.at(-2))).finish_reason).toBe('stop');
    expect(events.some((event) => 'usage' in asObject(event))).toBe(false);
  });

  it('has usage in a last chunk without choices where asked, and null before', async () => {
    const events = (await stream({ stream_options: { include_usage: true } })).map(asObject);
    const usage = events.at(-2);
    expect(usage?.choices).toEqual([]);
    expect(asObject(usage?.usage).completion_tokens).toBe(texts(events).length - 1);
    expect(events.slice(0, -2).every((event) => event.usage === null)).toBe(true);
  });

  it('pads against traffic analysis unless told not to', async () => {
    expect(asObject((await stream())[1]).obfuscation).toEqual(expect.any(String));
    const plain = await stream({ stream_options: { include_obfuscation: false } });
    expect(plain.every((event) => !('obfuscation' in asObject(event)))).toBe(true);
  });

  it('streams reasoning first, log probabilities with each token, and choices side by side', async () => {
    const events = (await stream({ reasoning_effort: 'low', logprobs: true, n: 2, max_tokens: 40 })).map(asObject);
    const deltas = events.map((event) => asObject(first(event).delta));
    expect(deltas.findIndex((delta) => 'reasoning_content' in delta)).toBe(2);
    const withContent = events.filter((event) => Boolean(asObject(first(event).delta).content));
    expect(withContent.every((event) => asArray(asObject(first(event).logprobs).content).length === 1)).toBe(true);
    expect(new Set(events.slice(0, -1).map((event) => first(event).index))).toEqual(new Set([0, 1]));
  });

  it('streams tool calls as a start and pieces of arguments', async () => {
    const events = await stream({ tools: [WEATHER] }, 'Weather in Rome?');
    const calls = events.flatMap((event) => asArray(asObject(first(asObject(event)).delta).tool_calls)).map(asObject);
    expect(calls[0]).toMatchObject({ index: 0, type: 'function', function: { name: 'get_weather', arguments: '' } });
    const pieces = calls.map((call) => asObject(call.function).arguments).join('');
    expect(JSON.parse(pieces).city).toBe('Rome');
    expect(first(asObject(events.at(-2))).finish_reason).toBe('tool_calls');
  });
});

it('lists models', async () => {
  const response = await fetch(`${sandbox().openai.url}/models`, { headers: HEADERS.openai });
  expect(asArray(asObject(await response.json()).data).length).toBeGreaterThan(0);
});
