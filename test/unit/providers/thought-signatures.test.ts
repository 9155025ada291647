/** Gemini 3 refuses a history of its calls without their signatures; every other provider refuses the field. */
import { describe, expect, it } from 'vitest';
import { inputSize } from '../../../worker/core/pricing/input-size.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { deployment } from '../pipeline/support/router.ts';
import { bodyOf, chat, target } from './chats.ts';

const GOOGLE = { apiBase: 'https://generativelanguage.googleapis.com/v1beta/openai' };
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
