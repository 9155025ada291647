/** Messages in a stream: a whole answer at its end, and messages beside deltas or in their place. None of the answer is lost unseen. */
import { expect, it } from 'vitest';
import { StreamedCompletion } from '../../../protocol/completion-of-stream.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { chat } from './chats.ts';

type Json = Record<string, unknown>;

const event = (object: string, choice: Json): string =>
  JSON.stringify({ id: 'c1', object, created: 1, model: 'm', choices: [{ index: 0, finish_reason: null, ...choice }] });
const delta = (said: Json, more: Json = {}): string => event('chat.completion.chunk', { delta: said, ...more });
const completion = (message: Json, more: Json = {}): string =>
  event('chat.completion', { message: { role: 'assistant', ...message }, ...more });
const END = { finish_reason: 'stop' };
const OPENING = delta({ role: 'assistant', content: '' });

/** What the router makes of these events, and what a client reads in that. */
function read(events: readonly string[]) {
  const stream = openai.stream(chat({ stream: true }), 0);
  const steps = events.flatMap((data) => stream.event(undefined, data));
  const whole = new StreamedCompletion();
  for (const step of steps) if (step.kind === 'chunk') whole.add(JSON.parse(step.data));
  return { kinds: steps.map(({ kind }) => kind), message: whole.whole()?.choices[0]?.message };
}

const CALL = { index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } };

it.each<[string, Json, Json, Json]>([
  ['only thoughts', { reasoning_content: 'Hm' }, {}, {}],
  ['only thoughts, with an empty delta', { reasoning_content: 'Hm' }, { delta: {} }, {}],
  ['nothing, with an empty delta', {}, { delta: { role: 'assistant', content: '' } }, {}],
  ['all but the calls', { content: 'Hello', tool_calls: [] }, {}, { tool_calls: [CALL] }],
])('a whole answer at the end of a stream that said %s loses nothing', (_, said, beside, more) => {
  const end = completion({ content: 'Hello', tool_calls: [], ...more }, { ...END, ...beside });
  const { message } = read([OPENING, delta(said), end]);
  expect(message?.content).toBe('Hello');
  expect(message?.tool_calls?.length ?? 0).toBe(more.tool_calls ? 1 : 0);
});

it.each([
  ['parts', ['Hel', 'lo'], ''],
  ['all so far', ['Hel', 'Hello'], 'Hello'],
])('messages with %s in the place of deltas do not pass for the whole answer', (_, contents, end) => {
  const { kinds, message } = read([
    ...contents.map((content) => completion({ content })),
    completion({ content: end }, END),
  ]);
  expect(kinds).toEqual(['lost', 'lost', 'chunk']);
  expect(message?.content ?? '').toBe(end);
});

it('a token that is a number beside a message is the token of the delta', () => {
  const token = delta({ content: 0 }, { message: { content: 'a 1.50' } }).replace('"content":0', '"content":1.50');
  expect(read([OPENING, delta({ content: 'a ' }), token, delta({}, END)]).message?.content).toBe('a 1.50');
});

it('a whole answer with an empty delta beside it (Perplexity) has its message read', () => {
  const text = completion({ content: 0 }, { ...END, delta: { content: '' } }).replace('"content":0', '"content":1.50');
  const reply = openai.reply(text, chat(), 0);
  expect(reply.ok && JSON.parse(reply.body).choices[0].message.content).toBe('1.50');
});
