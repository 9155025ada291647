/** Undocumented events: which of them hold part of an answer, and what a client gets instead. */
import { describe, expect, it } from 'vitest';
import type { StreamStep } from '../../../worker/providers/adapter.ts';
import { anthropic } from '../../../worker/providers/anthropic/adapter.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { begunStream, chat } from './chats.ts';

const ask = chat({ stream: true });
const openaiSteps = (data: string, name?: string) => begunStream(ask).event(name, data);
const anthropicSteps = (data: string, name?: string) => anthropic.stream(ask, 0).event(name, data);
const chunk = (...choices: unknown[]) => JSON.stringify({ id: 'a', model: 'm', choices });
const delta = (delta: unknown, finish_reason: string | null = null) => chunk({ index: 0, delta, finish_reason });
const kinds = (steps: StreamStep[]) => steps.map(({ kind }) => kind);
const deltasIn = (steps: StreamStep[]) =>
  steps.flatMap((step) => (step.kind === 'chunk' ? [JSON.parse(step.data).choices[0].delta] : []));
const reasonIn = ([step]: StreamStep[]) =>
  step?.kind === 'chunk' ? JSON.parse(step.data).choices[0].finish_reason : step;

const HEARTBEATS = [
  '',
  ' ',
  'null',
  '{}',
  '[]',
  '""',
  '"ping"',
  'ping',
  'keep-alive',
  'OPENROUTER PROCESSING',
  '42',
  'true',
];

describe.each([
  ['OpenAI', openaiSteps],
  ['Anthropic', anthropicSteps],
] as const)('%s: an event that holds nothing of the answer gives no step', (_, steps) => {
  it.each([
    ...HEARTBEATS,
    '{"type":"ping"}',
    '{"type":"heartbeat","ts":1}',
    '{"status":"processing","id":"x"}',
    '{"message":"keep alive"}',
    '[DO',
  ])('%j', (data) => {
    expect(steps(data)).toEqual([]);
  });

  it('whatever an event called ping holds', () => {
    expect(steps('', 'ping')).toEqual([]);
    expect(steps('still here, it is 12:01', 'ping')).toEqual([]);
  });
});

describe('an OpenAI event that holds nothing', () => {
  it.each([
    ['choices null', '{"id":"a","choices":null}'],
    ['no choices', '{"id":"a","object":"chat.completion.chunk","created":1,"model":"m"}'],
    [
      'a choice without delta',
      chunk({ index: 0, finish_reason: null, content_filter_results: { hate: { severity: 'safe' } } }),
    ],
    ['a delta of null', chunk({ index: 0, delta: null, finish_reason: null })],
    ['a choice of null', chunk(null)],
    ['a delta that is a number', chunk({ index: 0, delta: 7 })],
  ])('%s', (_, data) => {
    expect(openaiSteps(data)).toEqual([]);
  });

  it('still reports its usage', () => {
    const stream = openai.stream(ask, 0);
    stream.event(undefined, '{"usage":{"prompt_tokens":20,"completion_tokens":7},"choices":null}');
    expect(stream.usage).toMatchObject({ inputTokens: 20, outputTokens: 7 });
    expect(stream.usageChunk()).toMatchObject({ usage: { prompt_tokens: 20 } });
  });
});

describe('an OpenAI event that may have held text', () => {
  it.each([
    ['half a JSON text', '{"id": "x", "choices": [{"delta": {"content": '],
    ['words', 'The Elbe is a river'],
    ['a string of words', '"The Elbe is a river"'],
    ['text elsewhere', '{"text":"The Elbe"}'],
    ['another API’s delta', '{"type":"response.output_text.delta","delta":"The Elbe"}'],
    ['choices that are no list', '{"choices":{"delta":{"content":"The Elbe"}}}'],
    ['a choice that is a string', chunk('The Elbe')],
    ['a choice with a message', chunk({ index: 0, message: { content: 'The Elbe' } })],
    ['a delta that is a string', chunk({ index: 0, delta: 'The Elbe' })],
    ['a choice with a strange index', chunk({ index: 'x', delta: { content: 'The Elbe' } })],
    ['deeper than the stack', `{"x":${'['.repeat(9_000)}${']'.repeat(9_000)}}`],
  ])('is lost: %s', (_, data) => {
    expect(openaiSteps(data)).toEqual([{ kind: 'lost', textBytes: new TextEncoder().encode(data).length }]);
  });

  it.each([
    ['an object', { content: { value: 'x' } }],
    ['an unknown part', { content: [{ type: 'canvas', body: 'x' }] }],
    ['calls that are no list', { tool_calls: { 0: { id: 'x' }, name: 'f' } }],
    ['a call that is a string', { tool_calls: ['f'] }],
  ])('loses only that part of it: %s', (_, said) => {
    const steps = openaiSteps(delta({ reasoning_content: 'hm', ...said }, 'stop'));
    expect(kinds(steps)).toEqual(['chunk', 'lost']);
    expect(deltasIn(steps)[0]).toMatchObject({ reasoning_content: 'hm' });
    expect(reasonIn(steps)).toBe('stop');
  });
});

describe('an OpenAI event that a client could not read', () => {
  it.each([
    [
      'a list of texts',
      [
        { type: 'text', text: 'The ' },
        { type: 'text', text: 'Elbe.' },
      ],
      { content: 'The Elbe.' },
    ],
    ['strings', ['The ', 'Elbe.'], { content: 'The Elbe.' }],
    [
      'thinking',
      [
        { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
        { type: 'text', text: 'The' },
      ],
      { content: 'The', reasoning_content: 'hm' },
    ],
    ['a reference', [{ type: 'reference', reference_ids: [1] }], { content: '' }],
    ['a refusal', [{ type: 'refusal', refusal: 'no' }], { content: '', refusal: 'no' }],
  ])('its content a list of %s', (_, content, expected) => {
    const steps = openaiSteps(delta({ content }));
    expect(deltasIn(steps)).toEqual([expected]);
    const whole = openai.reply(
      JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }] }),
      ask,
      0,
    );
    expect(whole.ok && JSON.parse(whole.body).choices[0].message).toMatchObject(expected);
  });

  it('a finish without a delta', () => {
    expect(deltasIn(openaiSteps(chunk({ index: 0, finish_reason: 'stop' })))).toEqual([{}]);
  });

  it('an index that is a string', () => {
    const [step] = openaiSteps(chunk({ index: '0', delta: { content: 'x' } }));
    expect(step?.kind === 'chunk' && JSON.parse(step.data).choices[0].index).toBe(0);
  });

  it('several events without blank lines between them', () => {
    const steps = openaiSteps([delta({ content: 'a' }), delta({ content: 'b' }), '[DONE]'].join('\n'));
    expect(kinds(steps)).toEqual(['chunk', 'chunk', 'done']);
  });
});

describe('an Anthropic event', () => {
  const START = JSON.stringify({ type: 'message_start', message: { id: 'a', model: 'm', usage: {} } });
  const event = (type: string, fields: object = {}) => JSON.stringify({ type, ...fields });
  const block = (delta: unknown) => event('content_block_delta', { index: 0, delta });
  const steps = (...events: string[]) => {
    const stream = anthropic.stream(ask, 0);
    return events.flatMap((data) => stream.event(undefined, data));
  };

  it.each([
    ['half a JSON text', '{"type":"content_block_delta","index":0,"delta":{"type":"text_de'],
    ['a text that is a list', block({ type: 'text_delta', text: ['x'] })],
    ['a text under another name', block({ type: 'text_delta', content: 'x' })],
    ['an unknown delta', block({ type: 'canvas_delta', body: 'x' })],
    ['a delta that is a string', block('x')],
    ['arguments that are an object', block({ type: 'input_json_delta', partial_json: { a: 'x' } })],
    [
      'a call without an id',
      event('content_block_start', { index: 0, content_block: { type: 'tool_use', name: 'f' } }),
    ],
    ['a chunk of OpenAI’s', '{"choices":[{"delta":{"content":"x"}}]}'],
    ['arguments of a call that never began', block({ type: 'input_json_delta', partial_json: '{"a":1}' })],
  ])('is lost: %s', (_, data) => {
    expect(kinds(steps(START, data))).toEqual(['chunk', 'lost']);
  });

  it.each([
    block(null),
    block({ type: 'signature_delta', signature: 'x' }),
    block({ type: 'text_delta' }),
    event('content_block_start', { index: 0 }),
    event('content_block_start', { index: 0, content_block: { type: 'server_tool_use', name: 'x' } }),
    event('something_new', { text: 'x' }),
  ])('is passed over: %s', (data) => {
    expect(kinds(steps(START, data)).filter((kind) => kind !== 'unseen')).toEqual(['chunk']);
  });

  it('begins the answer where its message_start was lost', () => {
    const [opening, text] = steps('{"type":"message_st', block({ type: 'text_delta', text: 'x' })).slice(1);
    expect(deltasIn(opening === undefined || text === undefined ? [] : [opening, text])).toEqual([
      { role: 'assistant', content: '' },
      { content: 'x' },
    ]);
  });

  it('message_stop says that nothing more comes, whatever it holds', () => {
    expect(kinds(anthropicSteps('', 'message_stop'))).toEqual(['done']);
    expect(kinds(anthropicSteps('[DONE]'))).toEqual(['done']);
  });
});

describe('content after a finish opens the answer again', () => {
  const standing = ({ complete, surelyFinished }: { complete: boolean; surelyFinished: boolean }) => [
    complete,
    surelyFinished,
  ];

  it('in OpenAI’s format', () => {
    const stream = openai.stream(ask, 0);
    const say = (said: object, reason: string | null) => {
      stream.event(undefined, delta(said, reason));
      return standing(stream);
    };
    expect(say({ content: 'a' }, null)).toEqual([false, false]);
    expect(say({}, 'stop')).toEqual([true, true]);
    expect(say({ content: '' }, null)).toEqual([true, true]);
    expect(say({ content: 'b' }, null)).toEqual([false, false]);
    expect(say({}, 'stop')).toEqual([true, false]);
  });

  it.each([{ content: 'b' }, { reasoning_content: 'b' }, { tool_calls: [{ index: 0, id: 'x' }] }, { refusal: 'b' }])(
    'a finish that comes with %j is not relied on',
    (said) => {
      const stream = openai.stream(ask, 0);
      stream.event(undefined, delta(said, 'stop'));
      expect(standing(stream)).toEqual([true, false]);
      stream.event(undefined, delta({}, 'stop'));
      expect(standing(stream)).toEqual([true, false]);
    },
  );

  it('a finish before any content is not relied on either', () => {
    const stream = openai.stream(ask, 0);
    stream.event(undefined, delta({ role: 'assistant', content: '' }, 'stop'));
    expect(standing(stream)).toEqual([true, false]);
  });

  it('in Anthropic’s', () => {
    const stream = anthropic.stream(ask, 0);
    const text = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } };
    const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' } };
    const say = (event: object) => {
      stream.event(undefined, JSON.stringify(event));
      return standing(stream);
    };
    expect(say(text)).toEqual([false, false]);
    expect(say(end)).toEqual([true, true]);
    expect(say(text)).toEqual([false, false]);
    expect(say(end)).toEqual([true, false]);
  });
});

describe('parallel calls with one index', () => {
  const call = (index: number | undefined, id: string, name: string, args = '') => ({
    ...(index !== undefined && { index }),
    id,
    type: 'function',
    function: { name, arguments: args },
  });
  const indexes = (...deltas: object[][]) => {
    const stream = openai.stream(ask, 0);
    return deltas
      .flatMap((calls) => deltasIn(stream.event(undefined, delta({ tool_calls: calls }))))
      .flatMap(({ tool_calls }) => tool_calls.map(({ index }: { index: number }) => index));
  };

  it('get one of their own', () => {
    expect(indexes([call(0, 'a', 'f', '{}')], [call(0, 'b', 'g', '{}')], [call(0, 'c', 'g', '{}')])).toEqual([0, 1, 2]);
    expect(indexes([call(0, 'a', 'f'), call(0, 'b', 'f')])).toEqual([0, 1]);
    expect(indexes([call(undefined, 'a', 'f'), call(undefined, 'b', 'f')])).toEqual([0, 1]);
  });

  it('and what follows goes to the call it belongs to', () => {
    const more = { index: 0, function: { arguments: '{}' } };
    expect(
      indexes([call(0, 'a', 'f')], [more], [call(0, 'b', 'g')], [more], [call(1, 'c', 'h')], [{ ...more, index: 1 }]),
    ).toEqual([0, 0, 1, 1, 2, 2]);
    expect(indexes([call(0, 'a', 'f')], [call(0, 'b', 'f')], [call(0, 'a', 'f')])).toEqual([0, 1, 0]);
  });

  it('are told apart without an id too, where one begins behind the whole of another', () => {
    for (const id of ['', undefined] as string[]) {
      expect(indexes([call(0, id, 'f', '{"a":1}')], [call(0, id, 'f', '{"a":2}')])).toEqual([0, 1]);
      expect(indexes([call(0, id, 'f', '{"a":')], [call(0, id, 'f', '{"b":1}}')])).toEqual([0, 0]);
      expect(indexes([call(0, id, 'f')], [call(0, id, 'f', '{"a":1}')], [call(0, id, '', ' ')])).toEqual([0, 0, 0]);
    }
  });

  it('one call whose id or name is said again stays one, and bytes that are right pass untouched', () => {
    expect(indexes([call(0, 'a', 'f')], [call(0, 'a', 'f')], [call(0, 'b', '')])).toEqual([0, 0, 0]);
    expect(indexes([call(0, 'same', 'f'), call(1, 'same', 'g')])).toEqual([0, 1]);
    const data = ` ${delta({ tool_calls: [call(0, 'a', 'f'), call(1, 'b', 'f')] })}`;
    expect(openaiSteps(data)).toMatchObject([{ data }]);
  });

  it('in Anthropic’s format too', () => {
    const stream = anthropic.stream(ask, 0);
    const begin = (id: string) => ({
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id, name: 'f' },
    });
    const json = {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'input_json_delta', partial_json: '{"a":1}' },
    };
    const events = [
      begin('a'),
      json,
      begin('b'),
      { type: 'content_block_stop', index: 0 },
      begin('c'),
      begin('d'),
      json,
    ];
    const deltas = events.flatMap((event) => deltasIn(stream.event(undefined, JSON.stringify(event)))).slice(1);
    const said = deltas.flatMap(({ tool_calls }) =>
      tool_calls.map((call: { index: number; id?: string; function: { arguments: string } }) => [
        call.index,
        call.id ?? call.function.arguments,
      ]),
    );
    expect(said).toEqual([
      [0, 'a'],
      [0, '{"a":1}'],
      [1, 'b'],
      [1, '{}'],
      [2, 'c'],
      [2, '{}'],
      [3, 'd'],
      [3, '{"a":1}'],
    ]);
  });
});
