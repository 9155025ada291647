/** Objects of keyed and shared answers that die under their readers, as with each deploy: nobody takes the rest for an answer. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { admin, answered, ask } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const bench = await startBench({ entryPath: join(import.meta.dirname, '../support/mortal-worker.js') });
afterAll(bench.stop);

interface Told {
  status: number;
  code: string | null;
  ending: string;
}
const recordOf = async (requestId: string | null) => {
  const reply = await admin(bench.url, `requests/${requestId}`);
  return reply.ok ? ((await reply.json()) as Told) : undefined;
};

test.each([
  ['shared', { 'x-carryon-feature': 'summarize' }],
  ['keyed', { 'idempotency-key': 'a-key' }],
  ['resumable', { 'idempotency-key': 'another-key', 'x-carryon-resume': '1' }],
] as [string, Record<string, string>][])('a %s stream breaks off, and its record says so', async (kind, headers) => {
  // Half of the answer at once, and then nothing: it cannot end before the object dies.
  await bench.sandbox.setFault('openai', 'stall-mid-stream');
  const question = `In 200 words: die after 2000 ms, ${kind}`;
  const { header, raw, broken, done } = await answered(bench.url, { question, headers, stream: true });
  expect([raw.includes('data: '), broken, done]).toEqual([true, true, false]);
  let told: Told | undefined;
  await until('it is recorded', async () => {
    told = await recordOf(header('x-request-id'));
    return told !== undefined;
  });
  expect(told).toMatchObject({ status: 200, code: 'stream_interrupted', ending: 'cut' });
});

test('a stream that is left before its object dies has no record, and is counted as one that was lost', async () => {
  await bench.sandbox.setFault('openai', 'stall-mid-stream');
  const client = new AbortController();
  const headers = { 'idempotency-key': 'left', 'x-carryon-resume': '1' };
  const question = 'In 200 words: die after 2000 ms, left';
  const stream = await ask(bench.url, { question, headers, stream: true, signal: client.signal });
  const reader = stream.body?.getReader();
  await reader?.read();
  client.abort();
  await reader?.closed.catch(() => {});
  const id = stream.headers.get('x-carryon-stream-id');
  // A reader that resumes it breaks off too; the next one hears of it from the object's next life.
  const authorization = `Bearer ${LOCAL_CLIENT_KEY}`;
  const rest = async () => (await fetch(`${bench.url}/ai/streams/${id}`, { headers: { authorization } })).text();
  await until('its object has died', async () => (await rest().catch(() => '')).includes('stream_interrupted'));
  await bench.sandbox.reset();
  await answered(bench.url, { question: '21 minutes later' });
  await until('it is counted', async () => {
    const { dropped } = (await (await admin(bench.url, 'slo')).json()) as { dropped: number };
    return dropped === 1;
  });
  expect(await recordOf(stream.headers.get('x-request-id'))).toBeUndefined();
});
