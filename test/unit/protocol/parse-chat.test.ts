import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChat } from '../../../protocol/parse-chat.ts';

const user = { role: 'user', content: 'Hello' };
const parse = (body: Record<string, unknown>) => parseChat({ model: 'app/chat', messages: [user], ...body });

function accepted(body: Record<string, unknown>) {
  const parsed = parse(body);
  if (!parsed.ok) throw new Error(`${parsed.param}: ${parsed.message}`);
  return parsed.chat;
}

describe('what is read', () => {
  it('takes a body of every documented parameter', () => {
    const chat = accepted({
      audio: { voice: 'alloy', format: 'mp3' },
      frequency_penalty: 0.5,
      function_call: 'auto',
      functions: [{ name: 'g' }],
      logit_bias: { 50256: -100 },
      logprobs: true,
      max_completion_tokens: 10,
      max_tokens: 10,
      metadata: { feature: 'chat' },
      modalities: ['text'],
      moderation: { model: 'm' },
      n: 2,
      parallel_tool_calls: true,
      prediction: { type: 'content', content: 'x' },
      presence_penalty: -0.5,
      prompt_cache_key: 'k',
      prompt_cache_options: { mode: 'explicit' },
      prompt_cache_retention: '24h',
      reasoning_effort: 'low',
      response_format: { type: 'text' },
      safety_identifier: 's',
      seed: 7,
      service_tier: 'flex',
      stop: 'END',
      store: true,
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      temperature: 1,
      tool_choice: 'auto',
      tools: [{ type: 'function', function: { name: 'f' } }],
      top_logprobs: 5,
      top_p: 0.9,
      user: 'u',
      verbosity: 'low',
      web_search_options: {},
    });
    expect(chat).toMatchObject({ model: 'app/chat', maxOutputTokens: 10, includeUsage: true, stop: ['END'], n: 2 });
    expect(Object.keys(chat.rest).sort()).toEqual([
      'audio',
      'function_call',
      'functions',
      'modalities',
      'moderation',
      'prediction',
      'prompt_cache_key',
      'prompt_cache_options',
      'prompt_cache_retention',
      'safety_identifier',
      'service_tier',
      'store',
      'verbosity',
      'web_search_options',
    ]);
  });

  it('takes null for "not given" everywhere, and zero caps too', () => {
    const names = [
      'temperature',
      'top_p',
      'n',
      'stop',
      'seed',
      'tools',
      'tool_choice',
      'response_format',
      'stream',
      'stream_options',
    ];
    const nothing = Object.fromEntries(
      [...names, 'metadata', 'logit_bias', 'user', 'store', 'xyz'].map((name) => [name, null]),
    );
    expect(accepted(nothing)).toEqual(accepted({}));
    expect(accepted({ max_tokens: 0, max_completion_tokens: null })).toEqual(accepted({}));
    expect(accepted({ max_tokens: 0, max_completion_tokens: 5 }).maxOutputTokens).toBe(5);
    expect(accepted({ max_tokens: 7 }).maxOutputTokens).toBe(7);
    expect(accepted({ tools: [], stop: [] })).toEqual(accepted({}));
  });

  it('keeps messages as they are where nothing has to go', () => {
    const messages = [
      { role: 'system', content: 'S' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'T' },
          { type: 'image_url', image_url: { url: 'https://a.example/b', detail: 'low' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'R' },
    ];
    expect(accepted({ messages }).messages).toBe(messages);
  });

  it('takes unknown fields out of messages, parts, calls and tools, and says which', () => {
    const chat = accepted({
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'T', cache_control: {} }], cache_control: {}, tool_calls: 5 },
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;,', detail: null, x: 1 } }] },
        {
          role: 'assistant',
          content: 'A',
          refusal: null,
          annotations: [],
          tool_calls: [
            { index: 0, id: 'c', function: { name: 'f', arguments: '', parsed_arguments: {} }, thought: 't' },
          ],
        },
        { role: 'tool', tool_call_id: 'c', content: 'R', name: 'f' },
      ],
      tools: [{ type: 'function', cache_control: {}, function: { name: 'f', description: null, strict: true, y: 1 } }],
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {}, z: 1 }, w: 2 },
    });
    expect(chat.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'T' }] },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;,' } }] },
      {
        role: 'assistant',
        content: 'A',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'R' },
    ]);
    expect(chat.tools).toEqual([{ type: 'function', function: { name: 'f', strict: true } }]);
    expect(chat.response_format).toEqual({ type: 'json_schema', json_schema: { name: 'n', schema: {} } });
    expect(chat.strippedFields).toEqual([
      'messages[].content[].cache_control',
      'messages[].cache_control',
      'messages[].tool_calls',
      'messages[].content[].image_url.x',
      'messages[].tool_calls[].thought',
      'messages[].name',
      'tools[].function.y',
      'tools[].cache_control',
      'response_format.json_schema.z',
      'response_format.w',
    ]);
  });

  it('drops the empty list of calls that SDKs keep in the history', () => {
    const messages = [{ role: 'assistant', content: 'A', tool_calls: [] }];
    expect(accepted({ messages })).toMatchObject({ messages: [{ role: 'assistant', content: 'A' }] });
    expect(accepted({ messages }).messages[0]).not.toHaveProperty('tool_calls');
  });

  it('knows the functions of 2023', () => {
    const chat = accepted({
      functions: [{ name: 'f', parameters: {} }],
      function_call: { name: 'f' },
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}', x: 1 } },
        { role: 'function', name: 'f', content: null },
      ],
    });
    expect(chat).toMatchObject({ legacyFunctions: true, parallel_tool_calls: false, rest: {} });
    expect(chat.tools).toEqual([{ type: 'function', function: { name: 'f', parameters: {} } }]);
    expect(chat.tool_choice).toEqual({ type: 'function', function: { name: 'f' } });
    const call = { id: 'call_legacy_0', type: 'function', function: { name: 'f', arguments: '{}' } };
    expect(chat.messages).toEqual([
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_legacy_0', content: '' },
    ]);
  });
});

const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

describe('what is refused', () => {
  it.each([
    ['model', { model: 7 }, /string.*is 7/],
    ['model', { model: '' }, /app\/chat/],
    ['messages', { messages: [] }, /at least one.*empty array/],
    ['messages', { messages: {} }, /array.*an object/],
    ['messages', { messages: null }, /array/],
    ['messages[0]', { messages: ['hi'] }, /object such as.*a string/],
    ['messages[1].role', { messages: [user, { role: 'robot', content: 'x' }] }, /"assistant"/],
    ['messages[0].role', { messages: [{ content: 'x' }] }, /missing/],
    ['messages[0].content', { messages: [{ role: 'user', content: null }] }, /string or an array.*null/],
    ['messages[0].content', { messages: [{ role: 'user', content: [] }] }, /empty array/],
    ['messages[0].content', { messages: [{ role: 'assistant', content: null }] }, /unless/],
    ['messages[0].content[0]', { messages: [{ role: 'user', content: ['x'] }] }, /object such as/],
    [
      'messages[0].content[0].type',
      { messages: [{ role: 'user', content: [{ type: 'video' }] }] },
      /"text", "image_url"/,
    ],
    [
      'messages[0].content[0].type',
      { messages: [{ role: 'system', content: [{ type: 'image_url' }] }] },
      /one of "text"/,
    ],
    ['messages[0].content[0].text', { messages: [{ role: 'user', content: [{ type: 'text' }] }] }, /string.*missing/],
    [
      'messages[0].content[0].image_url',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 'x' }] }] },
      /object such as/,
    ],
    [
      'messages[0].content[0].image_url.url',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }] }] },
      /https?:/,
    ],
    [
      'messages[0].content[0].input_audio.data',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
      /base64/,
    ],
    [
      'messages[0].content[0].file.file_id',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 1 } }] }] },
      /string/,
    ],
    ['messages[0].tool_call_id', { messages: [{ role: 'tool', content: 'x' }] }, /id of the tool call/],
    ['messages[0].tool_calls', { messages: [{ role: 'assistant', tool_calls: {} }] }, /array/],
    [
      'messages[0].tool_calls[0].id',
      { messages: [{ role: 'assistant', tool_calls: [{ ...call, id: undefined }] }] },
      /string/,
    ],
    [
      'messages[0].tool_calls[0].function.arguments',
      { messages: [{ role: 'assistant', tool_calls: [{ ...call, function: { name: 'f', arguments: {} } }] }] },
      /string of JSON/,
    ],
    ['messages[0].name', { messages: [{ ...user, name: 1 }] }, /string/],
    ['stream', { stream: 'yes' }, /true or false/],
    ['stream_options', { stream_options: true }, /include_usage/],
    ['stream_options.include_usage', { stream_options: { include_usage: 1 } }, /true or false/],
    ['temperature', { temperature: 2.5 }, /0 to 2.*2.5/],
    ['temperature', { temperature: Number.NaN }, /number/],
    ['temperature', JSON.parse('{"temperature":1e999}'), /Infinity/],
    ['top_p', { top_p: '1' }, /number/],
    ['n', { n: 0 }, /1 to 128/],
    ['n', { n: 1.5 }, /1 to 128/],
    ['n', { n: 129 }, /1 to 128/],
    ['seed', { seed: 1.5 }, /integer/],
    ['max_tokens', { max_tokens: -1 }, /positive integer/],
    ['max_tokens', { max_tokens: 1.5 }, /positive integer/],
    ['max_completion_tokens', { max_completion_tokens: '5' }, /positive integer/],
    ['max_completion_tokens', { max_completion_tokens: Number.NaN }, /positive integer/],
    ['max_tokens', { max_tokens: 5, max_completion_tokens: 6 }, /\(5\) and max_completion_tokens \(6\) differ/],
    ['stop', { stop: ['1', '2', '3', '4', '5'] }, /4/],
    ['stop[1]', { stop: ['1', 2] }, /string/],
    ['stop', { stop: {} }, /string/],
    ['logit_bias', { logit_bias: [] }, /object/],
    ['logit_bias.hello', { logit_bias: { hello: '1' } }, /-100 to 100/],
    ['logit_bias.1', { logit_bias: { 1: 101 } }, /-100 to 100/],
    ['metadata', { metadata: [] }, /object of strings/],
    ['metadata.a', { metadata: { a: 1 } }, /string/],
    ['tools', { tools: {} }, /array/],
    ['tools[0].type', { tools: [{ type: 'web_search' }] }, /must be "function" or "custom"/],
    ['tools[0].function.name', { tools: [{ type: 'function', function: {} }] }, /string/],
    [
      'tools[0].function.parameters',
      { tools: [{ type: 'function', function: { name: 'f', parameters: [] } }] },
      /JSON Schema/,
    ],
    ['tool_choice', { tool_choice: 'always' }, /"none", "auto", "required"/],
    ['tool_choice.function.name', { tool_choice: { type: 'function' } }, /string/],
    [
      'tool_choice.allowed_tools.mode',
      { tool_choice: { type: 'allowed_tools', allowed_tools: {} } },
      /"auto" or "required"/,
    ],
    ['response_format.type', { response_format: { type: 'xml' } }, /"json_schema"/],
    ['response_format.json_schema.name', { response_format: { type: 'json_schema', json_schema: {} } }, /string/],
    ['functions[0].name', { functions: [{}] }, /string/],
    ['function_call', { functions: [{ name: 'f' }], function_call: 'always' }, /"none", "auto"/],
    ['store', { store: 'no' }, /true or false/],
  ] as [string, Record<string, unknown>, RegExp][])('%s of %j', (param, body, message) => {
    const parsed = parse(body);
    expect(parsed).toMatchObject({ ok: false, param });
    expect(!parsed.ok && parsed.message).toMatch(message);
  });

  it('free-form JSON that is deep enough to break who walks it', () => {
    const tool = { type: 'function', function: { name: 'f', parameters: deep(5000) } };
    expect(parse({ tools: [tool] })).toMatchObject({ ok: false, param: 'tools[0].function.parameters' });
    expect(parse({ anything: deep(5000) })).toMatchObject({ ok: false, param: 'anything' });
    expect(parse({ anything: deep(100) })).toMatchObject({ ok: true });
    const prompt = { role: 'user', content: 'x', junk: deep(5000) };
    expect(parse({ messages: [prompt] })).toMatchObject({
      ok: true,
      chat: { messages: [{ role: 'user', content: 'x' }] },
    });
  });

  it.each([null, undefined, 1, 'x', true, [], [[]]])('a body that is %j', (body) => {
    expect(parseChat(body)).toMatchObject({ ok: false, param: '' });
  });

  it('never repeats what the caller wrote', () => {
    const parsed = parse({ messages: [{ role: 'secret-role', content: 'secret' }] });
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
});

describe('whatever comes', () => {
  it('never throws, and leaves every prototype alone', () => {
    const body = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom(
          'model',
          'messages',
          'tools',
          'tool_choice',
          'stop',
          'n',
          'response_format',
          'functions',
          'metadata',
          '__proto__',
          'constructor',
        ),
        fc.jsonValue(),
      ),
      fc
        .jsonValue()
        .map((part) => ({ model: 'm', messages: [{ role: 'user', content: [part] }, part], tools: [part] })),
    );
    fc.assert(
      fc.property(body, (value) => {
        const parsed = parseChat(JSON.parse(JSON.stringify(value)));
        if (parsed.ok) {
          expect(Object.getPrototypeOf(parsed.chat)).toBe(Object.prototype);
          expect(Object.getPrototypeOf(parsed.chat.rest)).toBe(Object.prototype);
        } else expect(parsed.message).not.toBe('');
      }),
      { numRuns: 500 },
    );
    expect({}).not.toHaveProperty('polluted');
  });

  it('names __proto__ instead of obeying it', () => {
    const chat = accepted(
      JSON.parse(
        '{"__proto__":{"polluted":true},"messages":[{"role":"user","content":"x","__proto__":{"role":"system"}}]}',
      ),
    );
    expect(chat.strippedFields?.toSorted()).toEqual(['__proto__', 'messages[].__proto__']);
    expect(chat.messages).toEqual([{ role: 'user', content: 'x' }]);
    expect(chat.rest).toEqual({});
  });
});
