/** A usage in a form that SDKs refuse costs no client its answer, and says what is booked. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText } from 'ai';
import { expect, it } from 'vitest';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { chat } from './chats.ts';

type Json = Record<string, unknown>;

const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const choice = (said: Json, reason: string | null) => ({ index: 0, ...said, finish_reason: reason });
const answer = (choices: Json[], usage: unknown) =>
  JSON.stringify({ id: 'c1', created: 1, model: 'm', choices, usage });

async function readByVercel(usage: unknown) {
  const reply = openai.reply(answer([choice({ message: { content: 'Hello' } }, 'stop')], usage), chat(), 0);
  if (!reply.ok) throw new Error(reply.failure.message);
  const stream = openai.stream(chat({ stream: true }), 0);
  const events = [
    answer([choice({ delta: { content: 'Hello' } }, null)], usage),
    answer([choice({ delta: {} }, 'stop')], usage),
  ];
  const steps = events.flatMap((data) => stream.event(undefined, data));
  const chunks = [...steps.map((step) => 'data' in step && step.data), JSON.stringify(stream.usageChunk())];
  const body = [...chunks, '[DONE]'].flatMap((data) => (data ? [`data: ${data}\n\n`] : [])).join('');
  const model = (text: string, type: string) =>
    createOpenAICompatible({
      ...{ name: 'carryon', baseURL: 'https://router.example', includeUsage: true },
      fetch: async () => new Response(text, { headers: { 'content-type': type } }),
    })('m');
  const whole = await generateText({ model: model(reply.body, 'application/json'), prompt: 'Hi', maxRetries: 0 });
  const errors: unknown[] = [];
  const onError = ({ error }: { error: unknown }) => void errors.push(error);
  const read = streamText({ model: model(body, 'text/event-stream'), prompt: 'Hi', maxRetries: 0, onError });
  const streamed = [
    await read.text,
    (await read.usage).totalTokens,
    (await read.usage).inputTokenDetails.cacheReadTokens,
  ];
  expect(errors).toEqual([]);
  return [[whole.text, whole.usage.totalTokens, whole.usage.inputTokenDetails.cacheReadTokens], streamed];
}

it.each<[unknown, number?]>([
  [{ prompt_tokens: '3', completion_tokens: '2', total_tokens: '5' }],
  [{ ...USAGE, total_tokens: '1,024', completion_tokens: 2 }],
  [{ ...USAGE, prompt_tokens_details: '', completion_tokens_details: [] }],
  [{ ...USAGE, prompt_tokens_details: [], completion_tokens_details: false }],
  [{ ...USAGE, prompt_tokens_details: { cached_tokens: '1' } }, 1],
  [{ ...USAGE, completion_tokens_details: { reasoning_tokens: 'none' } }],
])('%j', async (usage, cached = 0) => {
  const told = openai.reply(answer([choice({ message: { content: 'Hello' } }, 'stop')], usage), chat(), 0).usage;
  const total = (told?.inputTokens ?? 0) + (told?.outputTokens ?? 0);
  expect(await readByVercel(usage)).toEqual([
    ['Hello', total, cached],
    ['Hello', total, cached],
  ]);
});

it.each([[''], [[]], [false], ['none']])('%j is none', async (usage) => {
  const [whole, streamed] = await readByVercel(usage);
  expect([whole?.[0], streamed?.[0]]).toEqual(['Hello', 'Hello']);
});

it.each([
  USAGE,
  { ...USAGE, prompt_tokens_details: null, completion_tokens_details: { reasoning_tokens: null }, cost: '0.1' },
  { ...USAGE, prompt_tokens_details: { cached_tokens: 1, audio_tokens: 0 }, queue_time: 0.1 },
])('%j goes on as the provider wrote it', (usage) => {
  const text = answer([choice({ message: { role: 'assistant', content: 'Hello' } }, 'stop')], usage);
  const reply = openai.reply(text, chat(), 0);
  expect(reply.ok && reply.body).toBe(text);
  const stream = openai.stream(chat({ stream: true }), 0);
  stream.event(undefined, answer([choice({ delta: { content: 'Hello' } }, 'stop')], usage));
  expect(stream.usageChunk()).toMatchObject({ usage });
});
