import { describe, expect, it } from 'vitest';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { anthropicWire, openaiWire } from './answers.ts';
import { bodyOf, chat, target } from './chats.ts';
import { throughDoor } from './functions-client.ts';

const legacy = {
  functions: [{ name: 'get_weather', parameters: { type: 'object', properties: {} }, extra: 1 }],
  function_call: { name: 'get_weather' },
  messages: [
    { role: 'user', content: 'Weather?' },
    { role: 'assistant', content: null, function_call: { name: 'get_weather', arguments: '{"city":"Hue"}' } },
    { role: 'function', name: 'get_weather', content: 'Rain' },
  ],
};
const answer = { reasoning: [], text: [], calls: [{ id: 'c1', name: 'get_weather', json: ['{"city"', ':"Hue"}'] }] };
const wires = { openai: openaiWire, anthropic: anthropicWire };

describe.each(['openai', 'anthropic'] as const)('functions of 2023, over %s', (format) => {
  const adapter = throughDoor(adapterFor(format));

  it('go out as tools', () => {
    const outgoing = adapter.request(chat(legacy), target({}, { model: 'claude-haiku-4-5' }));
    expect(outgoing.body).not.toMatch(/"functions?_call"|"functions"|"role":"function"/);
    expect(bodyOf(outgoing).tools).toHaveLength(1);
    expect(outgoing.dropped).toEqual(['tools[].function.extra']);
    expect(outgoing.body.match(/call_legacy_1/g)).toHaveLength(2);
  });

  it('come back as a function call, whole', () => {
    const reply = adapter.reply(wires[format].whole(answer), chat(legacy), 0);
    const choice = reply.ok ? JSON.parse(reply.body).choices[0] : undefined;
    expect(choice.finish_reason).toBe('function_call');
    expect(choice.message.function_call).toEqual({ name: 'get_weather', arguments: '{"city":"Hue"}' });
    expect(choice.message).not.toHaveProperty('tool_calls');
  });

  it('come back as a function call, streamed', () => {
    const stream = adapter.stream(chat({ ...legacy, stream: true }), 0);
    const steps = wires[format].events(answer).flatMap(({ name, data }) => stream.event(name, data));
    const deltas = steps.flatMap((step) => (step.kind === 'chunk' ? JSON.parse(step.data).choices : []));
    expect(deltas.map(({ delta }) => delta.function_call?.arguments ?? '').join('')).toBe('{"city":"Hue"}');
    expect(deltas.at(-1).finish_reason).toBe('function_call');
    expect(JSON.stringify(deltas)).not.toContain('tool_calls');
    expect(stream.complete).toBe(true);
  });
});

it('leaves functions beside tools to be named as dropped', () => {
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const outgoing = adapterFor('openai').request(chat({ functions: [{ name: 'g' }], tools }), target());
  expect(outgoing.dropped).toEqual(['functions']);
});
