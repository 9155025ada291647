/** An operator's faults over HTTP: a drill's requests meet them, in both wire formats, and no other caller notices. */
import { afterAll, expect, test } from 'vitest';
import { FAULT_KINDS, type FaultKind } from '../../worker/core/routing/fault.ts';
import { type AskOptions, admin, answered, cooldowns } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';

const bench = await startBench({ config: 'steady' });
afterAll(bench.stop);
const { url } = bench;

const json = async (path: string, init: { method: string; body?: unknown }) => {
  const response = await admin(url, path, init);
  const body = (await response.json()) as Record<string, unknown>;
  expect([response.status < 300, body]).toEqual([true, body]);
  return body;
};
const drill = await json('drills', { method: 'POST', body: { minutes: 10, maxCostUsd: 500 } });
const asDrill = { headers: { authorization: `Bearer ${drill.key}` } };
const setFault = (deployment: string, fault: FaultKind, traffic = 'drill') =>
  json(`faults/${deployment}`, { method: 'PUT', body: { fault, traffic, forSeconds: 600 } });

const drillCooldowns = async (deployment: string): Promise<unknown[]> => {
  const body = await json('cooldowns', { method: 'GET' });
  return (body.drillCooldowns as { deployment: string }[]).filter((one) => one.deployment === deployment);
};

const seen = async (options: AskOptions) => {
  const { status, header, error, done } = await answered(url, options);
  const deployment = header('x-carryon-deployment');
  const [mode, attempts] = [header('x-carryon-mode') ?? 'normal', header('x-carryon-attempts') ?? '1'];
  return { status, deployment, mode, attempts, error: error?.code, ...(options.stream && { done }) };
};

test('a thousand mixed requests: the others are served as ever', async () => {
  const lane = bench.lane('calm');
  await setFault(lane.a, 'errors');
  const kinds = Array.from({ length: 1_000 }, (_, index) => ({
    isDrill: index % 2 === 0,
    stream: index % 4 < 2,
    index,
  }));
  const wrong: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = kinds.pop(); next !== undefined; next = kinds.pop()) {
      const { isDrill, stream, index } = next;
      const question = `In 3 words: ${index}?`;
      const answer = await seen({ model: lane.alias, stream, question, ...(isDrill && asDrill) });
      const good = { status: 200, mode: isDrill ? 'drill' : 'normal', deployment: isDrill ? lane.b : lane.a };
      const isGood = Object.entries(good).every(([name, value]) => answer[name as keyof typeof good] === value);
      if (!isGood || answer.error !== undefined || (!isDrill && answer.attempts !== '1'))
        wrong.push({ isDrill, ...answer });
    }
  };
  await Promise.all(Array.from({ length: 12 }, work));
  expect(wrong).toEqual([]);
  expect(await cooldowns(url, lane.a, lane.b)).toEqual([]);
  expect(await drillCooldowns(lane.a)).toHaveLength(1);
});

const SERVED_BY_B: readonly FaultKind[] = ['revoked-key', 'blocked-egress', 'errors'];

test.each(SERVED_BY_B)('%s: the next deployment answers', async (fault) => {
  const lane = bench.lane('calm');
  await setFault(lane.a, fault);
  for (const stream of [true, false]) {
    const served = { status: 200, deployment: lane.b, mode: 'drill', error: undefined };
    expect(await seen({ model: lane.alias, stream, ...asDrill })).toMatchObject(served);
    const ordinary = { status: 200, deployment: lane.a, mode: 'normal', attempts: '1' };
    expect(await seen({ model: lane.alias, stream })).toMatchObject(ordinary);
  }
});

test('slow and tight-ttft: three seconds more, and given up', async () => {
  const lane = bench.lane('calm');
  await setFault(lane.a, 'slow');
  const sentAt = performance.now();
  expect(await seen({ model: lane.alias, stream: true, ...asDrill })).toMatchObject({
    deployment: lane.a,
    mode: 'drill',
    done: true,
  });
  expect(performance.now() - sentAt).toBeGreaterThanOrEqual(3_000);

  const other = bench.lane('calm');
  await setFault(other.a, 'tight-ttft');
  await bench.sandbox.setFault(bench.a, 'hang-before-headers');
  const whole = await seen({ model: other.alias, ...asDrill });
  await bench.sandbox.setFault(bench.a, null);
  expect(whole).toMatchObject({ status: 200, deployment: other.b, mode: 'drill', attempts: '2' });
});

test('cut-streams: content, then a named error, in both wire formats; whole answers pass', async () => {
  const lane = bench.lane('calm');
  await setFault(lane.a, 'cut-streams');
  const cut = await answered(url, { model: lane.alias, stream: true, ...asDrill });
  expect([cut.status, cut.error?.code, cut.done, cut.header('x-carryon-deployment')]).toEqual([
    200,
    'stream_interrupted',
    false,
    lane.a,
  ]);
  expect(cut.text).not.toBe('');

  await setFault(lane.a, 'errors');
  await setFault(lane.b, 'cut-streams');
  const other = await answered(url, { model: lane.alias, stream: true, ...asDrill });
  expect([other.error?.code, other.done, other.header('x-carryon-deployment')]).toEqual([
    'stream_interrupted',
    false,
    lane.b,
  ]);
  expect(other.text).not.toBe('');
  expect(await seen({ model: lane.alias, ...asDrill })).toMatchObject({
    status: 200,
    deployment: lane.b,
    error: undefined,
  });
  expect(await seen({ model: lane.alias, stream: true })).toMatchObject({
    deployment: lane.a,
    mode: 'normal',
    done: true,
  });
});

test('an answer under an idempotency key meets it too, in its object', async () => {
  const lane = bench.lane('calm');
  await setFault(lane.a, 'blocked-egress');
  const headers = { ...asDrill.headers, 'idempotency-key': 'drill-1' };
  for (const replayed of [null, '1']) {
    const answer = await answered(url, { model: lane.alias, headers });
    expect([answer.status, answer.header('x-carryon-mode'), answer.header('x-carryon-deployment')]).toEqual([
      200,
      'drill',
      lane.b,
    ]);
    expect(answer.header('x-carryon-replayed')).toBe(replayed);
  }
  const own = await answered(url, { model: lane.alias, headers: { 'idempotency-key': 'drill-1' } });
  expect([own.header('x-carryon-mode'), own.header('x-carryon-deployment'), own.header('x-carryon-replayed')]).toEqual([
    null,
    lane.a,
    null,
  ]);
});

test('a keyed stream that was cut is never shown as whole, also where it is resumed', async () => {
  const lane = bench.lane('calm');
  await setFault(lane.a, 'cut-streams');
  const headers = { ...asDrill.headers, 'idempotency-key': 'drill-cut', 'x-carryon-resume': '1' };
  for (const replayed of [null, '1']) {
    const cut = await answered(url, { model: lane.alias, stream: true, headers });
    expect([cut.error?.code, cut.done, cut.header('x-carryon-replayed')]).toEqual([
      'stream_interrupted',
      false,
      replayed,
    ]);
    expect(cut.text).not.toBe('');
  }
});

test('a token that a drill’s key mints is no drill', async () => {
  // A token asks its feature's alias.
  await setFault('calm-1-a', 'errors');
  const response = await fetch(`${url}/v1/tokens`, {
    method: 'POST',
    headers: { ...asDrill.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'ana' }),
  });
  const { token } = (await response.json()) as { token: string };
  const answer = await seen({ model: 'calm/1', headers: { authorization: `Bearer ${token}` } });
  expect([answer.status, answer.mode]).toEqual([200, 'normal']);
});

test('every kind has its case here', () => {
  const cases = [...SERVED_BY_B, 'slow', 'tight-ttft', 'cut-streams'];
  expect(cases.toSorted()).toEqual(FAULT_KINDS.toSorted());
});
