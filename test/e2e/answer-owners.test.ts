/** No caller gets another's answer, over HTTP with real keys (docs/contract.md "Tenants and users"). */
import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createKey } from '../support/admin.ts';
import { answered, ask } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { readEvents } from '../support/read-events.ts';
import { until } from '../support/until.ts';

const bench = await startBench({ config: 'owners' });
afterAll(bench.stop);
beforeEach(() => bench.sandbox.reset());

/** The second of each pair imitates the first. */
const people = [
  ['acme', 'ana'],
  ['acme', 'ana","'],
  ['acme', 'Ana'],
  ['acme', undefined],
  ['acme2', 'ana'],
  ['acme2', undefined],
] as const;
const keys = { acme: await createKey(bench.url, 'acme'), acme2: await createKey(bench.url, 'acme2') };

const started = () => bench.sandbox.counts().openai.started;
const headersOf = ([tenant, user]: (typeof people)[number]): Record<string, string> => ({
  authorization: `Bearer ${keys[tenant]}`,
  ...(user !== undefined && { 'x-carryon-user': user }),
});
let questions = 0;
const newQuestion = () => `Question ${++questions}, in 30 words: what is a failover?`;

test.each([
  { feature: 'ours', whose: ([tenant]: (typeof people)[number]) => tenant },
  { feature: 'mine', whose: ([tenant, user]: (typeof people)[number]) => user && `${tenant} ${user}` },
])('a kept answer is given to its owners alone: $feature', async ({ feature, whose }) => {
  const question = newQuestion();
  const owners = new Set<string>();
  for (const person of people) {
    const asking = async (stream: boolean) => {
      const headers = { ...headersOf(person), 'x-carryon-feature': feature };
      return (await answered(bench.url, { question, stream, headers })).header('x-carryon-cache');
    };
    const owner = whose(person);
    const calls = started();
    if (owner === undefined) {
      expect([await asking(false), await asking(true), started() - calls]).toEqual([null, null, 2]);
      continue;
    }
    if (!owners.has(owner)) {
      expect([person, await asking(false), started() - calls]).toEqual([person, 'miss', 1]);
      await until('it is kept', async () => (await asking(true)) === 'hit');
    }
    owners.add(owner);
    const before = started();
    expect([person, await asking(false), await asking(true), started() - before]).toEqual([person, 'hit', 'hit', 0]);
  }
});

test('equal questions at the same time are shared by their owners alone', async () => {
  await bench.sandbox.setFault('openai', 'slow-first-token', { delayMs: 300 });
  for (const { feature, calls } of [
    { feature: 'ours', calls: 2 },
    // Without a user nothing is shared: these two tenants ask each time.
    { feature: 'mine', calls: 4 + 2 * 2 },
  ]) {
    const [question, before] = [newQuestion(), started()];
    const asking = [...people, ...people].map((person) =>
      answered(bench.url, { question, headers: { ...headersOf(person), 'x-carryon-feature': feature } }),
    );
    expect(new Set((await Promise.all(asking)).map(({ status }) => status))).toEqual(new Set([200]));
    expect([feature, started() - before]).toEqual([feature, calls]);
  }
});

test('one idempotency key of two callers is two keys: each has a run and a question of its own', async () => {
  const key = `one-for-all-${process.pid}`;
  const questionOf = new Map(people.map((person) => [person, newQuestion()]));
  for (const again of [false, true]) {
    for (const person of people) {
      const [question, before] = [questionOf.get(person) ?? '', started()];
      const headers = { ...headersOf(person), 'idempotency-key': key };
      const { status, text } = await answered(bench.url, { question, headers });
      expect([person, status, text.includes(question.slice(0, 11))]).toEqual([person, 200, true]);
      expect(started() - before).toBe(again ? 0 : 1);
    }
  }
});

test('a stream that runs or is kept is nobody else’s to read, to resume or to stop: 404, and it goes on', async () => {
  await bench.sandbox.setFault('openai', 'drip', { delayMs: 20 });
  const [ana, ...others] = people;
  const resumable = { 'idempotency-key': `anas-${process.pid}`, 'x-carryon-resume': '1' };
  const first = await readEvents(bench.url, { ...headersOf(ana), ...resumable }, { cutAfter: 3 });
  const path = `/ai/streams/${String(first.headers['x-carryon-stream-id'])}`;
  const notFound = async () => {
    for (const other of others) {
      for (const [method, more] of [
        ['GET', {}],
        ['GET', { 'last-event-id': '2' }],
        ['DELETE', {}],
      ] as const) {
        const headers = { ...headersOf(other), ...more };
        const reply = await fetch(bench.url + path, { method, headers });
        const { error } = (await reply.json()) as { error: { code: string } };
        expect([other, method, reply.status, error.code]).toEqual([other, method, 404, 'stream_not_found']);
      }
    }
  };
  await notFound();
  const rest = await readEvents(bench.url, { ...headersOf(ana), 'last-event-id': '3' }, { path, method: 'GET' });
  expect([first.events.at(-1)?.id, rest.events[0]?.id, rest.events.at(-1)?.data]).toEqual([3, 4, '[DONE]']);
  await notFound();
  const stopped = await fetch(bench.url + path, { method: 'DELETE', headers: headersOf(ana) });
  expect([stopped.status, started()]).toEqual([204, 1]);
  // The POST that made it, with somebody else's key and last-event-id, starts nothing either.
  for (const other of others) {
    const headers = { ...headersOf(other), ...resumable, 'last-event-id': '3' };
    expect((await ask(bench.url, { stream: true, headers })).status).toBe(404);
  }
  expect(started()).toBe(1);
});

test('a server that names no user is read, blocked or stopped by no page, no other server, and no id that can be computed', async () => {
  const server = { authorization: `Bearer ${keys.acme}` };
  const other = { authorization: `Bearer ${await createKey(bench.url, 'acme')}` };
  const origin = 'http://localhost:3000';
  const pageKey = await createKey(bench.url, 'acme', { kind: 'publishable', origins: [origin] });
  const page = { authorization: `Bearer ${pageKey}`, origin };
  const visitors = [page, ...['one', 'two'].map((name) => ({ ...page, 'x-carryon-visitor': `${name}-`.repeat(10) }))];
  const key = `order-${process.pid}`;
  const asking = (headers: Record<string, string>) =>
    readEvents(bench.url, { ...headers, 'idempotency-key': key, 'x-carryon-resume': '1' });
  const mine = await asking(server);
  const calls = started();
  // Each has its own run under that key, whatever it asks.
  for (const headers of [other, ...visitors]) expect((await asking(headers)).events.at(-1)?.data).toBe('[DONE]');
  expect(started() - calls).toBe(4);
  const uniqueKey = createHash('sha256').update('carryon-AnswerStream').digest();
  const name = createHash('sha256')
    .update(JSON.stringify(['idempotency-key', 'acme', null, key]))
    .digest('hex');
  const base = createHmac('sha256', uniqueKey).update(name).digest().subarray(0, 16);
  const computed = Buffer.concat([base, createHmac('sha256', uniqueKey).update(base).digest().subarray(0, 16)]);
  const id = String(mine.headers['x-carryon-stream-id']);
  expect(computed.toString('hex')).not.toBe(id);
  for (const headers of [other, ...visitors]) {
    for (const path of [id, computed.toString('hex')]) {
      const read = await fetch(`${bench.url}/ai/streams/${path}`, { headers });
      const { error } = (await read.json()) as { error: { code: string } };
      expect([read.status, error.code]).toEqual([404, 'stream_not_found']);
    }
  }
  const mineAgain = await fetch(`${bench.url}/ai/streams/${id}`, { headers: server });
  expect([mineAgain.status, (await mineAgain.text()).includes('[DONE]')]).toEqual([200, true]);
});
