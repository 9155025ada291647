import { describe, expect, it } from 'vitest';
import { asArray, asObject, type Json } from '../../../sandbox/json.ts';
import { bodyFor, HEADERS, post, postJson, postStream, useSandbox } from './support.ts';

const sandbox = useSandbox();
const WEATHER = {
  name: 'get_weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const ask = (rest: Json = {}, prompt?: string) => postJson(sandbox(), 'anthropic', bodyFor('anthropic', rest, prompt));
const stream = async (rest: Json = {}, prompt?: string) =>
  (await postStream(sandbox(), 'anthropic', bodyFor('anthropic', rest, prompt))).map(asObject);
const blocks = (answer: Json) => asArray(answer.content).map(asObject);

describe('a whole message', () => {
  it('quotes the prompt, and counts what it made', async () => {
    const answer = await ask();
    expect(answer).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn', stop_sequence: null });
    expect(blocks(answer)[0]?.text).toContain('How do I pack for Lisbon');
    expect(answer.usage).toMatchObject({ input_tokens: 7, output_tokens: sandbox().counts().anthropic.outputTokens });
  });

  it('stops at the cap and at a stop sequence', async () => {
    const short = await ask({ max_tokens: 6 });
    expect(short).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 6 } });
    const stopped = await ask({ stop_sequences: ['Lisbon'] });
    expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'Lisbon' });
    expect(blocks(stopped)[0]?.text).not.toContain('Lisbon');
  });

  it('thinks before it answers, signed, or hides what it thought', async () => {
    const shown = await ask({ thinking: { type: 'enabled', budget_tokens: 1024 } });
    expect(blocks(shown).map((block) => block.type)).toEqual(['thinking', 'text']);
    expect(blocks(shown)[0]).toMatchObject({
      thinking: expect.stringMatching(/\w/),
      signature: expect.stringMatching(/\w/),
    });
    const hidden = await ask({ thinking: { type: 'adaptive', display: 'omitted' } });
    expect(blocks(hidden)[0]).toMatchObject({ type: 'thinking', thinking: '' });
    expect(hidden.usage).toEqual(shown.usage);
  });

  it('calls tools, and answers their results', async () => {
    const question = { role: 'user', content: 'Weather in Paris and Oslo?' };
    const called = await ask({ tools: [WEATHER], messages: [question] });
    expect(called.stop_reason).toBe('tool_use');
    expect(blocks(called).map((block) => block.input)).toEqual([{ city: 'Paris' }, { city: 'Oslo' }]);
    const results = blocks(called).map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'five degrees' }));
    const turns = [question, { role: 'assistant', content: called.content }, { role: 'user', content: results }];
    expect(blocks(await ask({ tools: [WEATHER], messages: turns }))[0]?.text).toContain('five degrees');
    const single = await ask({
      tools: [WEATHER],
      messages: [question],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    });
    expect(blocks(single)).toHaveLength(1);
    expect((await ask({ tools: [WEATHER], tool_choice: { type: 'any' } })).stop_reason).toBe('tool_use');
    expect((await ask({ tools: [WEATHER], messages: [question], tool_choice: { type: 'none' } })).stop_reason).toBe(
      'end_turn',
    );
  });

  it('fits a schema', async () => {
    const format = { type: 'json_schema', schema: { type: 'object', properties: { ok: { type: 'boolean' } } } };
    const answer = await ask({ output_config: { format } });
    expect(JSON.parse(String(blocks(answer)[0]?.text))).toEqual({ ok: expect.any(Boolean) });
  });

  it('counts images, and cached beginnings where cache_control asks for it', async () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
    const content = [
      { type: 'image', source },
      { type: 'text', text: 'What?' },
    ];
    expect((await ask({ messages: [{ role: 'user', content }] })).usage).toMatchObject({ input_tokens: 765 + 2 });
    const long = 'The same long instructions, again and again. '.repeat(200);
    const system = [{ type: 'text', text: long, cache_control: { type: 'ephemeral' } }];
    const written = asObject((await ask({ system })).usage);
    expect(written.cache_creation_input_tokens).toBeGreaterThan(1024);
    expect(written.cache_read_input_tokens).toBe(0);
    const read = asObject((await ask({ system }, 'Another question?')).usage);
    expect(read.cache_read_input_tokens).toBeGreaterThan(1024);
    expect((await ask({ system: long })).usage).toMatchObject({ cache_read_input_tokens: 0 });
  });

  it('keeps what ends at a mark of its own, charges for writing it, and takes four marks', async () => {
    sandbox().setPrices('anthropic', { cacheWriteUsdPerMillion: 100 });
    const mark = { cache_control: { type: 'ephemeral' } };
    const tools = [{ ...WEATHER, description: 'Rain, wind and sun. '.repeat(300), ...mark }];
    const system = (city: string) => [{ type: 'text', text: `You are in ${city}. `.repeat(300), ...mark }];
    const usage = async (rest: Json) => asObject((await ask({ tools, tool_choice: { type: 'none' }, ...rest })).usage);
    const both = await usage({ system: system('Oslo') });
    expect(sandbox().counts().anthropic.billedMicroUsd).toBeGreaterThan(Number(both.cache_creation_input_tokens) * 100);
    const other = await usage({ system: system('Rome') });
    expect(other.cache_read_input_tokens).toBeGreaterThan(1024);
    expect(other.cache_creation_input_tokens).toBeGreaterThan(1024);
    const again = await usage({ system: system('Oslo') });
    expect([again.cache_read_input_tokens, again.cache_creation_input_tokens]).toEqual([
      both.cache_creation_input_tokens,
      0,
    ]);
    const many = Array.from({ length: 4 }, () => ({ type: 'text', text: 'x', ...mark }));
    const refused = await post(sandbox(), 'anthropic', bodyFor('anthropic', { tools, system: many }));
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('Found 5.')]);
  });
});

describe('a stream', () => {
  it('has every event in its order, and the same text', async () => {
    const events = await stream();
    const types = events.map((event) => event.type).filter((type, index, all) => type !== all[index - 1]);
    const around = ['message_start', 'content_block_start', 'ping', 'content_block_delta', 'content_block_stop'];
    expect(types).toEqual([...around, 'message_delta', 'message_stop']);
    const text = events.map((event) => asObject(event.delta).text ?? '').join('');
    expect(text).toBe(blocks(await ask())[0]?.text);
    expect(events[0]?.message).toMatchObject({ content: [], usage: { input_tokens: 7, output_tokens: 1 } });
    const outputTokens = events.filter((event) => event.type === 'content_block_delta').length;
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'end_turn' }, usage: { output_tokens: outputTokens } });
  });

  it('names each event', async () => {
    const response = await post(sandbox(), 'anthropic', bodyFor('anthropic', { stream: true, max_tokens: 3 }));
    const pairs = (await response.text()).trim().split('\n\n');
    for (const pair of pairs) {
      const [name, data] = pair.split('\n');
      expect(name).toBe(`event: ${JSON.parse(String(data).slice(6)).type}`);
    }
  });

  it('streams thinking with its signature, then tool input in pieces', async () => {
    const events = await stream(
      { tools: [WEATHER], thinking: { type: 'enabled', budget_tokens: 2000 } },
      'Weather in Bonn or Rome?',
    );
    const deltas = events
      .map((event) => asObject(event.delta).type)
      .filter((type, index, all) => type && type !== all[index - 1]);
    expect(deltas).toEqual(['thinking_delta', 'signature_delta', 'input_json_delta']);
    const json = events.map((event) => asObject(event.delta).partial_json ?? '').join('');
    expect(JSON.parse(json)).toEqual({ city: 'Rome' });
    expect(asObject(asObject(events.at(-2)).usage).output_tokens_details).toEqual({
      thinking_tokens: expect.any(Number),
    });
  });
});

it('lists models', async () => {
  const response = await fetch(`${sandbox().anthropic.url}/models`, { headers: HEADERS.anthropic });
  expect(asArray(asObject(await response.json()).data).length).toBeGreaterThan(0);
});
