/** Equal questions at the same time, of a feature that keeps answers: one call for all who ask, by real TCP. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type AskOptions, admin, answered, ask } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const bench = await startBench();
afterAll(bench.stop);
beforeEach(() => bench.sandbox.reset());

const started = () => bench.sandbox.counts().openai.started + bench.sandbox.counts().anthropic.started;
const active = () => bench.sandbox.counts().openai.active;
let questions = 0;
const newQuestion = () => `In 40 words: what is a failover, number ${++questions}?`;
const inSummaries = (options: AskOptions): AskOptions => ({
  ...options,
  headers: { 'x-carryon-feature': 'summarize', ...options.headers },
});
const summarize = (options: AskOptions) => answered(bench.url, inSummaries(options));

interface Figures {
  spentMicroUsd: number;
  reservedMicroUsd: number;
}
async function figures(scope = 'tenant'): Promise<Figures> {
  const reply = await admin(bench.url, `ledger/local?scope=${scope}`);
  const { scopes } = (await reply.json()) as { scopes: Figures[] };
  return scopes[0] ?? { spentMicroUsd: 0, reservedMicroUsd: 0 };
}
const settled = () => until('nothing is held', async () => (await figures()).reservedMicroUsd === 0);

/** A streamed answer whose first piece has come. */
async function reading(options: AskOptions) {
  const leaving = new AbortController();
  const response = await ask(bench.url, inSummaries({ ...options, stream: true, signal: leaving.signal }));
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  return { response, reader, leave: () => leaving.abort() };
}

describe('equal questions at the same time', () => {
  test('200 of them, streamed and not: one call, one answer, one charge; then it is in the cache', async () => {
    await bench.sandbox.setFault('openai', 'slow-first-token', { delayMs: 500 });
    const question = newQuestion();
    const before = (await figures()).spentMicroUsd;
    const options = { question, body: { stream_options: { include_usage: true } } };
    const asking = Array.from({ length: 200 }, (_, index) => summarize({ ...options, stream: index % 2 === 0 }));
    const all = await Promise.all(asking);
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(all.filter((_, index) => index % 2 === 0).every(({ done }) => done)).toBe(true);
    expect(started()).toBe(1);
    const charged = all.filter(({ costUsd, header }) => (costUsd ?? Number(header('x-carryon-cost-usd'))) > 0);
    expect(charged).toHaveLength(1);
    await settled();
    expect((await figures()).spentMicroUsd - before).toBe(bench.sandbox.counts().openai.billedMicroUsd);
    await until('it is kept', async () => (await summarize({ question })).header('x-carryon-cache') === 'hit');
    expect(started()).toBe(1);
  });

  test('half of those who read leave, the first among them: the others have all of it', async () => {
    await bench.sandbox.setFault('openai', 'drip', { delayMs: 40 });
    const question = newQuestion();
    const first = await reading({ question });
    const others = await Promise.all(Array.from({ length: 19 }, () => reading({ question })));
    const all = [first, ...others];
    for (const { leave } of all.slice(0, 10)) leave();
    const rests = await Promise.all(all.slice(10).map(({ reader }) => readAll(reader)));
    for (const rest of rests) expect(rest.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(started()).toBe(1);
    await settled();
  });

  test('the last one leaves: the provider is let go, and what it made is booked', async () => {
    await bench.sandbox.setFault('openai', 'drip', { delayMs: 200 });
    const question = newQuestion();
    const all = await Promise.all(Array.from({ length: 5 }, () => reading({ question })));
    for (const { leave } of all.slice(1)) leave();
    expect(active()).toBe(1);
    all[0]?.leave();
    await until('the provider is let go', async () => active() === 0);
    await settled();
    bench.sandbox.reset();
    const again = await summarize({ question });
    expect([again.status, again.header('x-carryon-cache'), started()]).toEqual([200, 'miss', 1]);
  });

  test('the first asker’s budget is spent: the next is served on their own account', async () => {
    await admin(bench.url, 'tenants/local/limits', { method: 'PUT', body: { scope: 'user:poor', monthlyUsd: 0 } });
    await bench.sandbox.setFault('openai', 'slow-first-token', { delayMs: 200 });
    const question = newQuestion();
    const users = ['poor', 'poor', 'poor', 'poor', 'rich', 'wealthy'];
    const all = await Promise.all(users.map((user) => summarize({ question, user })));
    const [rich, wealthy] = all.slice(-2);
    expect([rich?.status, wealthy?.status, started()]).toEqual([200, 200, 1]);
    expect(rich?.text).toBe(wealthy?.text);
    // The first caller is charged; one who joins the run is not.
    for (const { status, error } of all.slice(0, -2)) {
      expect([status, error?.code]).toEqual(status === 200 ? [200, undefined] : [429, 'budget_exceeded']);
    }
    await settled();
    expect((await figures('user:poor')).spentMicroUsd).toBe(0);
  });

  test('that are not to be kept are not shared', async () => {
    const question = newQuestion();
    const options = { question, headers: { 'x-carryon-cache': 'no-store' } };
    const [one, other] = await Promise.all([summarize(options), summarize(options)]);
    expect([one?.header('x-carryon-cache'), other?.header('x-carryon-cache')]).toEqual([null, null]);
    expect(started()).toBe(2);
  });
});

test.each([true, false])('the answer of a request with a key is kept for all (streamed: %s)', async (stream) => {
  const question = newQuestion();
  const keyed = await summarize({ question, stream, headers: { 'idempotency-key': question.replaceAll(' ', '-') } });
  expect([keyed.status, keyed.header('x-carryon-cache')]).toEqual([200, 'miss']);
  await until('it is kept', async () => (await summarize({ question })).header('x-carryon-cache') === 'hit');
  expect((await summarize({ question })).text).toBe(keyed.text);
});

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
}
