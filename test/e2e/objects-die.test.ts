/** Objects of keyed and shared answers that die under their readers, as with each deploy: nobody takes the rest for an answer. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { admin, answered } from '../support/ask.ts';
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
