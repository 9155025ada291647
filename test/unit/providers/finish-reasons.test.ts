/** Which words end an answer, which break it off, and which say nothing. */
import { describe, expect, it } from 'vitest';
import type { StreamStep } from '../../../worker/providers/adapter.ts';
import { anthropic } from '../../../worker/providers/anthropic/adapter.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { begunStream, chat } from './chats.ts';

const ask = chat({ stream: true });
const openaiSteps = (data: string) => begunStream(ask).event(undefined, data);
const anthropicSteps = (data: string) => anthropic.stream(ask, 0).event(undefined, data);
const chunk = (choice: object) => JSON.stringify({ id: 'a', model: 'm', choices: [choice] });
const delta = (delta: object, finish_reason: string) => chunk({ index: 0, delta, finish_reason });
const reasonIn = ([step]: StreamStep[]) =>
  step?.kind === 'chunk' ? JSON.parse(step.data).choices[0].finish_reason : step;

describe('a reason to stop', () => {
  const complete = [
    ['stop', 'stop'],
    ['STOP', 'stop'],
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['eos', 'stop'],
    ['eos_token', 'stop'],
    ['length', 'length'],
    ['max_tokens', 'length'],
    ['MAX_TOKENS', 'length'],
    ['model_length', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_calls', 'tool_calls'],
    ['tool_use', 'tool_calls'],
    ['function_call', 'function_call'],
    ['content_filter', 'content_filter'],
    ['SAFETY', 'content_filter'],
    ['refusal', 'content_filter'],
  ];
  const broken = [
    'abort',
    'aborted',
    'error',
    'ERROR',
    'network_error',
    'insufficient_system_resource',
    'cancelled',
    'timeout',
  ];
  const more = ['unknown', 'a_new_reason', 'constructor', '__proto__', 'stop ', 'other', 'incomplete'];

  it.each(complete)('%s is complete', (word, reason) => {
    const said = { role: 'assistant', content: 'x' };
    expect(reasonIn(openaiSteps(delta({}, word)))).toBe(reason);
    const whole = openai.reply(JSON.stringify({ choices: [{ message: said, finish_reason: word }] }), ask, 0);
    expect(whole.ok && JSON.parse(whole.body).choices[0].finish_reason).toBe(reason);
    const ended = JSON.stringify({ type: 'message_delta', delta: { stop_reason: word } });
    expect(reasonIn(anthropicSteps(ended).slice(1))).toBe(reason);
    const message = anthropic.reply(JSON.stringify({ content: [], stop_reason: word }), ask, 0);
    expect(message.ok && JSON.parse(message.body).choices[0].finish_reason).toBe(reason);
  });

  it.each([...broken, ...more])('%j breaks off', (word) => {
    const failure = { kind: 'cut', mayBeBilled: true };
    const said = { role: 'assistant', content: 'x' };
    const streams = [openai.stream(ask, 0), anthropic.stream(ask, 0)] as const;
    expect(streams[0].event(undefined, delta({}, word)).at(-1)).toMatchObject({ kind: 'failure', failure });
    const ended = JSON.stringify({ type: 'message_delta', delta: { stop_reason: word } });
    expect(streams[1].event(undefined, ended).at(-1)).toMatchObject({ kind: 'failure', failure });
    expect(streams.map(({ complete }) => complete)).toEqual([false, false]);
    const whole = openai.reply(JSON.stringify({ choices: [{ message: said, finish_reason: word }] }), ask, 0);
    expect(whole).toMatchObject({ ok: false, failure });
    expect(anthropic.reply(JSON.stringify({ content: [], stop_reason: word }), ask, 0)).toMatchObject({
      ok: false,
      failure,
    });
  });
});

describe('no reason to stop', () => {
  it.each(['', 'null', 'NULL', false, 0, {}, []])('%j is null until the end, and no end', (nothing) => {
    const stream = openai.stream(ask, 0);
    const said = (more: object) => stream.event(undefined, JSON.stringify({ id: 'a', model: 'm', ...more }));
    const two = [0, 1].map((index) => ({ index, delta: { content: 'x' }, finish_reason: nothing }));
    const [step] = said({ choices: two });
    expect(step?.kind === 'chunk' && JSON.parse(step.data).choices).toMatchObject(
      two.map(({ index }) => ({ index, finish_reason: null })),
    );
    said({ choices: two.map(({ index }) => ({ index, delta: {}, finish_reason: nothing })) });
    expect([stream.complete, stream.finishReason]).toEqual([false, undefined]);
    const message = { role: 'assistant', content: 'x' };
    const whole = (choice: object) => openai.reply(JSON.stringify({ choices: [{ message, ...choice }] }), ask, 0);
    expect(whole({ finish_reason: nothing })).toEqual(whole({}));
  });

  it('one that is left out stays out', () => {
    expect(reasonIn(openaiSteps(chunk({ index: 0, delta: { content: 'x' } })))).toBeUndefined();
  });

  it.each(['', 'null'])('%j in Anthropic’s format is none either', (nothing) => {
    const ended = JSON.stringify({ type: 'message_delta', delta: { stop_reason: nothing } });
    expect(anthropicSteps(ended)).not.toContainEqual(expect.objectContaining({ kind: 'failure' }));
    const reply = anthropic.reply(JSON.stringify({ content: [], stop_reason: nothing }), ask, 0);
    expect(reply).toEqual(anthropic.reply(JSON.stringify({ content: [] }), ask, 0));
  });
});

it.each(['function', 'custom'])('a %s that the request names ends with stop, as OpenAI says it', (type) => {
  const named = { name: 'weather' };
  const request = chat({ stream: true, tool_choice: { type, [type]: named }, tools: [{ type, [type]: named }] });
  const more = type === 'function' ? { arguments: '{}' } : { input: 'x' };
  const call = { id: 'call_1', type, [type]: { ...named, ...more } };
  const stream = begunStream(request);
  stream.event(undefined, chunk({ index: 0, delta: { tool_calls: [{ index: 0, ...call }] }, finish_reason: null }));
  expect(reasonIn(stream.event(undefined, delta({}, 'stop')))).toBe('stop');
  const message = { role: 'assistant', content: null, tool_calls: [call] };
  const text = JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] });
  expect(openai.reply(text, request, 0)).toMatchObject({ ok: true, finishReason: 'stop', body: text });
});
