/** Answers that break the SDKs of OpenAI and Vercel as their providers send them. Each shape here is one that users of such providers reported. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { streamOfCompletion } from '../../../protocol/chunks-of-completion.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { chat } from './chats.ts';

type Json = Record<string, unknown>;

const delta = (said: Json, finish_reason: string | null = null): string =>
  JSON.stringify({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: said, finish_reason }],
  });
const OPENING = delta({ role: 'assistant', content: '' });
const ARGUMENTS = ['{"city"', ':"Bonn"}'] as const;
const called = (more: Json, name: Json, index: Json, argument: string): string =>
  delta({ tool_calls: [{ ...index, ...more, function: { ...name, arguments: argument } }] });
/** One call in two deltas. `first` and `later`: what each says beside the name and the arguments. */
const call = (first: Json, later: Json = {}, index: Json = { index: 0 }, laterName: Json = {}): string[] => [
  OPENING,
  called(first, { name: 'weather' }, index, ARGUMENTS[0]),
  called(later, laterName, index, ARGUMENTS[1]),
  delta({}, 'tool_calls'),
];
/** A delta of text with other fields in its chunk and in its choice. */
const odd = (more: Json, choice: Json, content: string): string => {
  const { choices, ...about } = JSON.parse(delta({ content }));
  return JSON.stringify({ ...about, choices: [{ ...choices[0], ...choice }], ...more });
};
const completion = (content: string): string =>
  JSON.stringify({
    ...{ id: 'c1', object: 'chat.completion', created: 1, model: 'm' },
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  });
const FULL = { id: 'call_1', type: 'function' };

const CALLS: [string, string[]][] = [
  ['an index that counts texts too', call(FULL, {}, { index: 1 })],
  ['an index below zero', call(FULL, {}, { index: -1 })],
  ['an index beyond any list', call(FULL, {}, { index: 4_294_967_296 })],
  ['a fraction as index', call(FULL, {}, { index: 0.5 })],
  ['an index as string', call(FULL, {}, { index: '0' })],
  ['no index', call(FULL, {}, {})],
  ['no type', call({ id: 'call_1' })],
  ['a type called null', call({ id: 'call_1', type: 'null' })],
  ['an empty type', call({ id: 'call_1', type: '' })],
  ['no id', call({ type: 'function' })],
  ['an empty id', call({ id: '', type: 'function' })],
  ['an id that is a number', call({ id: 7, type: 'function' })],
  ['empty strings behind the first delta', call(FULL, { id: '', type: '' }, { index: 0 }, { name: '' })],
  ['nulls behind the first delta', call(FULL, { id: null, type: null }, { index: 0 }, { name: null })],
  // Gemini sends a late signature, GLM and gateways the arguments once more.
  ...[
    delta({ tool_calls: [{ index: 0, extra_content: { google: { thought_signature: 'x' } } }] }),
    delta({ tool_calls: [{ index: 0, function: null }] }),
    called({}, {}, { index: 0 }, ARGUMENTS.join('')),
    called(FULL, { name: 'weather' }, { index: 0 }, ARGUMENTS.join('')),
    called({ id: 'call_1' }, {}, {}, ARGUMENTS.join('')),
  ].map((late): [string, string[]] => [`${late.slice(80, -1)} at its end`, call(FULL).toSpliced(-1, 0, late)]),
];

const TEXTS: [string, string[]][] = [
  ['no role', [delta({ content: 'Hello' }), delta({}, 'stop')]],
  [
    'no role in a delta of its own',
    [delta({ role: null, content: '' }), delta({ content: 'Hello' }), delta({}, 'stop')],
  ],
  ['Gemini’s own role', [delta({ role: 'model', content: 'Hello' }), delta({ role: 'model' }, 'stop')]],
  [
    'MiniMax’s empty role',
    [delta({ role: 'assistant', content: 'Hel' }), delta({ role: '', content: 'lo' }), delta({}, 'stop')],
  ],
  // Ollama, SGLang, SenseNova; KoboldCpp.
  ...['', 'null', false, {}].map((reason): [string, string[]] => [
    `${JSON.stringify(reason)} in the place of null`,
    [OPENING, odd({}, { finish_reason: reason }, 'Hel'), odd({}, { finish_reason: reason }, 'lo'), delta({}, 'stop')],
  ]),
  // Workers AI.
  ...[{}, { index: null }, { index: '0' }].map((index): [string, string[]] => [
    `the index ${JSON.stringify(index)}`,
    ['Hel', 'lo'].map((text) => odd({}, { index: undefined, ...index }, text)).concat(delta({}, 'stop')),
  ]),
  // Foundry Local: the Vercel SDK takes any `error` for one, and OpenAI's shows the message in the place of the deltas.
  ...[{ error: null }, { error: '' }, { error: {} }, { usage: '' }, { usage: [] }].map((more): [string, string[]] => [
    JSON.stringify(more),
    [OPENING, odd(more, {}, 'Hel'), odd(more, {}, 'lo'), delta({}, 'stop')],
  ]),
  [
    'a message beside each delta',
    [
      ...['Hel', 'lo'].map((content) => odd({}, { message: { role: 'assistant', content, tool_calls: [] } }, content)),
      odd({}, { message: { role: 'assistant', content: '' }, finish_reason: 'stop' }, ''),
    ],
  ],
  ['MiniMax’s whole answer at the end', [delta({ content: 'Hel' }), delta({ content: 'lo' }), completion('Hello')]],
  ['MiniMax’s whole answer behind the end', [delta({ content: 'Hello' }), delta({}, 'stop'), completion('Hello')]],
  ['its whole answer in one event', [completion('Hello')]],
];

/** What the router sends on of a stream. */
function passedOn(chunks: readonly string[]): string {
  const stream = openai.stream(chat({ stream: true }), 0);
  const steps = chunks.flatMap((data) => stream.event(undefined, data));
  expect(steps.map(({ kind }) => kind)).toEqual(chunks.map(() => 'chunk'));
  return `${steps.map((step) => `data: ${'data' in step ? step.data : ''}\n\n`).join('')}data: [DONE]\n\n`;
}

const answering = (body: string, type: string) => async () => new Response(body, { headers: { 'content-type': type } });
const sdk = (body: string, type: string) => new OpenAI({ apiKey: 'k', fetch: answering(body, type) });
const vercel = (body: string, type: string) =>
  createOpenAICompatible({ name: 'carryon', baseURL: 'https://router.example', fetch: answering(body, type) })('m');
const asked = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
const [EVENTS, JSON_TYPE] = ['text/event-stream', 'application/json'];
const tools = { weather: tool({ inputSchema: z.object({ city: z.optional(z.string()) }), execute: () => 'Sun' }) };

it.each(CALLS)('a streamed call with %s', async (_, chunks) => {
  const body = passedOn(chunks);
  const { choices } = await sdk(body, EVENTS).chat.completions.stream(asked).finalChatCompletion();
  const weather = { name: 'weather', arguments: ARGUMENTS.join('') };
  expect(choices[0]?.message.tool_calls).toMatchObject([
    { id: expect.stringMatching(/./), type: 'function', function: weather },
  ]);
  const errors: unknown[] = [];
  const onError = ({ error }: { error: unknown }) => void errors.push(error);
  const read = streamText({ model: vercel(body, EVENTS), prompt: 'Hi', tools, maxRetries: 0, onError });
  expect(await read.toolCalls).toMatchObject([
    { toolCallId: choices[0]?.message.tool_calls?.[0]?.id, toolName: 'weather', input: { city: 'Bonn' } },
  ]);
  expect(errors).toEqual([]);
  // Some clients take each field that is there for a new value.
  const said = body
    .split('\n')
    .flatMap((line) =>
      line.startsWith('data: {') ? (JSON.parse(line.slice(6)).choices[0].delta.tool_calls ?? []) : [],
    );
  const [, later] = said;
  expect([later.id ?? 'none', later.type ?? 'none', later.function.name ?? 'none']).not.toContain('');
  expect([later.id, later.type, later.function.name]).not.toContain(null);
});

it.each<[string, Json, Json, Json, Json]>([
  ['strings as indexes', { index: '0' }, { index: '1' }, { index: '0' }, { index: '1' }],
  ['ids in the place of indexes', {}, {}, { id: 'call_0' }, { id: 'call_1' }],
])('two streamed calls at once with %s', async (_, first, second, laterFirst, laterSecond) => {
  const begun = (id: string, at: Json) => ({
    ...at,
    id,
    type: 'function',
    function: { name: 'weather', arguments: '' },
  });
  const body = passedOn([
    OPENING,
    delta({ tool_calls: [begun('call_0', first), begun('call_1', second)] }),
    called(laterFirst, {}, {}, '{"city":'),
    called(laterSecond, {}, {}, '{"city":"Ulm"}'),
    called(laterFirst, {}, {}, '"Bonn"}'),
    delta({}, 'tool_calls'),
  ]);
  const { choices } = await sdk(body, EVENTS).chat.completions.stream(asked).finalChatCompletion();
  expect(choices[0]?.message.tool_calls).toMatchObject([
    { id: 'call_0', function: { arguments: '{"city":"Bonn"}' } },
    { id: 'call_1', function: { arguments: '{"city":"Ulm"}' } },
  ]);
  const calls = await streamText({ model: vercel(body, EVENTS), prompt: 'Hi', tools, maxRetries: 0 }).toolCalls;
  expect(calls).toMatchObject([
    { toolCallId: 'call_0', input: { city: 'Bonn' } },
    { toolCallId: 'call_1', input: { city: 'Ulm' } },
  ]);
});

it('a streamed call that says its name with every delta has it once: some clients join names as they join arguments', () => {
  const later = { name: 'weather' };
  const body = passedOn([...call(FULL, {}, { index: 0 }, later), ...call({}, {}, { index: 1 }, later)]);
  expect(body.split('"name":"weather"')).toHaveLength(1 + 2);
});

it('a streamed call without id and index that begins without arguments is another one if its name is another', async () => {
  const body = passedOn([
    OPENING,
    called({}, { name: 'time' }, {}, '{}'),
    called({}, { name: 'weather' }, {}, ''),
    called({}, {}, {}, '{"city":"Bonn"}'),
    delta({}, 'tool_calls'),
  ]);
  const { choices } = await sdk(body, EVENTS).chat.completions.stream(asked).finalChatCompletion();
  expect(choices[0]?.message.tool_calls).toMatchObject([
    { function: { name: 'time', arguments: '{}' } },
    { function: weather },
  ]);
});

it('a streamed call whose name comes behind its arguments stays one', () => {
  const body = passedOn([
    OPENING,
    called({}, {}, {}, '{}'),
    called({}, { name: 'weather' }, {}, ''),
    delta({}, 'tool_calls'),
  ]);
  expect(body).toContain('"name":"weather"');
  expect(body).not.toContain('"index":1');
});

it('streamed calls without ids have one each, other than in another answer', async () => {
  const one = (id: string) =>
    passedOn(
      [OPENING, ...['f', 'g'].map((name, index) => called({}, { name }, { index }, '{}')), delta({}, 'tool_calls')].map(
        (text) => text.replace('"c1"', `"${id}"`),
      ),
    );
  const ids = [one('chatcmpl-1'), one('chatcmpl-2'), one('chatcmpl/ö 3')].flatMap((body) =>
    [...body.matchAll(/"id":"(call_[\w-]{1,35})"/g)].map(([, id]) => id),
  );
  expect(new Set(ids).size).toBe(6);
});

it.each(TEXTS)('a streamed text with %s', async (_, chunks) => {
  const body = passedOn(chunks);
  const { choices } = await sdk(body, EVENTS).chat.completions.stream(asked).finalChatCompletion();
  expect(choices[0]).toMatchObject({ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' });
  const errors: unknown[] = [];
  const onError = ({ error }: { error: unknown }) => void errors.push(error);
  const read = streamText({ model: vercel(body, EVENTS), prompt: 'Hi', maxRetries: 0, onError });
  expect([await read.text, await read.finishReason, errors]).toEqual(['Hello', 'stop', []]);
});

it.each(['6', '-1.50', '12345678901234567890', '1e400'])(
  'a streamed token %s that Workers AI sends as a number is text as it was written',
  async (token) => {
    const body = passedOn([
      delta({ content: '[' }),
      delta({ content: 0 }).replace('0}', `${token}}`),
      delta({}, 'stop'),
    ]);
    const { choices } = await sdk(body, EVENTS).chat.completions.stream(asked).finalChatCompletion();
    expect(choices[0]?.message.content).toBe(`[${token}`);
    expect(await streamText({ model: vercel(body, EVENTS), prompt: 'Hi', maxRetries: 0 }).text).toBe(`[${token}`);
    const reply = openai.reply(completion('0').replace('"0"', token), chat(), 0);
    expect(reply.ok && JSON.parse(reply.body).choices[0].message.content).toBe(token);
  },
);

it.each(['stop', 'STOP', 'end_turn', 'tool_calls'])(
  'calls that end with %j end with tool_calls: some clients run tools only then (Gemini, LiteLLM say stop)',
  async (word) => {
    const body = passedOn(call(FULL).with(-1, delta({}, word)));
    const { choices } = await sdk(body, EVENTS).chat.completions.stream(asked).finalChatCompletion();
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    expect(await streamText({ model: vercel(body, EVENTS), prompt: 'Hi', tools, maxRetries: 0 }).finishReason).toBe(
      'tool-calls',
    );
    const message = { role: 'assistant', content: null, tool_calls: [{ ...FULL, function: weather }] };
    const reply = openai.reply(
      whole(message).replace('"finish_reason":"tool_calls"', `"finish_reason":"${word}"`),
      chat(),
      0,
    );
    expect(reply).toMatchObject({ ok: true, finishReason: 'tool_calls' });
  },
);

it('a function in the words of 2023 that ends with stop ends with function_call; other ends, and choices without calls, stay', () => {
  const called = { name: 'weather', arguments: '{}' };
  const ended = (said: Json, word: string) => {
    const steps = passedOn([OPENING, delta(said), delta({}, word)]);
    const reply = openai.reply(
      JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', ...said }, finish_reason: word }] }),
      chat(),
      0,
    );
    return [/finish_reason":"(\w+)"/.exec(steps)?.[1], reply.ok && reply.finishReason];
  };
  expect(ended({ function_call: called }, 'stop')).toEqual(['function_call', 'function_call']);
  expect(ended({ tool_calls: [{ ...FULL, index: 0, function: called }] }, 'length')).toEqual(['length', 'length']);
  expect(ended({ tool_calls: [], content: 'x' }, 'stop')).toEqual(['stop', 'stop']);
  // Some servers have an empty call beside each text.
  for (const empty of [{}, { name: '', arguments: '' }, { name: null }]) {
    expect(ended({ function_call: empty, content: 'x' }, 'stop')).toEqual(['stop', 'stop']);
    const steps = passedOn([
      OPENING,
      delta({ content: 'x', tool_calls: [{ index: 0, function: empty }] }),
      delta({}, 'stop'),
    ]);
    expect(steps).not.toContain('"finish_reason":"tool_calls"');
  }
  const two = [
    { index: 0, delta: { tool_calls: [{ ...FULL, index: 0, function: called }] } },
    { index: 1, delta: { content: 'x' } },
  ];
  const end = [0, 1].map((index) => ({ index, delta: {}, finish_reason: 'stop' }));
  const body = passedOn([two, end].map((choices) => JSON.stringify({ id: 'c1', model: 'm', choices })));
  expect([...body.matchAll(/finish_reason":"(\w+)"/g)].map(([, word]) => word)).toEqual(['tool_calls', 'stop']);
});

const whole = (message: Json): string =>
  JSON.stringify({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
  });
const weather = { name: 'weather', arguments: '{"city":"Bonn"}' };
const WHOLE: [string, Json, object][] = [
  [
    'no id',
    { role: 'assistant', content: null, tool_calls: [{ type: 'function', function: weather }] },
    { city: 'Bonn' },
  ],
  [
    'an empty id',
    { role: 'assistant', content: null, tool_calls: [{ id: '', type: 'function', function: weather }] },
    { city: 'Bonn' },
  ],
  ['no type', { role: 'assistant', content: null, tool_calls: [{ id: 'a', function: weather }] }, { city: 'Bonn' }],
  [
    'a type called null',
    { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'null', function: weather }] },
    { city: 'Bonn' },
  ],
  ['no role', { content: null, tool_calls: [{ id: 'a', type: 'function', function: weather }] }, { city: 'Bonn' }],
  [
    'Gemini’s own role',
    { role: 'model', content: null, tool_calls: [{ id: 'a', type: 'function', function: weather }] },
    { city: 'Bonn' },
  ],
  [
    'no arguments',
    { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather' } }] },
    {},
  ],
  [
    'null as arguments',
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather', arguments: null } }],
    },
    {},
  ],
];

it.each(WHOLE)('a whole call with %s', async (_, message, input) => {
  const reply = openai.reply(whole(message), chat(), 0);
  if (!reply.ok) throw new Error(reply.failure.message);
  const { choices } = await sdk(reply.body, JSON_TYPE).chat.completions.create(asked);
  expect(choices[0]?.message).toMatchObject({
    role: 'assistant',
    tool_calls: [{ id: expect.stringMatching(/./), type: 'function' }],
  });
  const told = choices[0]?.message.tool_calls?.[0];
  expect(told?.type === 'function' && JSON.parse(told.function.arguments)).toEqual(input);
  const { toolCalls } = await generateText({
    model: vercel(reply.body, JSON_TYPE),
    prompt: 'Hi',
    tools,
    maxRetries: 0,
  });
  expect(toolCalls).toMatchObject([{ toolCallId: told?.id, toolName: 'weather', input }]);
});

it.each([[[0, 0]], [[1, 2]], [[null, null]], [['0', '0']]])(
  'whole calls with the indexes %j, read as a stream',
  async (indexes) => {
    const calls = indexes.map((index, at) => ({ index, id: `call_${at}`, type: 'function', function: weather }));
    const reply = openai.reply(whole({ role: 'assistant', content: null, tool_calls: calls }), chat(), 0);
    if (!reply.ok) throw new Error(reply.failure.message);
    const body = streamOfCompletion(reply.body, false);
    const { choices } = await sdk(body, EVENTS).chat.completions.stream(asked).finalChatCompletion();
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { id: 'call_0', function: weather },
      { id: 'call_1', function: weather },
    ]);
    const input = { city: 'Bonn' };
    expect(
      await streamText({ model: vercel(body, EVENTS), prompt: 'Hi', tools, maxRetries: 0 }).toolCalls,
    ).toMatchObject([
      { toolCallId: 'call_0', input },
      { toolCallId: 'call_1', input },
    ]);
  },
);

it.each([
  [null],
  ['f'],
  [{ id: 'a', type: 'function', function: null }],
  [{ id: 'a', type: 'function' }],
  [{ id: 'a', type: 'function', function: { arguments: '{}' } }],
])('a whole answer with the call %j has failed', (odd) => {
  const reply = openai.reply(whole({ role: 'assistant', content: null, tool_calls: [odd] }), chat(), 0);
  expect(reply).toMatchObject({ ok: false, failure: { kind: 'malformed', mayBeBilled: true } });
});
