/** Gemini 3 refuses a history of calls without their signatures; every other provider refuses the field. */
import { describe, expect, it } from 'vitest';
import { inputSize } from '../../../worker/core/pricing/input-size.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { deployment } from '../pipeline/support/router.ts';
import { bodyOf, chat, target } from './chats.ts';

const GOOGLE = { apiBase: 'https://generativelanguage.googleapis.com/v1beta/openai' };
const GEMINI_3 = { ...GOOGLE, model: 'gemini-3-pro-preview' };
const VERTEX = 'https://aiplatform.googleapis.com/v1/projects/p/locations/global/endpoints/openapi';
const STAND_IN = { google: { thought_signature: 'skip_thought_signature_validator' } };
const signed = { google: { thought_signature: 'c2lnbmVk' } };
const call = (more: object = {}) => ({ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' }, ...more });
const history = (...calls: object[]) =>
  chat({
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, tool_calls: calls },
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
    ],
  });
const sentCalls = (request: ReturnType<typeof chat>, to: object) =>
  (bodyOf(adapterFor('openai').request(request, target({}, to))).messages as { tool_calls?: object[] }[])[1]
    ?.tool_calls;

describe('the signature of a call', () => {
  it.each([GOOGLE.apiBase, 'https://us-central1-aiplatform.googleapis.com/v1/openai'])('goes back to %s', (apiBase) => {
    expect(sentCalls(history(call({ extra_content: signed })), { apiBase })).toEqual([call({ extra_content: signed })]);
  });

  it.each(['https://api.openai.com/v1', 'https://googleapis.com.evil.example/v1', 'https://notgoogleapis.com/v1'])(
    'does not go to %s',
    (apiBase) => {
      const request = history(call({ extra_content: signed }), call({ id: 'c2' }));
      expect(sentCalls(request, { apiBase })).toEqual([call(), call({ id: 'c2' })]);
      expect(request.strippedFields).toBeUndefined();
    },
  );

  it('does not go to Anthropic', () => {
    expect(adapterFor('anthropic').request(history(call({ extra_content: signed })), target()).body).not.toContain(
      'c2lnbmVk',
    );
  });

  it('stays where a name of a tool is replaced', () => {
    const named = { ...call(), function: { name: 'db.query', arguments: '{}' }, extra_content: signed };
    expect(sentCalls(history(named), GOOGLE)).toMatchObject([
      { function: { name: 'db_query' }, extra_content: signed },
    ]);
  });

  it('counts as input where it is sent', () => {
    const bytes = (apiBase: string, ...calls: object[]) =>
      inputSize(history(...calls), [deployment('a', { apiBase })]).textBytes;
    const more = (apiBase: string) => bytes(apiBase, call({ extra_content: signed })) - bytes(apiBase, call());
    expect([more(GOOGLE.apiBase), more('https://api.openai.com/v1')]).toEqual(['c2lnbmVk'.length, 0]);
  });
});

describe('a call without a signature', () => {
  const unsigned = history(call(), call({ id: 'c2' }));
  const stoodIn = [call({ extra_content: STAND_IN }), call({ id: 'c2' })];

  it.each([
    [GOOGLE.apiBase, 'gemini-3-pro-preview'],
    [GOOGLE.apiBase, 'models/gemini-3.8-flash'],
    [GOOGLE.apiBase, 'gemini-flash-latest'],
    [GOOGLE.apiBase, 'Gemini-10-Pro'],
    [VERTEX, 'google/gemini-3-flash-preview'],
  ])('gets Google’s stand-in, the first of each message, at %s for %s', (apiBase, model) => {
    expect(sentCalls(unsigned, { apiBase, model })).toEqual(stoodIn);
  });

  it.each([
    [GOOGLE.apiBase, 'gemini-2.5-pro'],
    [GOOGLE.apiBase, 'models/gemini-2.0-flash'],
    [GOOGLE.apiBase, 'gemini-1.5-pro-latest'],
    [GOOGLE.apiBase, 'gemma-3-27b-it'],
    [VERTEX, 'meta/llama-4-maverick-17b-128e-instruct-maas'],
    ['https://openrouter.ai/api/v1', 'google/gemini-3-pro-preview'],
    ['https://googleapis.com.evil.example/v1', 'gemini-3-pro-preview'],
    ['https://api.openai.com/v1', 'gpt-6-sol'],
  ])('gets nothing at %s for %s', (apiBase, model) => {
    expect(sentCalls(unsigned, { apiBase, model })).toEqual([call(), call({ id: 'c2' })]);
  });

  it('gets nothing at Anthropic', () => {
    const body = adapterFor('anthropic').request(unsigned, target({}, { model: 'gemini-3-pro-preview' })).body;
    expect(body).not.toContain('thought_signature');
  });

  it('is left alone behind a signed one', () => {
    const calls = [call({ extra_content: signed }), call({ id: 'c2' })];
    expect(sentCalls(history(...calls), GEMINI_3)).toEqual(calls);
  });

  it('may be of a custom tool, or of a function in the words of 2023', () => {
    const custom = { id: 'c1', type: 'custom', custom: { name: 'f', input: 'x' } };
    const mixed = history(custom, call({ id: 'c2', extra_content: signed }));
    expect(sentCalls(mixed, GEMINI_3)).toMatchObject([
      { type: 'function', extra_content: STAND_IN },
      { extra_content: signed },
    ]);
    const old = chat({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: 'ok' },
      ],
      functions: [{ name: 'f', parameters: { type: 'object' } }],
    });
    expect(sentCalls(old, GEMINI_3)).toMatchObject([{ function: { name: 'f' }, extra_content: STAND_IN }]);
  });

  it('gets one in every turn, and the request itself stays as it was', () => {
    const turn = [
      { role: 'assistant', content: null, tool_calls: [call()] },
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
    ];
    const messages = [{ role: 'user', content: 'Hi' }, ...turn, { role: 'user', content: 'And?' }, ...turn];
    const request = chat({ messages });
    const { body, dropped } = adapterFor('openai').request(request, target({}, GEMINI_3));
    expect(body.match(/skip_thought_signature_validator/g)).toHaveLength(2);
    expect(dropped).toEqual([]);
    expect(JSON.stringify(request)).not.toContain('thought_signature');
  });

  it('is held with the tokens of its stand-in where it may be sent, though nobody wrote it', () => {
    const size = (more: object, ...calls: object[]) => inputSize(history(...calls), [deployment('a', more)]);
    const [plain, atGemini] = [size({}, call(), call()), size(GEMINI_3, call(), call())];
    expect(atGemini.framingTokens - plain.framingTokens).toBe(STAND_IN.google.thought_signature.length);
    expect(atGemini.textBytes).toBe(plain.textBytes);
    const both = [deployment('a', GEMINI_3), deployment('b')];
    expect(inputSize(history(call()), both).framingTokens).toBe(size(GEMINI_3, call()).framingTokens);
  });
});

it.each(['x', {}, { google: {} }, { google: { thought_signature: 7 } }, { google: null }, { openai: signed.google }])(
  '%j under its name is a field that nobody knows',
  (extra_content) => {
    const request = history(call({ extra_content }));
    expect(sentCalls(request, GOOGLE)).toEqual([call()]);
    expect(request.strippedFields).toEqual(['messages[].tool_calls[].extra_content']);
  },
);

it('only the signature goes along', () => {
  const evil = { url: 'https://evil.example' };
  const extra_content = { google: { ...signed.google, evil }, evil };
  const request = history(call({ extra_content, evil }));
  expect(sentCalls(request, GOOGLE)).toEqual([call({ extra_content: signed })]);
  const where = 'messages[].tool_calls[]';
  expect(request.strippedFields).toEqual([
    `${where}.extra_content.google.evil`,
    `${where}.extra_content.evil`,
    `${where}.evil`,
  ]);
});
