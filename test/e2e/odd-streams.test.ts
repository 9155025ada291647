/** OpenAI's own SDK reads streams that a provider sends in fragments, with pauses, and in odd shapes; the router is a real process. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { startBench } from '../support/bench.ts';
import { startScripted } from '../support/scripted-provider.ts';

const chunk = (choices: unknown[], more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...more })}\n\n`;
const delta = (said: object, finish_reason: string | null = null) => chunk([{ index: 0, delta: said, finish_reason }]);
const call = (id: string, json: string) =>
  delta({ tool_calls: [{ index: 0, id, type: 'function', function: { name: 'f', arguments: json } }] });
const USAGE = chunk([], { usage: { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 } });
const OPENING = delta({ role: 'assistant', content: '' });

/** The pieces of the next answer; a number is a pause. */
let script: (string | number)[] = [];

async function tell(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain' });
  for (const piece of script) {
    if (typeof piece === 'number') await sleep(piece);
    else response.write(piece);
  }
  response.end();
}

const provider = await startScripted((_, response) => void tell(response).catch(() => response.destroy()));
const bench = await startBench({
  variables: {
    PROVIDER_A_FORMAT: 'openai',
    PROVIDER_A_API_BASE: `${provider.origin}/v1`,
    PROVIDER_A_KEY: 'odd-key',
    PROVIDER_A_MODEL: 'odd',
    PROVIDER_A_PRICE: '{"input":1,"output":4,"cachedInput":1,"cacheWrite":1,"tiers":[]}',
  },
});
afterAll(() => Promise.all([bench.stop(), provider.close()]));

const client = new OpenAI({ baseURL: `${bench.url}/v1`, apiKey: LOCAL_CLIENT_KEY, maxRetries: 0 });
const ASK = { model: 'app/chat', messages: [{ role: 'user' as const, content: 'Name a river.' }] };
const resumable = () => ({ headers: { 'idempotency-key': randomUUID(), 'x-carryon-resume': '1' } });

test.each(['plain', 'resumable'])('a %s stream with pauses and events cut in two', async (kind) => {
  const second = delta({ content: 'Elbe.' });
  script = [OPENING + delta({ content: 'The ' }), 1_200, second.slice(0, 40), 1_200, second.slice(40)];
  script.push('data:\n\n', delta({}, 'stop'), USAGE, 'data: [DONE]\n\n');
  const options = kind === 'plain' ? {} : resumable();
  const { data, response } = await client.chat.completions
    .create({ ...ASK, stream: true, stream_options: { include_usage: true } }, options)
    .withResponse();
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  let text = '';
  let tokens = 0;
  for await (const { choices, usage } of data) {
    text += choices[0]?.delta.content ?? '';
    tokens += usage?.completion_tokens ?? 0;
  }
  expect([text, tokens]).toEqual(['The Elbe.', 7]);
});

test('two calls under one index are two calls', async () => {
  script = [OPENING, call('call_1', '{"a":1}'), call('call_2', '{"a":2}'), delta({}, 'tool_calls'), 'data: [DONE]\n\n'];
  const parameters = { type: 'object', properties: {} };
  const tools = [{ type: 'function' as const, function: { name: 'f', parameters } }];
  const { choices } = await client.chat.completions.stream({ ...ASK, tools }).finalChatCompletion();
  const calls = choices[0]?.message.tool_calls?.map((one) => [
    one.id,
    one.type === 'function' && one.function.arguments,
  ]);
  expect(calls).toEqual([
    ['call_1', '{"a":1}'],
    ['call_2', '{"a":2}'],
  ]);
});

test('an event that is lost is told, and the answer is read all the same', async () => {
  script = [OPENING, delta({ content: 'The ' }), 50, 'data: {"id": "x", "choices": [{"delta": {"content": \n\n'];
  script.push(delta({ content: 'Elbe.' }), delta({}, 'stop'), USAGE, 'data: [DONE]\n\n');
  let text = '';
  let last: object = {};
  for await (const chunk of await client.chat.completions.create({ ...ASK, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? '';
    last = chunk;
  }
  expect(text).toBe('The Elbe.');
  expect(last).toMatchObject({ carryon: { skippedEvents: 1 } });
});
