/**
 * Readers that leave, at every point of an answer, politely (FIN) and not (RST): the provider's call is cancelled, the hold comes back,
 * and what is booked covers what the provider bills. And streams that outlast their ledger's memory.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { ProviderName } from '../../sandbox/ask.ts';
import type { Fault } from '../../sandbox/faults.ts';
import { answered } from '../support/ask.ts';
import { BudgetBench, type Payer } from '../support/budget-bench.ts';
import { until } from '../support/until.ts';

const bench = await BudgetBench.start();
/** The object sleeps after ten seconds without a call. */
const quiet = await BudgetBench.start();
afterAll(() => Promise.all([bench.stop(), quiet.stop()]));

const FORMATS: readonly ProviderName[] = ['openai', 'anthropic'];

interface Point {
  at: string;
  stream: boolean;
  fault?: Fault;
  /** Leaves once this is true. */
  when(reader: Reader, format: ProviderName): boolean;
  /** The provider has sent its whole answer. */
  isWhole?: true;
}

interface Reader {
  socket: Socket;
  text: string;
}

const events = ({ text }: Reader): number => text.split('\n\n').filter((event) => event.includes('data: ')).length;
const isAtWork = (_: Reader, format: ProviderName): boolean => bench.sandbox.counts()[format].active === 1;

const POINTS: readonly Point[] = [
  { at: 'before the provider’s headers', stream: true, fault: 'hang-before-headers', when: isAtWork },
  { at: 'before the first token', stream: true, fault: 'hang-before-first-token', when: isAtWork },
  ...[1, 2, 3, 4, 5, 6, 12].map((count) => ({
    at: `after event ${count}`,
    stream: true,
    when: (reader: Reader) => events(reader) >= count,
  })),
  { at: 'while the provider is silent', stream: true, fault: 'stall-mid-stream', when: (reader) => events(reader) > 5 },
  {
    at: 'after the finish, before [DONE]',
    stream: true,
    fault: 'held-open-no-done',
    when: ({ text }) => text.includes('"finish_reason":"stop"'),
    isWhole: true,
  },
  { at: 'after [DONE]', stream: true, when: ({ text }) => text.includes('[DONE]'), isWhole: true },
  { at: 'before a whole answer is begun', stream: false, fault: 'hang-before-headers', when: isAtWork },
  { at: 'while a whole answer is made', stream: false, when: isAtWork },
];

interface BeginOptions {
  stream: boolean;
  /** Of the answer. */
  words?: number;
  choices?: number;
  /** Nothing is read, until every buffer on the way is full. */
  isUnread?: true;
}

/** A connection of its own, so that it can be reset. */
async function begin(
  url: string,
  payer: Payer,
  model: string,
  { stream, words = 40, choices = 1, isUnread }: BeginOptions,
): Promise<Reader> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const reader: Reader = { socket, text: '' };
  socket.setEncoding('utf8').on('data', (text: string) => {
    reader.text += text;
  });
  if (isUnread) socket.pause();
  socket.on('error', () => {});
  const messages = [{ role: 'user', content: `In ${words} words: what is a failover?` }];
  const body = JSON.stringify({ model, stream, messages, max_tokens: words * 3, n: choices });
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${payer.key}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return reader;
}

test.concurrent.each(FORMATS)('%s: wherever the reader leaves, it is settled once', async (format) => {
  bench.sandbox.setPace({ ttftMs: 20, tokenMs: 8 });
  const slowest = { letGoMs: 0, settledMs: 0 };
  const payers: { name: string; payer: Payer; spent: number }[] = [];
  for (const { at, stream, fault, when, isWhole = false } of POINTS) {
    for (const rudely of [false, true]) {
      const name = `${at} (${rudely ? 'RST' : 'FIN'})`;
      const payer = await bench.payer({ monthlyUsd: 1, parallel: 1 });
      const before = bench.sandbox.counts()[format];
      await bench.sandbox.setFault(format, fault ?? null);
      // A FIN is noticed when the next byte is written, so if a provider sends nothing its own time limit ends it.
      const alias = fault === undefined || rudely ? 'app' : 'hasty';
      const reader = await begin(bench.url, payer, `${alias}/${format}`, { stream });
      await until(name, () => when(reader, format));
      if (rudely) reader.socket.resetAndDestroy();
      else reader.socket.destroy();
      const leftAt = performance.now();
      await until(`${name}: the provider is let go`, () => bench.sandbox.counts()[format].active === 0, 5_000);
      slowest.letGoMs = Math.max(slowest.letGoMs, performance.now() - leftAt);
      const { spent, settlements } = await payer.atRest(5_000);
      slowest.settledMs = Math.max(slowest.settledMs, performance.now() - leftAt);
      const now = bench.sandbox.counts()[format];
      const billed = now.billedMicroUsd - before.billedMicroUsd;
      expect(settlements, name).toMatchObject([{ standing: 'done', overGranted: false, spentMicroUsd: spent }]);
      expect(spent, name).toBeGreaterThanOrEqual(billed);
      expect(settlements[0]?.grantedMicroUsd, name).toBeGreaterThanOrEqual(spent);
      // Nothing is written before a whole answer is complete, so the FIN is not noticed in time.
      const isUnheard = !stream && !rudely && fault === undefined;
      const asked = [now.requests - before.requests, now.aborted - before.aborted];
      expect(asked, name).toEqual([1, isWhole || isUnheard ? 0 : 1]);
      payers.push({ name, payer, spent });
    }
  }
  // Nothing came after.
  for (const { name, payer, spent } of payers) {
    expect(await payer.books(), name).toMatchObject({ spent, held: 0, settlements: [{ standing: 'done' }] });
  }
  expect(bench.log.filter((line) => line.includes('settlement'))).toEqual([]);
  console.log(
    `${format}: let go within ${slowest.letGoMs.toFixed()} ms, settled within ${slowest.settledMs.toFixed()} ms`,
  );
});

test.concurrent('streams that outlast their ledger’s memory are settled to the micro-dollar', async () => {
  // 80 tokens, 13 seconds: nobody calls the ledger meanwhile, so it is put to sleep after 10.
  quiet.sandbox.setPace({ ttftMs: 0, tokenMs: 160 });
  const payer = await quiet.payer({ monthlyUsd: 1, parallel: 4 });
  const model = (format: ProviderName) => `app/${format}`;
  const long = { question: 'In 200 words: what is a failover?', body: { max_tokens: 80 } };
  const headers = { authorization: `Bearer ${payer.key}` };
  const leaver = await begin(quiet.url, payer, model('openai'), { stream: true, words: 200 });
  await until('the fourth runs', () => events(leaver) > 0);
  const streams = (['openai', 'anthropic', 'openai'] as const).map((format) =>
    answered(quiet.url, { ...long, model: model(format), stream: true, headers }),
  );
  await until('all run', () => quiet.sandbox.counts().openai.active === 3);
  const born = quiet.births;
  await sleep(12_000);
  expect(quiet.births).toBe(born);
  leaver.socket.resetAndDestroy();
  await until('it woke', () => quiet.births === born + 1);
  for (const { finishReason, done } of await Promise.all(streams))
    expect([finishReason, done]).toEqual(['length', true]);

  const { spent, settlements } = await payer.atRest(5_000);
  const exact = settlements.filter(({ estimated }) => !estimated);
  expect([exact.length, settlements.length]).toEqual([3, 4]);
  const input = Math.ceil(long.question.length / 4);
  for (const { spentMicroUsd } of exact) expect(spentMicroUsd).toBe(input + 80 * 4);
  expect(spent).toBeGreaterThanOrEqual(quiet.billed);
  expect(quiet.births).toBe(born + 1);
});

test('a reader who reads nothing and leaves is booked at no less than was made meanwhile', async () => {
  await bench.sandbox.reset();
  const payer = await bench.payer({ monthlyUsd: 5 });
  const made = () => bench.sandbox.counts().openai;
  // About 20 MB: more than the buffers on the way hold.
  const reader = await begin(bench.url, payer, 'app/openai', {
    stream: true,
    words: 20_000,
    choices: 5,
    isUnread: true,
  });
  let [tokens, since] = [0, performance.now()];
  await until('every buffer is full', () => {
    if (made().outputTokens !== tokens) [tokens, since] = [made().outputTokens, performance.now()];
    return tokens > 0 && performance.now() - since > 500;
  });
  expect(made()).toMatchObject({ active: 1, completed: 0 });
  reader.socket.resetAndDestroy();
  await until('the provider is let go', () => made().active === 0, 5_000);
  const { spent, settlements } = await payer.atRest(5_000);
  expect(settlements).toMatchObject([{ standing: 'done', overGranted: false, estimated: true, spentMicroUsd: spent }]);
  expect(spent).toBeGreaterThanOrEqual(made().billedMicroUsd);
  // In full if we had stopped reading for a while; by what passed if the machine was too slow to fill every buffer.
  expect(settlements[0]?.grantedMicroUsd).toBeGreaterThanOrEqual(spent);
  console.log(`billed ${made().billedMicroUsd}, booked ${spent} for a reader who read nothing`);
});
