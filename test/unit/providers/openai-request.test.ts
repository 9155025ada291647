import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { PRESETS } from '../../../worker/providers/presets.ts';
import { legalBody } from './arbitraries.ts';
import { bodyOf, chat, target } from './chats.ts';

const quirksOf = (name: string) => PRESETS[name]?.quirks ?? {};
const send = (body: Record<string, unknown>, preset = 'openai', allowParams: string[] = []) => {
  const outgoing = openai.request(chat(body), target(quirksOf(preset), { allowParams }));
  return { body: bodyOf(outgoing), dropped: outgoing.dropped };
};

describe('an OpenAI request', () => {
  it('asks for usage, and for no padding, whenever it streams', () => {
    expect(send({ stream: true }).body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
    });
    expect(send({ stream: true }, 'deepseek').body.stream_options).toEqual({ include_usage: true });
    expect(send({}).body).not.toHaveProperty('stream_options');
  });

  it.each([
    ['openai', 'max_completion_tokens'],
    ['deepseek', 'max_tokens'],
    ['openai-compatible', 'max_tokens'],
  ])('%s: names the output cap %s', (preset, field) => {
    const { body } = send({ max_tokens: 50 }, preset);
    expect(body[field]).toBe(50);
    expect(Object.keys(body).filter((key) => key.startsWith('max_'))).toEqual([field]);
  });

  it('passes what costs nothing more, and names what may', () => {
    const harmless = {
      store: false,
      service_tier: 'default',
      verbosity: 'low',
      prompt_cache_key: 'k',
      modalities: ['text'],
    };
    expect(send(harmless)).toMatchObject({
      body: { store: false, service_tier: 'default', verbosity: 'low', prompt_cache_key: 'k' },
      dropped: [],
    });
    expect(
      send({ store: true, service_tier: 'flex', prompt_cache_retention: '24h', prompt_cache_options: {} }).dropped,
    ).toEqual(['store', 'service_tier', 'prompt_cache_retention', 'prompt_cache_options']);
    expect(send({ service_tier: 'flex' }, 'openai', ['service_tier'])).toMatchObject({
      body: { service_tier: 'flex' },
      dropped: [],
    });
  });

  it('sends developer messages as system where the role is not known', () => {
    const messages = [{ role: 'developer', content: 'Be brief.' }];
    expect(send({ messages }).body.messages).toEqual(messages);
    expect(send({ messages }, 'holysheep').body.messages).toEqual([{ role: 'system', content: 'Be brief.' }]);
  });

  it('gives reasoning back only to providers that want it', () => {
    const messages = [
      { role: 'assistant', content: 'Hi', reasoning_content: 'Hm.' },
      { role: 'user', content: 'Go on' },
    ];
    expect(send({ messages }, 'deepseek').body.messages).toEqual(messages);
    expect(send({ messages }).body.messages).toEqual([{ role: 'assistant', content: 'Hi' }, messages[1]]);
  });

  it('asks for a schema in words where only JSON mode is known', () => {
    const json_schema = { name: 'it', schema: { type: 'object', properties: { a: { type: 'number' } } } };
    const { body } = send({ response_format: { type: 'json_schema', json_schema } }, 'deepseek');
    expect(body.response_format).toEqual({ type: 'json_object' });
    expect(JSON.stringify(body.messages)).toContain(JSON.stringify(JSON.stringify(json_schema.schema)).slice(1, -1));
    expect(send({ response_format: { type: 'json_schema', json_schema } }).body.response_format).toEqual({
      type: 'json_schema',
      json_schema,
    });
  });

  it('turns thinking off in DeepSeek’s words', () => {
    expect(send({ reasoning_effort: 'none' }, 'deepseek').body).toMatchObject({ thinking: { type: 'disabled' } });
    expect(send({ reasoning_effort: 'none' }, 'deepseek').body).not.toHaveProperty('reasoning_effort');
    expect(send({ reasoning_effort: 'none' }).body).toMatchObject({ reasoning_effort: 'none' });
  });

  it('leaves a tool choice without tools out, because providers refuse it', () => {
    expect(send({ tool_choice: 'required', parallel_tool_calls: false })).toMatchObject({ dropped: ['tool_choice'] });
    expect(send({ tool_choice: 'none' })).toMatchObject({ dropped: [] });
  });

  it('keeps custom and allowed tools for OpenAI, and translates them elsewhere', () => {
    const functions = ['a', 'b'].map((name) => ({ type: 'function', function: { name } }));
    const custom = { type: 'custom', custom: { name: 'c', format: { type: 'text' } } };
    const tool_choice = {
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'b' } }] },
    };
    const body = { tools: [...functions, custom], tool_choice };
    expect(send(body)).toMatchObject({ body, dropped: [] });
    const elsewhere = send(body, 'openai-compatible');
    expect(elsewhere.body).toMatchObject({ tools: [functions[1]], tool_choice: 'required' });
    expect(elsewhere.dropped).toEqual(['tools[].custom']);
  });

  it('leaves audio and files out of messages unless config allows them', () => {
    const part = { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' } };
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'Read' }, part] }];
    expect(send({ messages })).toMatchObject({ dropped: ['messages[].content[].file'] });
    expect(send({ messages }).body.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Read' }] }]);
    expect(send({ messages }, 'openai', ['file']).body.messages).toEqual(messages);
  });

  it('never copies messages that can go as they are', () => {
    const messages = [{ role: 'user', content: 'x'.repeat(1000) }];
    const request = chat({ messages });
    expect(request.messages).toBe(messages);
  });

  it('names exactly what it did not send', () => {
    const silent = ['model', 'messages', 'stream', 'user', 'metadata', 'max_completion_tokens'];
    fc.assert(
      fc.property(legalBody, fc.constantFrom('openai', 'deepseek'), (body, preset) => {
        const sent = send(body, preset);
        const missing = Object.keys(body).filter((key) => !silent.includes(key) && !(key in sent.body));
        const harmless = (key: string) => {
          const value = (body as Record<string, unknown>)[key];
          if (key === 'stop') return Array.isArray(value) && value.length === 0;
          if (key === 'tool_choice') return value === 'none';
          if (key === 'parallel_tool_calls') return value === true || !('tools' in body);
          if (key === 'n') return value === 1;
          if (key === 'reasoning_effort') return 'thinking' in sent.body;
          return value === false || ['"auto"', '"default"', '["text"]'].includes(JSON.stringify(value));
        };
        expect(sent.dropped.filter((name) => !name.includes('[')).sort()).toEqual(
          missing.filter((key) => !harmless(key)).sort(),
        );
      }),
    );
  });
});
