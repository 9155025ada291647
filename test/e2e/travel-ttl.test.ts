/** How long a browser may keep an answer, in each form that an answer has: said with whole answers, and with nothing else. */
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type AskOptions, admin, answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { readEvents } from '../support/read-events.ts';
import { send } from '../support/send.ts';
import { until } from '../support/until.ts';

const bench = await startBench({ config: 'front-ends' });
afterAll(bench.stop);
beforeEach(() => bench.sandbox.reset());

const WEEK = 'private, stale-if-error=604800';
const HOUR = 'private, stale-if-error=3600';

let keys = 0;
const keyed = () => ({ 'idempotency-key': `travel-${process.pid}-${++keys}` });
const resumable = () => ({ ...keyed(), 'x-carryon-resume': '1' });
const asked = (feature: string, { headers, ...options }: AskOptions = {}) =>
  answered(bench.url, { ...options, headers: { 'x-carryon-feature': feature, ...headers } });
/** The header, once the answer itself is as expected. */
const said = async (feature: string, options?: AskOptions, status = 200) => {
  const answer = await asked(feature, options);
  expect([answer.status, answer.broken]).toEqual([status, false]);
  return answer.header('cache-control');
};

const FORMS: [string, () => AskOptions][] = [
  ['plain JSON', () => ({})],
  ['a plain stream', () => ({ stream: true })],
  ['keyed JSON', () => ({ headers: keyed() })],
  ['a keyed stream', () => ({ stream: true, headers: keyed() })],
  ['a resumable stream', () => ({ stream: true, headers: resumable() })],
];

test.each(FORMS)('%s: as long as its feature says', async (_, form) => {
  expect(await said('chat', form())).toBe(WEEK);
  expect(await said('never', form())).toBe('no-store');
});

test.each(FORMS)('%s: not where the caller wants nothing kept', async (_, form) => {
  const { headers, ...options } = form();
  expect(await said('chat', { ...options, headers: { ...headers, 'x-carryon-cache': 'no-store' } })).toBe('no-store');
});

test.each(FORMS)('%s: not of the safeguard', async (_, form) => {
  const answer = await asked('guarded', { ...form(), body: { max_tokens: 500 } });
  expect([answer.status, answer.header('x-carryon-mode')]).toEqual([200, 'safeguard']);
  expect(answer.header('cache-control')).toBe('no-store');
  expect(await said('guarded', { ...form(), body: { max_tokens: 100 } })).toBe(WEEK);
});

test('replayed by its key in either form, the rest of it not', async () => {
  for (const first of [true, false]) {
    const headers = resumable();
    await asked('chat', { stream: first, headers });
    for (const stream of [true, false]) {
      const again = await asked('chat', { stream, headers });
      expect([again.header('x-carryon-replayed'), again.header('cache-control')]).toEqual(['1', WEEK]);
    }
    const rest = await asked('chat', { stream: true, headers: { ...headers, 'last-event-id': '1' } });
    expect([rest.status, rest.header('cache-control')]).toEqual([200, 'no-store']);
    const id = rest.header('x-carryon-stream-id');
    const byId = await send(bench.url, `/ai/streams/${id}`, { method: 'GET' });
    expect([byId.status, byId.headers['cache-control']]).toEqual([200, 'no-store']);
  }
});

test('joined while it runs, and given from the cache', async () => {
  await bench.sandbox.setFault('openai', 'drip', { delayMs: 5 });
  const headers = resumable();
  const ways = [true, false, true].map((stream) => said('chat', { stream, headers }));
  expect(await Promise.all(ways)).toEqual([WEEK, WEEK, WEEK]);
  const question = 'In 12 words: what is a detour?';
  const shared = [true, false].map((stream) => said('cached', { stream, question }));
  expect(await Promise.all(shared)).toEqual([HOUR, HOUR]);
  for (const stream of [true, false]) {
    const hit = await until('it is a hit', async () => {
      const answer = await asked('cached', { stream, question });
      return answer.header('x-carryon-cache') === 'hit' ? answer : undefined;
    });
    expect(hit.header('cache-control')).toBe(HOUR);
    // With a key the object sends it, or the Worker.
    for (const keys of [keyed(), resumable()]) {
      const answer = await asked('cached', { stream, question, headers: keys });
      expect([answer.header('x-carryon-cache'), answer.header('cache-control')]).toEqual(['hit', HOUR]);
    }
  }
});

test('not of a stale answer, nor of an error', async () => {
  const question = 'In 12 words: what is a diversion?';
  await until('it is kept', async () => (await asked('cached', { question })).header('x-carryon-cache') === 'hit');
  await bench.sandbox.setFault('openai', '400');
  // A resumable stream has its headers before a provider is asked.
  for (const [, form] of FORMS.slice(0, -1)) expect(await said('chat', form(), 400)).toBe('no-store');
  await bench.sandbox.setFault('openai', '500');
  for (const stream of [true, false]) {
    const headers = { 'x-carryon-cache': 'refresh' };
    const stale = await asked('cached', { question, stream, headers });
    expect([stale.status, stale.header('x-carryon-cache')]).toEqual([200, 'stale']);
    expect(stale.header('cache-control')).toBe('no-store');
  }
  expect(await said('nowhere', {}, 400)).toBe('no-store');
});

test('not once it is known that it broke off, was stopped or lost something', async () => {
  await bench.sandbox.setFault('openai', 'cut-mid-stream');
  const cut = resumable();
  const first = await asked('chat', { stream: true, headers: cut });
  expect(first.error?.code).toBe('stream_interrupted');
  const again = await asked('chat', { stream: true, headers: cut });
  expect([again.status, again.error?.code, again.header('cache-control')]).toEqual([
    200,
    'stream_interrupted',
    'no-store',
  ]);
  expect((await asked('chat', { headers: cut })).header('cache-control')).toBe('no-store');

  await bench.sandbox.setFault('openai', 'malformed-line');
  const lossy = keyed();
  expect((await asked('chat', { stream: true, headers: lossy })).raw).toContain('"skippedEvents":1');
  const replayed = await asked('chat', { stream: true, headers: lossy });
  expect([replayed.done, replayed.header('cache-control')]).toEqual([true, 'no-store']);

  await bench.sandbox.setFault('openai', 'drip', { delayMs: 5 });
  const stopped = resumable();
  const part = await readEvents(bench.url, stopped, { cutAfter: 2 });
  expect(part.headers['cache-control']).toBe(WEEK);
  const id = String(part.headers['x-carryon-stream-id']);
  expect((await send(bench.url, `/ai/streams/${id}`, { method: 'DELETE' })).status).toBe(204);
  const after = await readEvents(bench.url, stopped);
  expect([after.status, after.headers['cache-control']]).toEqual([200, 'no-store']);
});

test('the words between the object and the Worker reach nobody', async () => {
  const headers = resumable();
  for (let time = 0; time < 2; time++) {
    const answer = await send(bench.url, '/ai', { headers, body: { prompt: 'Hello', stream: true } });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-answer-'))).toEqual([]);
  }
});

test('a purge raises the generation that browsers are told, of its feature alone', async () => {
  const generations = async () => {
    const { json } = await send(bench.url, '/ai/features', { method: 'GET' });
    const { features } = json as unknown as { features: Record<string, { generation: number }> };
    return ['chat', 'cached'].map((name) => features[name]?.generation ?? -1);
  };
  const [chat = -1, cached = -1] = await generations();
  expect((await admin(bench.url, 'answers?tenant=local&feature=chat', { method: 'DELETE' })).status).toBe(200);
  const [chatAfter = -1, cachedAfter = -1] = await generations();
  expect([chatAfter > chat, cachedAfter]).toEqual([true, cached]);
  expect((await admin(bench.url, 'answers?tenant=local', { method: 'DELETE' })).status).toBe(200);
  expect((await generations()).every((generation, index) => generation > (index === 0 ? chatAfter : cached))).toBe(
    true,
  );
});
