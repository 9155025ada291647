/** Overrides across two isolates and power cuts: nothing confirmed is lost, and nothing cleared comes back. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { admin, answered, ask } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const bench = await startBench({ config: 'steady', isolates: ['one', 'two'] });
afterAll(bench.stop);

const urls = () => ['one', 'two'].map((name) => bench.urls[name] ?? '');
const servedBy = async (url: string, alias: string) =>
  (await answered(url, { model: alias })).header('x-carryon-deployment');
const servedEverywhere = (alias: string) => Promise.all(urls().map((url) => servedBy(url, alias)));

async function call(url: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await admin(url, path, { method, body });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}
const pins = (alias: string) => `pins/${encodeURIComponent(alias)}`;
const pin = (url: string, alias: string, deployment: string, forSeconds = 3_600) =>
  call(url, 'PUT', pins(alias), { deployment, forSeconds, reason: 'a test' });
const unpin = (url: string, alias: string) => call(url, 'DELETE', pins(alias));

async function pinned(alias: string): Promise<{ deployment: string; version: number } | undefined> {
  const { pins } = await call(urls()[0] ?? '', 'GET', 'overrides');
  return (pins as Record<string, { deployment: string; version: number }>)[alias];
}

test('set and cleared by two operators at once, on two isolates: both isolates end as the higher version says', async () => {
  const [one = '', two = ''] = urls();
  const { alias, a, b } = bench.lane('calm');
  for (const first of ['set', 'clear', 'set']) {
    const calls = [() => pin(one, alias, b), () => unpin(two, alias)];
    if (first === 'clear') calls.reverse();
    await Promise.all(calls.map((start) => start()));
    const expected = (await pinned(alias))?.deployment ?? a;
    await until('both know', async () => (await servedEverywhere(alias)).every((served) => served === expected));
    expect((await pinned(alias))?.deployment ?? a).toBe(expected);
  }
  await pin(two, alias, b);
  expect(await servedBy(two, alias)).toBe(b);
  await unpin(one, alias);
  expect(await servedBy(one, alias)).toBe(a);
  await until('the other knows', async () => (await servedBy(two, alias)) === a);
});

test('a power cut right after the reply: what was set is in force again, what was cleared never is', async () => {
  const { alias, a, b } = bench.lane('calm');
  const other = bench.lane('calm');
  await pin(bench.url, alias, b);
  await bench.killAndRestart();
  expect(await pinned(alias)).toMatchObject({ deployment: b });
  await until('both route by it', async () => (await servedEverywhere(alias)).every((served) => served === b));

  await Promise.all([unpin(bench.url, alias), pin(bench.url, other.alias, other.b)]);
  await bench.killAndRestart();
  const seen: (string | null)[] = [];
  await until('what was set in the same moment is in force', async () => {
    seen.push(...(await servedEverywhere(alias)));
    return (await servedEverywhere(other.alias)).every((served) => served === other.b);
  });
  expect(new Set(seen)).toEqual(new Set([a]));
  expect(await pinned(alias)).toBeUndefined();
});

test('a power cut among changes: each that was confirmed holds, and versions go on from there', async () => {
  const { alias, a, b } = bench.lane('calm');
  let confirmed = await pin(bench.url, alias, a);
  let isCut = false;
  const changing = (async () => {
    for (let change = 0; !isCut; change++) {
      const next = await pin(bench.url, alias, change % 2 === 0 ? b : a).catch(() => undefined);
      if (next === undefined) return;
      confirmed = next;
    }
  })();
  await until('some are made', async () => Number(confirmed.version) > 8);
  const cut = bench.killAndRestart();
  isCut = true;
  await Promise.all([cut, changing]);
  const held = await pinned(alias);
  // One more may have been made, whose reply was lost in the cut.
  expect(Number(held?.version) - Number(confirmed.version)).toBeOneOf([0, 1]);
  if (held?.version === confirmed.version) expect(held?.deployment).toBe(confirmed.deployment);
  await until('both route by it', async () =>
    (await servedEverywhere(alias)).every((served) => served === held?.deployment),
  );
  expect(Number((await pin(bench.url, alias, a)).version)).toBe(Number(held?.version) + 1);
});

test('ends by itself at its time, over a power cut too', async () => {
  const { alias, a, b } = bench.lane('calm');
  const { until: end } = await pin(bench.url, alias, b, 8);
  await bench.killAndRestart();
  const served: { at: number; by: string | null }[] = [];
  await until('it has ended', async () => {
    const at = Date.now();
    for (const by of await servedEverywhere(alias)) served.push({ at, by });
    return at > Number(end) + 500;
  });
  for (const { at, by } of served) if (at > Number(end)) expect(by).toBe(a);
  expect(await pinned(alias)).toBeUndefined();
});

interface Listed {
  requestId: string;
  arrivedAt: number;
  feature: string | null;
  ending: string;
}

/** All that the book has, page by page. */
async function inTheBook(): Promise<Listed[]> {
  const found: Listed[] = [];
  let query = 'requests?most=200';
  for (;;) {
    const { requests, next } = await call(bench.url, 'GET', query);
    found.push(...(requests as Listed[]));
    if (next === null) return found;
    query = `requests?most=200&before=${next}`;
  }
}

test('a power cut under load: each request is in the book once or not at all, and none is missing but those of its last 10 s', async () => {
  const { alias } = bench.lane('calm');
  const sent = new Map<string, { from: number; to: number }>();
  const send = async (index: number) => {
    const from = Date.now();
    const answer = await answered(urls()[index % 2] ?? '', { model: alias });
    const id = answer.header('x-request-id');
    if (answer.status === 200 && id !== null) sent.set(id, { from, to: Date.now() });
  };
  const sendAll = (count: number) => Promise.all(Array.from({ length: count }, (_, index) => send(index)));
  const isThere = async (ids: string[]) => {
    const there = new Set((await inTheBook()).map(({ requestId }) => requestId));
    return ids.every((id) => there.has(id));
  };

  await sendAll(120);
  const early = [...sent.keys()];
  await until('the first ones are in the book', () => isThere(early));
  await sendAll(60);
  const load = sendAll(60).catch(() => {});
  const cutAt = Date.now();
  await bench.killAndRestart();
  await load;
  const before = sent.size;
  await sendAll(60);
  await until('the last ones are in the book', () => isThere([...sent.keys()].slice(before)));

  const listed = await inTheBook();
  const ids = listed.map(({ requestId }) => requestId);
  expect(new Set(ids).size).toBe(ids.length);
  const there = new Set(ids);
  for (const [id, { from, to }] of sent) {
    if (there.has(id)) continue;
    expect(to).toBeGreaterThan(cutAt - 12_000);
    expect(from).toBeLessThan(cutAt + 1_000);
  }
  // What is promised is counted from the same rows.
  const { objectives } = await call(bench.url, 'GET', 'slo?feature=chat');
  const chat = (objectives as { name: string; total: number }[]).find(({ name }) => name === 'chat-success');
  expect(chat?.total).toBe(listed.filter(({ feature }) => feature === 'chat').length);
});

/** An isolate that is silent for so long after it reported requests under way has ended. */
const SILENCE_MS = 120_000;

/** As if everything that the book has taken had come so much earlier. */
function age(stateDirectory: string, ms: number): void {
  for (const path of globSync(join(stateDirectory, '**/*.sqlite'))) {
    const database = new DatabaseSync(path);
    const [found] = database.prepare("SELECT name FROM sqlite_master WHERE name = 'journal'").all();
    if (found !== undefined) database.prepare('UPDATE journal SET at = at - ?').run(ms);
    database.close();
  }
}

test('a power cut while an answer is on its way: the report says that something was lost, and when', async () => {
  const { alias } = bench.lane('calm');
  bench.sandbox.setPace({ ttftMs: 0, tokenMs: 100 });
  const stream = await ask(bench.url, { model: alias, stream: true, question: 'In 2000 words: what is a failover?' });
  await stream.body?.getReader().read();
  for (const provider of [bench.a, bench.b]) await bench.sandbox.setFault(provider, '500');
  // A failed request is reported within a second.
  const failedAt = Date.now();
  const failed = await answered(bench.url, { model: bench.lane('calm').alias });
  expect(failed.status).toBeGreaterThanOrEqual(500);
  const id = failed.header('x-request-id');
  await until('it is told', async () => (await inTheBook()).some(({ requestId }) => requestId === id));
  await bench.killAndRestart({}, (stateDirectory) => age(stateDirectory, SILENCE_MS));
  await bench.sandbox.reset();
  const lost = (await call(bench.url, 'GET', 'slo')).lost as { to: number; openRequests: number }[];
  expect(lost.at(-1)?.openRequests).toBeGreaterThan(0);
  // Ten seconds after its last report.
  expect(Number(lost.at(-1)?.to) + SILENCE_MS - 10_000).toBeGreaterThanOrEqual(failedAt);
});
