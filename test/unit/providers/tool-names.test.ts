import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChat } from '../../../protocol/parse-chat.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { sendableNames } from '../../../worker/providers/shared/tool-names.ts';
import { chat, target } from './chats.ts';
import { throughDoor } from './functions-client.ts';

type Json = Record<string, unknown>;

const LONG = `${'a'.repeat(70)}`;
const STRANGE = ['db.query', 'db query', 'a/b', 'wetter_für', '查询', '🔧', LONG, '.', '__proto__.x', 'a"b'];
const TAKEN_EVERYWHERE = /^[a-zA-Z0-9_-]{1,64}$/;

const tool = (name: string) => ({ type: 'function', function: { name, parameters: { type: 'object' } } });
const call = (id: string, name: string) => ({ id, type: 'function', function: { name, arguments: '{}' } });
const asked = (names: string[], more: Json = {}) =>
  chat({
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, tool_calls: names.map((name, index) => call(`c${index}`, name)) },
      ...names.map((_, index) => ({ role: 'tool', tool_call_id: `c${index}`, content: 'ok' })),
    ],
    tools: names.map(tool),
    ...more,
  });

/** All names that are sent: of tools, of calls in the history, of the tool choice. */
function namesSent(format: 'openai' | 'anthropic', request: ReturnType<typeof asked>, customTools = false) {
  const { body } = adapterFor(format).request(request, target({ customTools }, { model: 'claude-haiku-4-5' }));
  const { tools = [], messages, tool_choice: choice } = JSON.parse(body);
  if (format === 'anthropic') {
    const uses = messages.flatMap(({ content }: { content: Json[] }) =>
      content.filter(({ type }) => type === 'tool_use'),
    );
    return { tools: tools.map(nameOf), calls: uses.map(nameOf), choice: choice?.name };
  }
  const calls = messages.flatMap(({ tool_calls: made = [] }: Json) => made as Json[]);
  return { tools: tools.map(nameOf), calls: calls.map(nameOf), choice: choice && nameOf(choice) };
}
const nameOf = (one: Json): unknown => one.name ?? ((one.function ?? one.custom) as Json | undefined)?.name;

describe.each(['openai', 'anthropic'] as const)('names of tools, for %s', (format) => {
  it.each(STRANGE)('%s is mended wherever it stands, alike', (name) => {
    const request = asked([name, 'fine_1'], { tool_choice: { type: 'function', function: { name } } });
    const sent = namesSent(format, request);
    expect(sent.tools[0]).toMatch(TAKEN_EVERYWHERE);
    expect(sent).toEqual({ tools: [sent.tools[0], 'fine_1'], calls: [sent.tools[0], 'fine_1'], choice: sent.tools[0] });
  });

  it('no two become one, and a good name keeps what it is', () => {
    const names = ['db.query', 'db_query', 'db/query', 'db query', `${LONG}x`, `${LONG}y`, LONG];
    const { tools, calls } = namesSent(format, asked(names));
    expect(new Set(tools).size).toBe(names.length);
    expect(tools[1]).toBe('db_query');
    expect(calls).toEqual(tools);
  });

  it('a choice of allowed tools allows none that only becomes alike', () => {
    const allowed = {
      mode: 'auto',
      tools: ['db_query', 'fine'].map((name) => ({ type: 'function', function: { name } })),
    };
    const request = asked(['db.query', 'fine'], { tool_choice: { type: 'allowed_tools', allowed_tools: allowed } });
    expect(namesSent(format, request).tools).toEqual(['fine']);
  });

  it('a history without its tools is mended too', () => {
    const { tools: _, ...request } = asked(['db.query']);
    expect(namesSent(format, request).calls).toEqual(['db_query']);
  });

  it('allowed tools are still found', () => {
    const allowed = { mode: 'required', tools: [{ type: 'function', function: { name: 'db.query' } }] };
    const request = asked(['db.query', 'other.one'], {
      tool_choice: { type: 'allowed_tools', allowed_tools: allowed },
    });
    expect(namesSent(format, request).tools).toEqual(['db_query']);
  });

  it('good names leave the request as it is', () => {
    expect(sendableNames(asked(['get_weather', 'a-b', 'A1']))).toBeUndefined();
  });
});

it('custom tools and calls are mended, and their answers', () => {
  const request = chat({
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'run.it', input: 'x' } }] },
      { role: 'tool', tool_call_id: 'c', content: 'ok' },
    ],
    tools: [{ type: 'custom', custom: { name: 'run.it' } }],
    tool_choice: { type: 'custom', custom: { name: 'run.it' } },
  });
  expect(namesSent('openai', request, true)).toEqual({ tools: ['run_it'], calls: ['run_it'], choice: 'run_it' });
});

const completion = (message: Json) =>
  JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] });
const chunk = (delta: Json, finish_reason: string | null = null) =>
  JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason }] });

describe("the answer has the client's names again", () => {
  const request = asked(['db.query', 'db_query']);
  const [mended] = namesSent('openai', request).tools;

  it("in OpenAI's whole answers, all else untouched", () => {
    const message = {
      role: 'assistant',
      content: null,
      tool_calls: [call('1', mended), call('2', 'db_query'), call('3', 'new')],
    };
    const reply = adapterFor('openai').reply(completion(message), request, 0);
    const expected = { ...message, tool_calls: [call('1', 'db.query'), call('2', 'db_query'), call('3', 'new')] };
    expect(reply).toMatchObject({ ok: true, body: completion(expected) });
    const plain = completion({ role: 'assistant', content: `about ${mended} tool_calls` });
    expect(adapterFor('openai').reply(plain, request, 0)).toMatchObject({ body: plain });
  });

  it("in OpenAI's streams", () => {
    const stream = adapterFor('openai').stream(request, 0);
    const calls = (name: string) => ({ role: 'assistant', tool_calls: [{ index: 0, ...call('1', name) }] });
    expect(stream.event(undefined, chunk(calls(mended)))).toMatchObject([{ data: chunk(calls('db.query')) }]);
    expect(stream.event(undefined, chunk({}, 'tool_calls'))).toMatchObject([{ data: chunk({}, 'tool_calls') }]);
    expect(stream.complete).toBe(true);
  });

  it("in Anthropic's, whole and streamed", () => {
    const use = { type: 'tool_use', id: 't', name: mended, input: {} };
    const whole = JSON.stringify({ id: 'm', model: 'm', content: [use], stop_reason: 'tool_use', usage: {} });
    const reply = adapterFor('anthropic').reply(whole, request, 0);
    expect(reply.ok && JSON.parse(reply.body).choices[0].message.tool_calls[0].function.name).toBe('db.query');
    const stream = adapterFor('anthropic').stream(request, 0);
    stream.event(
      undefined,
      '{"type":"message_start","message":{"id":"m","model":"m","usage":{"input_tokens":1,"output_tokens":1}}}',
    );
    const [step] = stream.event(
      undefined,
      JSON.stringify({ type: 'content_block_start', index: 0, content_block: use }),
    );
    expect(step?.kind === 'chunk' && JSON.parse(step.data).choices[0].delta.tool_calls[0].function.name).toBe(
      'db.query',
    );
  });

  it('in the words of clients that speak of functions', () => {
    const parsed = parseChat({
      model: 'app/chat',
      messages: [{ role: 'user', content: 'Hi' }],
      functions: [{ name: 'db.query' }],
      function_call: { name: 'db.query' },
    });
    if (!parsed.ok) throw new Error(parsed.message);
    const reply = throughDoor(adapterFor('openai')).reply(
      completion({ role: 'assistant', tool_calls: [call('1', 'db_query')] }),
      parsed.chat,
      0,
    );
    expect(reply.ok && JSON.parse(reply.body).choices[0].message.function_call.name).toBe('db.query');
  });
});

it('whatever the names: all are taken everywhere, each is another, and each comes back', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }),
    fc.constantFrom(...STRANGE),
    fc.stringMatching(/^[ab._]{1,3}$/),
  );
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), (names) => {
      const request = asked(names);
      for (const format of ['openai', 'anthropic'] as const) {
        const { tools } = namesSent(format, request);
        expect(new Set(tools).size).toBe(names.length);
        for (const sent of tools) expect(sent).toMatch(TAKEN_EVERYWHERE);
        const calls = tools.map((sent: string, index: number) => call(`c${index}`, sent));
        const reply = adapterFor('openai').reply(completion({ tool_calls: calls }), request, 0);
        if (!reply.ok) throw new Error(reply.failure.message);
        expect(JSON.parse(reply.body).choices[0].message.tool_calls.map(nameOf)).toEqual(names);
      }
    }),
  );
});

it('ten thousand names that all want to be one are mended in no time to speak of', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `${'x'.repeat(64)}${index}`);
  const mended = sendableNames(chat({ tools: names.map(tool) }));
  expect(new Set(mended?.values()).size).toBe(10_000);
});
