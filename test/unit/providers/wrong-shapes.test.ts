import { describe, expect, it } from 'vitest';
import { anthropic } from '../../../worker/providers/anthropic/adapter.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { chat } from './chats.ts';

const choice = (changes: object) => ({
  index: 0,
  message: { role: 'assistant', content: 'x' },
  finish_reason: 'stop',
  ...changes,
});
const whole = (changes: object) => JSON.stringify({ id: 'a', model: 'm', choices: [choice(changes)] });
const chunk = (changes: object) =>
  JSON.stringify({ id: 'a', model: 'm', choices: [{ index: 0, delta: {}, ...changes }] });

describe('an OpenAI answer', () => {
  it.each([
    ['', 'not JSON'],
    ['<html>', 'not JSON'],
    ['[]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{}', 'no choices'],
    ['{"choices":[]}', 'no choices'],
    ['{"choices":[null]}', 'no message'],
    [whole({ message: undefined }), 'no message'],
    [whole({ message: { content: true } }), 'not text'],
    [whole({ message: { content: [{ type: 'image', url: 'x' }] } }), 'A part of the content'],
    [whole({ message: { tool_calls: {} } }), 'not a list'],
    [whole({ finish_reason: null }), 'no finish_reason'],
    [whole({ finish_reason: '' }), 'no finish_reason'],
    [whole({}).slice(0, -4), 'not JSON'],
  ])('%s', (text, message) => {
    const reply = openai.reply(text, chat(), 0);
    expect(reply).toMatchObject({ ok: false, failure: { kind: 'malformed', mayBeBilled: true } });
    expect(!reply.ok && reply.failure.message).toContain(message);
  });

  it.each([undefined, null, 7, '', {}])('with the model %j names none', (model) => {
    const reply = openai.reply(JSON.stringify({ id: 'a', model, choices: [choice({})] }), chat(), 0);
    expect(reply).toMatchObject({ ok: true, model: undefined });
  });

  it.each([
    ['of text', {}],
    [
      'with a call of a kind that we do not know',
      { tool_calls: [{ id: 'c', type: 'web_search', web_search: { query: 'x' } }] },
    ],
  ])('%s goes on as it came', (_, more) => {
    const text = ` ${whole({ message: { role: 'assistant', content: 'x', ...more } })}\n`;
    const reply = openai.reply(text, chat({ n: 3 }), 0);
    expect(reply.ok && reply.body).toBe(text);
  });

  it.each([
    [{ prompt_tokens: -1, completion_tokens: 'one' }],
    [{ prompt_tokens: {}, completion_tokens: [1] }],
    [{ total_tokens: null }],
    [{}],
    [null],
    [[]],
    [7],
  ])('with the usage %j counts nothing', (usage) => {
    const reply = openai.reply(JSON.stringify({ model: 'm', choices: [choice({})], usage }), chat(), 0);
    expect(reply).toMatchObject({ ok: true, usage: undefined });
  });
});

describe('an OpenAI event', () => {
  it('passes as it came, unless that would break a line in two', () => {
    const data = chunk({ delta: { role: 'assistant', content: 'x' } });
    const event = (text: string) => openai.stream(chat({ stream: true }), 0).event(undefined, text);
    expect(event(` ${data}`)).toMatchObject([{ data: ` ${data}`, content: true, finished: false }]);
    expect(event(JSON.stringify(JSON.parse(data), null, 1))).toMatchObject([{ data }]);
  });

  it.each([
    [{ role: 'assistant', content: '' }, false],
    [{ content: null, reasoning_content: '' }, false],
    [{ tool_calls: [] }, false],
    [{ reasoning_content: 'x' }, true],
    [{ reasoning: 'x' }, true],
    [{ refusal: 'x' }, true],
    [{ function_call: { name: 'f' } }, true],
    [{ tool_calls: [{ index: 0 }] }, true],
    [{ audio: { id: 'a' } }, true],
  ])('with the delta %j shows something: %s', (delta, content) => {
    expect(openai.stream(chat({ stream: true }), 0).event(undefined, chunk({ delta }))).toMatchObject([{ content }]);
  });

  it('ends the answer once as many choices as were asked for have finished', () => {
    const stream = openai.stream(chat({ stream: true, n: 2 }), 0);
    const say = (index: number, reason: string | null) =>
      stream.event(undefined, chunk({ index, finish_reason: reason }))[0];
    const standing = () => ({ complete: stream.complete, finishedAll: stream.finishedAll });
    expect(standing()).toEqual({ complete: false, finishedAll: false });
    expect(say(0, 'stop')).toMatchObject({ finished: false });
    // Fewer than asked for: whole if the provider ends it here, cut if the connection breaks.
    expect(standing()).toEqual({ complete: true, finishedAll: false });
    expect(say(1, null)).toMatchObject({ finished: false });
    // Some send it empty with each chunk.
    expect(say(1, '')).toMatchObject({ finished: false });
    expect(standing()).toEqual({ complete: false, finishedAll: false });
    expect(say(1, 'length')).toMatchObject({ finished: false }); // no content came, so only [DONE] or a clean end ends it
    expect(standing()).toEqual({ complete: true, finishedAll: true });
    say(2, null); // more than asked for
    expect(standing()).toEqual({ complete: false, finishedAll: false });
  });

  it('with usage too deep to be written has none', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const stream = openai.stream(chat({ stream: true }), 0);
    const usage = `{"prompt_tokens":1,"completion_tokens":1,"details":${deep}}`;
    expect(stream.event(undefined, `{"id":"a","choices":[],"usage":${usage}}`)).toEqual([]);
    expect(stream.usageChunk()).toBeUndefined();
  });

  it('gives the usage chunk only an id, a date and a model of the right type', () => {
    const stream = openai.stream(chat({ stream: true }), 0);
    const usage = { prompt_tokens: 1, completion_tokens: 1 };
    stream.event(undefined, JSON.stringify({ id: ['a'], created: 'now', model: {}, choices: [], usage }));
    expect(stream.usageChunk()).toMatchObject({ id: '', created: 0, model: '', usage });
    stream.event(undefined, JSON.stringify({ id: 'a', created: 7, model: 'm', choices: [] }));
    expect(stream.usageChunk()).toMatchObject({ id: 'a', created: 7, model: 'm', usage });
  });
});

const message = (changes: object) =>
  JSON.stringify({ id: 'a', type: 'message', model: 'm', content: [], stop_reason: 'end_turn', ...changes });

describe('an Anthropic answer', () => {
  it.each([
    ['{"type":"message"', 'not JSON'],
    ['[]', 'not a JSON object'],
    [message({ content: 'x' }), 'no content'],
    [message({ stop_reason: null }), 'no stop_reason'],
    [message({ content: [7] }), 'not an object'],
    [message({ content: [{ text: 'x' }] }), 'no type'],
    [message({ content: [{ type: 'text' }] }), 'no text'],
    [message({ content: [{ type: 'tool_use', name: 'f' }] }), 'no id or name'],
  ])('%s', (text, words) => {
    const reply = anthropic.reply(text, chat(), 0);
    expect(reply).toMatchObject({ ok: false, failure: { kind: 'malformed', mayBeBilled: true } });
    expect(!reply.ok && reply.failure.message).toContain(words);
  });

  it.each([undefined, null, 7, '', {}])('with the model %j names none', (model) => {
    expect(anthropic.reply(message({ model }), chat(), 0)).toMatchObject({ ok: true, model: undefined });
    const stream = anthropic.stream(chat({ stream: true }), 0);
    stream.event('message_start', JSON.stringify({ type: 'message_start', message: { id: 'a', model } }));
    expect(stream.model).toBeUndefined();
  });

  it.each([
    ['pause_turn', 'stop'],
    ['model_context_window_exceeded', 'length'],
    ['stop_sequence', 'stop'],
    ['refusal', 'content_filter'],
  ])('that stopped for %s finished with %s', (stop_reason, finish) => {
    const reply = anthropic.reply(message({ stop_reason }), chat(), 0);
    expect(reply.ok && JSON.parse(reply.body).choices[0].finish_reason).toBe(finish);
  });
});

describe('an Anthropic event', () => {
  it.each(['ping', 'content_block_stop', 'something_new'])('%s shows nothing', (type) => {
    expect(anthropic.stream(chat({ stream: true }), 0).event(type, JSON.stringify({ type }))).toEqual([]);
  });
});
