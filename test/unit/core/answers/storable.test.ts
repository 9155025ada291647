import { describe, expect, it } from 'vitest';
import type { ChatCompletion, ChatRequest, FinishReason } from '../../../../protocol/chat.ts';
import { type FinishedAnswer, whyNotStored } from '../../../../worker/core/answers/storable.ts';

type Choice = Partial<ChatCompletion['choices'][number]>;
type Message = Partial<ChatCompletion['choices'][number]['message']>;

const chat: ChatRequest = {
  model: 'app/chat',
  messages: [{ role: 'user', content: 'What is an e-mail address?' }],
  stream: false,
  includeUsage: false,
  rest: {},
};
const policy: FinishedAnswer['policy'] = { scope: 'tenant', maxBytes: 10_000, toolCalls: false, personalData: [] };
const choiceOf = (message: Message = {}, more: Choice = {}) => ({
  index: 0,
  message: { role: 'assistant', content: 'A name, @ and a host.', ...message },
  finish_reason: 'stop',
  ...more,
});
const bodyOf = (...choices: unknown[]): string =>
  JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices });
const why = (more: Partial<FinishedAnswer> = {}) =>
  whyNotStored({ body: bodyOf(choiceOf()), chat, policy, mode: 'normal', ...more });
const whyOf = (message: Message, more: Choice = {}, toolCalls = false) =>
  why({ body: bodyOf(choiceOf(message, more)), policy: { ...policy, toolCalls } });

describe('an answer is stored', () => {
  it('where it is complete and shows nothing personal', () => {
    expect(why()).toBeUndefined();
  });

  it.each(['safeguard', 'drill', 'bypass'])('not where it was made in the mode %s', (mode) => {
    expect(why({ mode })).toBe('mode');
  });

  it('not above the size that config allows, counted in UTF-8', () => {
    const body = bodyOf(choiceOf({ content: 'é'.repeat(100) }));
    const maxBytes = new TextEncoder().encode(body).byteLength;
    expect(why({ body, policy: { ...policy, maxBytes } })).toBeUndefined();
    expect(why({ body, policy: { ...policy, maxBytes: maxBytes - 1 } })).toBe('too_large');
  });

  it.each(['length', 'content_filter', 'error', null])('not where it ended with %s', (reason) => {
    expect(whyOf({}, { finish_reason: reason as FinishReason })).toBe('incomplete');
  });

  it('not where it says nothing, or refuses', () => {
    expect(whyOf({ content: '' })).toBe('incomplete');
    expect(whyOf({ content: null })).toBe('incomplete');
    expect(whyOf({ content: null, refusal: 'No.' })).toBe('incomplete');
    expect(whyOf({ refusal: 'No.' })).toBe('incomplete');
    expect(whyOf({ refusal: null })).toBeUndefined();
  });

  it('not where one of several choices is not whole, or missing', () => {
    const two = { ...chat, n: 2 };
    const both = [choiceOf(), choiceOf({}, { index: 1 })];
    expect(why({ chat: two, body: bodyOf(...both) })).toBeUndefined();
    expect(why({ chat: two })).toBe('incomplete');
    expect(why({ body: bodyOf(...both) })).toBe('incomplete');
    const cut = choiceOf({}, { index: 1, finish_reason: 'length' });
    expect(why({ chat: two, body: bodyOf(choiceOf(), cut) })).toBe('incomplete');
  });
});

describe('an answer that calls tools', () => {
  const tool_calls = [{ id: 'c1', type: 'function' as const, function: { name: 'f', arguments: '{}' } }];
  const function_call = { name: 'f', arguments: '{}' };

  it.each([
    [{ content: null, tool_calls }, 'tool_calls'],
    [{ content: null, tool_calls }, 'stop'],
    [{ content: 'Let me look.', tool_calls }, 'tool_calls'],
    [{ content: null, function_call }, 'function_call'],
    [{ content: null, function_call }, 'stop'],
  ] as const)('is stored only where config allows it: %j, %s', (message, reason) => {
    const said = message as unknown as Message;
    expect(whyOf(said, { finish_reason: reason })).toBe('tool_calls');
    expect(whyOf(said, { finish_reason: reason }, true)).toBeUndefined();
  });

  it('is stored only whole', () => {
    expect(whyOf({ tool_calls }, { finish_reason: 'length' }, true)).toBe('incomplete');
    expect(whyOf({}, { finish_reason: 'tool_calls' }, true)).toBe('incomplete');
    expect(whyOf({ tool_calls: [] })).toBeUndefined();
  });
});

describe('personal data', () => {
  const asks = (more: Partial<ChatRequest>) => why({ chat: { ...chat, ...more } });
  const message = (content: string) => ({ role: 'user' as const, content });

  it('keeps an answer out of what a tenant shares, wherever it stands', () => {
    expect(whyOf({ content: 'It is ann@example.com.' })).toBe('personal_data');
    expect(asks({ messages: [message('I am ann@example.com.')] })).toBe('personal_data');
    expect(asks({ messages: [message('Pay with 4111 1111 1111 1111')] })).toBe('personal_data');
    expect(asks({ messages: [message('To DE89 3704 0044 0532 0130 00')] })).toBe('personal_data');
    expect(asks({ rest: { prediction: { content: 'ann@example.com' } } })).toBe('personal_data');
    expect(asks({ stop: ['ann@example.com'] })).toBe('personal_data');
    expect(asks({ tool_choice: { type: 'function', function: { name: 'ann@example.com' } } })).toBe('personal_data');
    expect(asks({ response_format: { type: 'json_schema', json_schema: { name: 'ann@example.com' } } })).toBe(
      'personal_data',
    );
    expect(asks({ tools: [{ type: 'function', function: { name: 'f', description: 'ann@example.com' } }] })).toBe(
      'personal_data',
    );
  });

  it('is what config adds, too', () => {
    const own = { ...policy, personalData: [/host/iu] };
    expect(why({ policy: own })).toBe('personal_data');
    expect(why({ policy: own, body: bodyOf(choiceOf({ content: 'None.' })) })).toBeUndefined();
  });

  it('may be kept where only its own user is given it', () => {
    const own = { ...policy, scope: 'user' as const };
    expect(why({ policy: own, body: bodyOf(choiceOf({ content: 'ann@example.com' })) })).toBeUndefined();
  });

  it('is not looked for in what is no part of question and answer', () => {
    expect(asks({ user: 'ann@example.com', metadata: { mail: 'ann@example.com' } })).toBeUndefined();
  });
});
