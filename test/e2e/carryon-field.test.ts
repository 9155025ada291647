/** An answer's own account of how it was made, as clients get it over HTTP: in every form, after a failover, and when no provider answers. */
import OpenAI from 'openai';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { CarryonField } from '../../worker/core/answers/carryon-field.ts';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { type AskOptions, admin, answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { readEvents } from '../support/read-events.ts';

const bench = await startBench();
afterAll(bench.stop);
beforeEach(async () => {
  bench.sandbox.reset();
  for (const id of ['a', 'b']) await admin(bench.url, `cooldowns/${id}`, { method: 'DELETE' });
});

let keys = 0;
const resumable = () => ({ 'idempotency-key': `carryon-${process.pid}-${++keys}`, 'x-carryon-resume': '1' });
const FORMS: [string, () => AskOptions][] = [
  ['whole', () => ({})],
  ['whole, under a key', () => ({ headers: { 'idempotency-key': resumable()['idempotency-key'] } })],
  ['streamed, with its usage', () => ({ stream: true, body: { stream_options: { include_usage: true } } })],
  ['streamed, to be resumed', () => ({ stream: true, headers: resumable() })],
];

/** The last JSON of an answer, `[DONE]` left out. */
const lastOf = (raw: string): { carryon?: CarryonField; error?: object } => {
  const texts = raw.startsWith('{') ? [raw] : [...raw.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => json ?? '');
  return JSON.parse(texts.at(-1) ?? '');
};

describe.each(FORMS)('an answer, %s', (_, form) => {
  test('after a failover says that A failed and B answered', async () => {
    await bench.sandbox.setFault('openai', '503');
    const { raw, costUsd, header } = await answered(bench.url, form());
    const { attempts, cooldowns, costUsd: told } = lastOf(raw).carryon as CarryonField;
    expect(attempts.at(0)).toMatchObject({
      deployment: 'a',
      result: 'server_error',
      status: 503,
      ttftMs: null,
      hop: 0,
    });
    const last = attempts.at(-1);
    expect(last).toMatchObject({ deployment: 'b', model: 'sandbox-anthropic', result: 'success', hop: 1 });
    expect(attempts.slice(0, -1).every(({ deployment }) => deployment === 'a')).toBe(true);
    for (const { startedMs, ms } of attempts) expect(Math.min(startedMs, ms)).toBeGreaterThanOrEqual(0);
    expect(last?.ttftMs).toBeLessThanOrEqual(last?.ms ?? 0);
    expect(cooldowns.every(({ deployment }) => deployment === 'a')).toBe(true);
    expect(told).toBeGreaterThan(0);
    expect(told).toBe(costUsd ?? Number(header('x-carryon-cost-usd')));
  });

  test('that nobody gives says who was asked', async () => {
    for (const name of ['openai', 'anthropic'] as const) await bench.sandbox.setFault(name, '503');
    const { raw, error } = await answered(bench.url, form());
    expect(error?.code).toBe('providers_unavailable');
    const { attempts } = lastOf(raw).carryon as CarryonField;
    expect(new Set(attempts.map(({ deployment, status }) => `${deployment} ${status}`))).toEqual(
      new Set(['a 503', 'b 503']),
    );
  });
});

test('a plain stream holds nothing of it', async () => {
  await bench.sandbox.setFault('openai', '503');
  const { raw, done } = await answered(bench.url, { stream: true });
  expect([done, raw.includes('carryon')]).toEqual([true, false]);
});

test('a stream that goes on by its id tells it too, and given again it costs nothing', async () => {
  await bench.sandbox.setFault('openai', '503');
  const key = resumable();
  const begun = await readEvents(bench.url, key, { cutAfter: 2 });
  const path = `/ai/streams/${String(begun.headers['x-carryon-stream-id'])}`;
  const rest = await readEvents(bench.url, { 'last-event-id': '2' }, { path, method: 'GET' });
  const told = lastOf(rest.text).carryon as CarryonField;
  expect([told.attempts.at(-1)?.deployment, told.costUsd > 0]).toEqual(['b', true]);
  for (const again of [await readEvents(bench.url, {}, { path, method: 'GET' }), await readEvents(bench.url, key)])
    expect(lastOf(again.text).carryon).toEqual({ ...told, costUsd: 0 });
});

test('a stream that its provider breaks off says how far it came', async () => {
  await bench.sandbox.setFault('openai', 'cut-mid-stream');
  const { raw, error } = await answered(bench.url, { stream: true, headers: resumable() });
  expect(error?.code).toBe('stream_interrupted');
  expect(lastOf(raw).carryon?.attempts).toMatchObject([{ deployment: 'a', result: 'cut', ttftMs: expect.any(Number) }]);
});

test('the OpenAI SDK reads such answers as ever', async () => {
  await bench.sandbox.setFault('openai', '503');
  const openai = new OpenAI({ baseURL: `${bench.url}/v1`, apiKey: LOCAL_CLIENT_KEY, maxRetries: 0 });
  const question = { model: 'app/chat', messages: [{ role: 'user' as const, content: 'hello' }] };
  const whole = await openai.chat.completions.create(question);
  expect(whole.choices[0]?.message.content).toBeTruthy();
  expect((whole as unknown as { carryon: CarryonField }).carryon.attempts.at(-1)?.deployment).toBe('b');
  const helper = openai.chat.completions.stream({ ...question, stream: true, stream_options: { include_usage: true } });
  const final = await helper.finalChatCompletion();
  expect([final.choices[0]?.finish_reason, (final.usage?.total_tokens ?? 0) > 0]).toEqual(['stop', true]);
  await bench.sandbox.setFault('anthropic', '503');
  await expect(openai.chat.completions.create(question)).rejects.toMatchObject({ code: 'providers_unavailable' });
});
