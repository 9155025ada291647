import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropic } from '../../../worker/providers/anthropic/adapter.ts';
import { messages as anyMessages } from './arbitraries.ts';
import { bodyOf, chat, target } from './chats.ts';

interface Block {
  type: string;
  text?: string;
  id?: string;
  tool_use_id?: string;
  name?: string;
  input?: unknown;
  content?: Block[];
  source?: Record<string, string>;
  cache_control?: unknown;
}
interface Body {
  system?: Block[];
  messages: { role: string; content: Block[] }[];
  [field: string]: unknown;
}

const send = (body: Record<string, unknown>, model = 'claude-haiku-4-5', changes = {}) => {
  const outgoing = anthropic.request(
    chat(body),
    target({ headers: { 'anthropic-version': '2023-06-01' } }, { model, ...changes }),
  );
  return { body: bodyOf(outgoing) as Body, dropped: outgoing.dropped, outgoing };
};
const text = (content: string) => ({ type: 'text', text: content });

describe('messages', () => {
  it('moves system and developer messages to the front, in order', () => {
    const { body } = send({
      messages: [
        { role: 'system', content: 'One' },
        { role: 'user', content: 'Hi' },
        { role: 'developer', content: [text('Two')] },
      ],
    });
    expect(body.system).toEqual([text('One'), text('Two')]);
    expect(body.messages).toEqual([{ role: 'user', content: [text('Hi')] }]);
  });

  it('makes one turn of neighbours, and puts tool results first in theirs', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{"a":1}' } });
    const { body } = send({
      messages: [
        { role: 'user', content: 'Go' },
        { role: 'assistant', content: 'On it', tool_calls: [call('call_1'), call('functions.f:2')] },
        { role: 'tool', tool_call_id: 'call_1', content: 'first' },
        { role: 'tool', tool_call_id: 'functions.f:2', content: '' },
        { role: 'user', content: 'And?' },
        { role: 'user', content: '  ' },
      ],
    });
    expect(body.messages).toEqual([
      { role: 'user', content: [text('Go')] },
      {
        role: 'assistant',
        content: [
          text('On it'),
          { type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 } },
          { type: 'tool_use', id: 'functions_f_2', name: 'f', input: { a: 1 } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: [text('first')] },
          { type: 'tool_result', tool_use_id: 'functions_f_2' },
          text('And?'),
        ],
      },
    ]);
    expect(body).toMatchObject({ tools: [{ name: 'f' }], tool_choice: { type: 'none' } });
  });

  it('puts a result first although the user spoke before it', () => {
    const { body } = send({
      messages: [
        { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: 'oops' } }] },
        { role: 'user', content: 'Wait' },
        { role: 'tool', tool_call_id: 'c', content: 'R' },
      ],
    });
    expect(body.messages[0]?.content[0]?.input).toEqual({ arguments: 'oops' });
    expect(body.messages[1]?.content.map(({ type }) => type)).toEqual(['tool_result', 'text']);
  });

  it.each([
    ['https://a.example/b.png', { type: 'url', url: 'https://a.example/b.png' }],
    ['data:image/jpg;base64,AAAA', { type: 'base64', media_type: 'image/jpeg', data: 'AAAA' }],
    ['data:image/webp;charset=x;base64,BB+/', { type: 'base64', media_type: 'image/webp', data: 'BB+/' }],
  ])('sends the image %s', (url, source) => {
    const { body } = send({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] });
    expect(body.messages[0]?.content).toEqual([{ type: 'image', source }]);
  });

  it('names parts that have no form there', () => {
    const content = [text('x'), { type: 'image_url', image_url: { url: 'data:image/svg+xml,<svg/>' } }];
    expect(send({ messages: [{ role: 'user', content, name: 'Ada' }] }).dropped).toEqual([
      'messages[].content[].image_url',
      'messages[].name',
    ]);
  });

  it('trims a prefill where the model continues it, and asks where it does not', () => {
    const messages = [
      { role: 'user', content: 'Sun?' },
      { role: 'assistant', content: 'It is ( \n' },
    ];
    expect(send({ messages }).body.messages.at(-1)).toEqual({ role: 'assistant', content: [text('It is (')] });
    expect(send({ messages }, 'claude-sonnet-5').body.messages.at(-1)?.role).toBe('user');
  });

  it('keeps every text, image, call and result, in order, whatever the conversation', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const { body, outgoing } = send({ messages });
        // Nothing but blanks, or an empty question at the end.
        if (outgoing.unsendable !== undefined) return;
        const all = [...(body.system ?? []), ...body.messages.flatMap(({ content }) => content)];
        expect(all.length > 0 ? all.map(({ type }) => type) : ['text']).not.toContain(undefined);
        for (const [index, turn] of body.messages.entries()) {
          expect(turn.role).not.toBe(body.messages[index + 1]?.role);
          expect(turn.content.length).toBeGreaterThan(0);
        }
        const texts = all.flatMap((block) => [block, ...(block.content ?? [])]).flatMap(({ text: said }) => said ?? []);
        expect(texts.every((said) => said.trim() !== '')).toBe(true);
        const given = messages.flatMap(textsOf).filter((said) => said.trim() !== '');
        expect(texts.map((said) => said.trimEnd()).sort()).toEqual(given.map((said) => said.trimEnd()).sort());
        const calls = messages.flatMap((message) => ('tool_calls' in message ? message.tool_calls : []));
        const uses = all.filter(({ type }) => type === 'tool_use');
        expect(uses.map(({ id, name, input }) => [id, name, input])).toEqual(
          calls.map(({ id, function: called }) => [id, called.name, JSON.parse(called.arguments)]),
        );
        expect(all.filter(({ type }) => type === 'tool_result').map((block) => block.tool_use_id)).toEqual(
          calls.map(({ id }) => id),
        );
        const images = messages
          .flatMap(({ content }) => (Array.isArray(content) ? content : []))
          .filter((part) => part.type === 'image_url');
        expect(all.filter(({ type }) => type === 'image')).toHaveLength(images.length);
      }),
    );
  });
});

type AnyMessage = { content?: unknown };
const textsOf = ({ content }: AnyMessage): string[] => {
  if (typeof content === 'string') return [content];
  return Array.isArray(content) ? content.flatMap((part: { text?: string }) => part.text ?? []) : [];
};

describe('options', () => {
  it('always caps the output', () => {
    expect(send({}).body.max_tokens).toBe(4096);
    expect(send({ max_tokens: 9 }).body.max_tokens).toBe(9);
  });

  it('brings temperature into range where a model takes one, and names it where none does', () => {
    const hot = { temperature: 1.7, top_p: 0.5 };
    expect(send(hot)).toMatchObject({ body: { temperature: 1 }, dropped: ['temperature', 'top_p'] });
    expect(send({ temperature: 1 })).toMatchObject({ body: { temperature: 1 }, dropped: [] });
    expect(send({ top_p: 0.5 }).body.top_p).toBe(0.5);
    expect(send({ temperature: 0.2 }, 'claude-opus-5-5').dropped).toEqual(['temperature']);
    expect(send({ temperature: 1 }, 'claude-opus-5-5').dropped).toEqual([]);
    expect(send({ temperature: 0.2, top_p: 0.5 }, 'MiniMax-M3').body).toMatchObject({ temperature: 0.2, top_p: 0.5 });
  });

  it('sends stop sequences that are more than white space', () => {
    expect(send({ stop: ['END', ' \n', ''] })).toMatchObject({ body: { stop_sequences: ['END'] }, dropped: ['stop'] });
    expect(send({ stop: '\n' }).body).not.toHaveProperty('stop_sequences');
  });

  it('names what the format has no word for, and is silent about defaults', () => {
    const asked = {
      n: 2,
      seed: 1,
      logprobs: true,
      top_logprobs: 3,
      logit_bias: { 1: 2 },
      frequency_penalty: 1,
      presence_penalty: -1,
    };
    expect(send(asked).dropped.sort()).toEqual(Object.keys(asked).sort());
    expect(send({ n: 1, logprobs: false, frequency_penalty: 0, store: false, modalities: ['text'] }).dropped).toEqual(
      [],
    );
  });

  it.each([
    ['auto', undefined, { type: 'auto' }],
    ['required', undefined, { type: 'any' }],
    ['none', false, { type: 'none' }],
    ['required', false, { type: 'any', disable_parallel_tool_use: true }],
    [undefined, false, { type: 'auto', disable_parallel_tool_use: true }],
    [{ type: 'function', function: { name: 'f' } }, undefined, { type: 'tool', name: 'f' }],
    [undefined, undefined, undefined],
  ])('tool_choice %j with parallel %j is %j', (tool_choice, parallel_tool_calls, expected) => {
    const tools = [{ type: 'function', function: { name: 'f', description: 'F', parameters: { properties: {} } } }];
    const { body } = send({ tools, tool_choice, parallel_tool_calls });
    expect(body.tools).toEqual([{ name: 'f', description: 'F', input_schema: { type: 'object', properties: {} } }]);
    expect(body.tool_choice).toEqual(expected);
  });

  it('does not force a tool on a model that refuses it', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    expect(send({ tools, tool_choice: 'required' }, 'claude-sonnet-5-5')).toMatchObject({ dropped: ['tool_choice'] });
    expect(send({ tools, tool_choice: 'required' }, 'claude-sonnet-5-5').body).not.toHaveProperty('tool_choice');
  });
});

describe('reasoning_effort', () => {
  const effort = (reasoning_effort: string, model: string, body = {}) => {
    const { body: sent, dropped } = send({ reasoning_effort, max_tokens: 10_000, ...body }, model);
    return {
      thinking: sent.thinking,
      effort: (sent.output_config as { effort?: string } | undefined)?.effort,
      dropped,
    };
  };

  it.each([
    ['claude-sonnet-5-5', 'high', { thinking: { type: 'adaptive', display: 'summarized' }, effort: 'high' }],
    ['claude-sonnet-4-6', 'xhigh', { thinking: { type: 'adaptive', display: 'summarized' }, effort: 'high' }],
    ['claude-opus-4-7', 'minimal', { thinking: { type: 'adaptive', display: 'summarized' }, effort: 'low' }],
    ['claude-opus-4-5', 'max', { thinking: { type: 'enabled', budget_tokens: 8000 }, effort: 'high' }],
    ['claude-haiku-4-5', 'low', { thinking: { type: 'enabled', budget_tokens: 2000 }, effort: undefined }],
    ['claude-opus-4-7', 'none', { thinking: undefined, effort: undefined }],
    ['claude-sonnet-5', 'none', { thinking: { type: 'disabled' }, effort: undefined }],
    ['claude-sonnet-5-5', 'none', { thinking: { type: 'between_tools' }, effort: undefined }],
    ['claude-opus-5-5', 'none', { thinking: undefined, effort: 'low' }],
  ])('%s: %s', (model, asked, expected) => {
    expect(effort(asked, model)).toEqual({ ...expected, dropped: [] });
  });

  it('is named where the model cannot think, or not now', () => {
    expect(effort('high', 'claude-3-5-haiku-latest').dropped).toEqual(['reasoning_effort']);
    expect(effort('low', 'claude-haiku-4-5', { max_tokens: 2000 }).dropped).toEqual(['reasoning_effort']);
    expect(effort('unheard-of', 'claude-opus-5').dropped).toEqual(['reasoning_effort']);
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
    const messages = [
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: 'r' },
    ];
    expect(effort('high', 'claude-haiku-4-5', { messages }).dropped).toEqual(['reasoning_effort']);
  });

  it('gives way to a forced tool, and takes temperature with it', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    expect(effort('high', 'claude-sonnet-5', { tools, tool_choice: 'required' })).toEqual({
      thinking: undefined,
      effort: 'high',
      dropped: [],
    });
    expect(effort('high', 'claude-haiku-4-5', { temperature: 0 }).dropped).toEqual(['temperature']);
  });
});

describe('response_format', () => {
  const schema = {
    type: 'object',
    properties: {
      age: { type: 'integer', minimum: 0, description: 'In years' },
      tags: { type: 'array', items: { type: 'string' } },
    },
    required: ['age'],
  };
  const format = (changes = {}) => ({
    type: 'json_schema',
    json_schema: { name: 'person', schema: { ...schema, ...changes } },
  });

  it('is a closed schema where the model knows it', () => {
    expect(send({ response_format: format() }).body.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            age: { type: 'integer', description: 'In years (minimum: 0)' },
            tags: { type: 'array', items: { type: 'string' } },
          },
          required: ['age'],
          additionalProperties: false,
        },
      },
    });
  });

  it('takes a description that is no text for none', () => {
    const odd = { age: { type: 'integer', minimum: 0, description: { toString: '' } } };
    expect(send({ response_format: format({ properties: odd }) }).body).toMatchObject({
      output_config: { format: { schema: { properties: { age: { type: 'integer', description: '(minimum: 0)' } } } } },
    });
  });

  it.each([
    ['an older model', 'claude-sonnet-4-20250514', format()],
    [
      'an open map',
      'claude-haiku-4-5',
      format({ properties: { a: { type: 'object', additionalProperties: { type: 'string' } } } }),
    ],
    ['recursion', 'claude-haiku-4-5', format({ properties: { a: { $ref: '#' } } })],
    ['JSON mode', 'claude-haiku-4-5', { type: 'json_object' }],
  ])('is asked for in words: %s', (_why, model, response_format) => {
    const { body } = send(
      {
        response_format,
        messages: [
          { role: 'system', content: 'S' },
          { role: 'user', content: 'U' },
        ],
      },
      model,
    );
    expect(body).not.toHaveProperty('output_config');
    expect(body.system?.[0]).toEqual(text('S'));
    expect(body.system?.[1]?.text).toMatch(/one valid JSON object/);
  });
});

describe('a feature whose prompt comes again', () => {
  const long = 'Be kind, and brief. '.repeat(40);
  const tool = (name: string, description = long) => ({ type: 'function', function: { name, description } });
  const messages = [
    { role: 'system', content: 'First.' },
    { role: 'system', content: long },
    { role: 'user', content: long },
  ];
  const cached = (body: Record<string, unknown>, changes = {}, promptCache = true) => {
    const aTarget = target({}, { model: 'claude-opus-5-5', ...changes });
    const outgoing = anthropic.request(chat(body), aTarget, promptCache);
    return { ...bodyOf(outgoing), dropped: outgoing.dropped } as unknown as Body & { tools: Block[] };
  };
  const MARK = { type: 'ephemeral' };
  const marks = ({ tools, system }: Body & { tools?: Block[] }) => [
    (tools ?? []).map((block) => block.cache_control),
    (system ?? []).map((block) => block.cache_control),
  ];

  it('has the last of its tools and of its instructions marked, and nothing else', () => {
    const body = cached({ messages, tools: [tool('f'), tool('g')] });
    expect(marks(body)).toEqual([
      [undefined, MARK],
      [undefined, MARK],
    ]);
    expect(JSON.stringify(body.messages)).not.toContain('cache_control');
    const unmarked = cached({ messages, tools: [tool('f'), tool('g')] }, {}, false);
    expect(JSON.stringify(unmarked)).not.toContain('cache_control');
    expect(cached({ messages, tools: [tool('f'), tool('g')] }).tools[1]).toMatchObject(unmarked.tools[1] ?? {});
  });

  it('is not marked where no model would keep it: fewer bytes than the least number of tokens', () => {
    const short = [{ role: 'system', content: 'Be kind.' }, ...messages.slice(2)];
    expect(marks(cached({ messages: short }))).toEqual([[], [undefined]]);
    expect(marks(cached({ messages: short, tools: [tool('f', 'short')] }))).toEqual([[undefined], [undefined]]);
    // Both together are enough.
    expect(marks(cached({ messages: short, tools: [tool('f', 'x'.repeat(420))] }))).toEqual([[undefined], [MARK]]);
  });

  it('goes without ours where config lets the client’s own mark through', () => {
    const own = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    expect(cached({ messages, ...own }).dropped).toEqual(['cache_control']);
    const body = cached({ messages, ...own }, { allowParams: ['cache_control'] });
    expect(body).toMatchObject(own);
    expect(marks(body)).toEqual([[], [undefined, undefined]]);
  });

  it('has a conversation of nothing but instructions left as it is', () => {
    expect(JSON.stringify(cached({ messages: messages.slice(0, 2) }))).not.toContain('cache_control');
  });
});

it('speaks to the Messages API', () => {
  const { outgoing } = send({ stream: true });
  expect(outgoing.url).toBe('https://provider.example/v1/messages');
  expect(outgoing.headers).toEqual({
    'content-type': 'application/json',
    'x-api-key': 'provider-key',
    'anthropic-version': '2023-06-01',
  });
  expect(JSON.parse(outgoing.body)).toMatchObject({ stream: true });
});
