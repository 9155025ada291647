import { describe, expect, it } from 'vitest';
import type { StreamStep } from '../../../worker/providers/adapter.ts';
import { anthropic } from '../../../worker/providers/anthropic/adapter.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { generatedBytes } from '../../../worker/providers/shared/generated-bytes.ts';
import { chat } from './chats.ts';
import { throughDoor } from './functions-client.ts';

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}"é"${'}'.repeat(levels)}`;

describe('what a model generated', () => {
  it.each([
    [{ role: 'assistant', content: 'é' }, 2],
    [{ content: null, refusal: 'no', reasoning_content: 'hm', reasoning: 'hm' }, 6],
    [{ tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'get', arguments: '{}' } }] }, 7],
    [{ tool_calls: [{ index: 0, type: 'custom', custom: { name: 'run', input: 'ls' } }] }, 5],
    [{ function_call: { name: 'get', arguments: '{"a":1}' } }, 10],
    // Against the format: an object instead of a string, whose names the model wrote too.
    [{ tool_calls: [{ function: { arguments: { role: 'é' } } }] }, '{"role":"é"}'.length + 1],
    [{ reasoning_details: [{ type: 'reasoning.encrypted', data: 'abcd', index: 0 }], something_new: ['xy'] }, 6],
    [undefined, 0],
    [7, 0],
  ])('in %j is bounded by %i bytes', (value, bytes) => {
    expect(generatedBytes(value)).toBe(bytes);
  });

  it('is not looked for without end', () => {
    expect(generatedBytes(JSON.parse(deep(20)))).toBe(2);
    expect(generatedBytes(JSON.parse(deep(21)))).toBeUndefined();
    expect(generatedBytes({ arguments: JSON.parse(deep(50_000)) })).toBeUndefined();
  });
});

describe('a chunk', () => {
  const bytesOf = (steps: StreamStep[]) => steps.map((step) => ('textBytes' in step ? step.textBytes : undefined));

  it('counts every choice, and not what stands beside their deltas', () => {
    const stream = openai.stream(chat({ stream: true, n: 2 }), 0);
    const choices = [
      { index: 0, delta: { content: 'ab' }, logprobs: { content: [{ token: 'ab' }] } },
      { index: 1, delta: { content: 'é' } },
      { index: 2, finish_reason: 'stop' },
    ];
    expect(bytesOf(stream.event(undefined, JSON.stringify({ choices })))).toEqual([4]);
  });

  it('nested too deeply to be read is bounded by its whole text', () => {
    const data = `{"choices":[{"delta":${deep(60)}}]}`;
    expect(bytesOf(openai.stream(chat({ stream: true }), 0).event(undefined, data))).toEqual([data.length + 1]);
  });

  it('in the words of 2023 counts the same', () => {
    const event = JSON.stringify({
      choices: [{ delta: { tool_calls: [{ index: 0, id: 'call_1', function: { name: 'f', arguments: '{' } }] } }],
    });
    const legacy = throughDoor(openai).stream({ ...chat({ stream: true }), legacyFunctions: true }, 0);
    expect(bytesOf(legacy.event(undefined, event))).toEqual([8]);
  });
});

describe('what Anthropic generates and no chunk shows', () => {
  const stream = anthropic.stream(chat({ stream: true }), 0);
  const event = (type: string, fields: object) => stream.event(type, JSON.stringify({ type, ...fields }));
  event('message_start', { message: { id: 'a' } });

  it.each([
    ['content_block_start', { index: 0, content_block: { type: 'redacted_thinking', data: 'EuYB' } }, 4],
    ['content_block_start', { index: 0, content_block: { type: 'server_tool_use', id: 's1', input: {} } }, 4],
    ['content_block_delta', { index: 0, delta: { type: 'input_json_delta', partial_json: '{"q":' } }, 5],
    ['content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'EsEC' } }, 4],
    ['content_block_delta', { index: 0, delta: { type: 'a_new_delta', words: ['é'] } }, 2],
  ])('%s of %j', (type, fields, textBytes) => {
    expect(event(type, fields)).toEqual([{ kind: 'unseen', textBytes }]);
  });

  it('is nothing where nothing was generated', () => {
    expect(event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })).toEqual([]);
    expect(event('ping', {})).toEqual([]);
  });

  it('the input of a call that comes whole is counted once, names and all', () => {
    const content_block = { type: 'tool_use', id: 't1', name: 'get', input: { city: 'Hue' } };
    const start = event('content_block_start', { index: 3, content_block });
    const stop = event('content_block_stop', { index: 3 });
    expect([...start, ...stop]).toMatchObject([
      { kind: 'chunk', textBytes: 5 + '{"city":"Hue"}'.length },
      { kind: 'chunk', textBytes: 0 },
    ]);
  });

  it('the stop sequence is taken off the text, and was generated', () => {
    expect(event('message_delta', { delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' } })).toMatchObject([
      { kind: 'chunk', textBytes: 3 },
    ]);
  });
});
