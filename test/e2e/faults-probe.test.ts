/** Half-open: one request at a time may try a provider that failed, across callers and isolates. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Fault } from '../../sandbox/faults.ts';
import { type Answered, answered, cooldowns } from '../support/ask.ts';
import { type Lane, startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const ASKERS = 20;

const bench = await startBench({ config: 'quick', isolates: ['one', 'two'], gated: true });
afterAll(bench.stop);
beforeEach(async () => {
  bench.gate.open();
  await bench.sandbox.reset();
});

const callsOfA = () => bench.sandbox.counts()[bench.a].requests;

/** Until A is in cooldown in each of these isolates by its own observations: what others publish may come later. */
async function cool(lane: Lane, fault: Fault, urls = [bench.url]): Promise<void> {
  await bench.sandbox.setFault(bench.a, fault);
  for (const url of urls) {
    await until('A is not asked', async () => {
      const got = await answered(url, { model: lane.alias });
      return got.header('x-carryon-attempts') === null;
    });
  }
  await until('HealthBoard knows', async () => (await cooldowns(bench.url, lane.a)).length > 0);
}

async function untilHalfOpen(lane: Lane): Promise<void> {
  const [cooldown] = await cooldowns(bench.url, lane.a);
  // The isolates' own clocks were read a little earlier or later.
  const until = (cooldown?.until ?? 0) + 300;
  while (Date.now() <= until) await sleep(10);
}

/** Many ask at once while A hangs; resolves when all requests but those at A have an answer. */
async function crowd(urls: readonly string[], lane: Lane, stream: boolean) {
  bench.gate.shut();
  const answers: Answered[] = [];
  const asking = urls.flatMap((url) =>
    Array.from({ length: ASKERS / urls.length }, (_, turn) =>
      answered(url, { model: lane.alias, stream, user: `user-${turn}` }).then((got) => void answers.push(got)),
    ),
  );
  await until('all but the probe are answered', () => answers.length >= ASKERS - 1);
  return { answers, all: Promise.all(asking) };
}

test.each([
  { mode: 'streamed', stream: true, isolates: 1 },
  { mode: 'not streamed', stream: false, isolates: 1 },
  { mode: 'over two isolates', stream: true, isolates: 2 },
])('of twenty who ask at the half-open moment one tries A ($mode)', async ({ stream, isolates }) => {
  const urls = Object.values(bench.urls).slice(0, isolates);
  const lane = bench.lane('calm');
  await cool(lane, '500', urls);
  await bench.sandbox.setFault(bench.a, null);
  await untilHalfOpen(lane);

  const before = callsOfA();
  const { answers, all } = await crowd(urls, lane, stream);
  for (const got of answers) {
    expect(got).toMatchObject({ status: 200, error: undefined, finishReason: 'stop', done: stream });
    expect(got.header('x-carryon-deployment')).toBe(lane.b);
    expect(got.header('x-carryon-attempts')).toBeNull();
  }
  bench.gate.open();
  await all;
  expect(callsOfA()).toBe(before + 1);
  expect(answers).toHaveLength(ASKERS);
  expect(answers.at(-1)).toMatchObject({ status: 200, finishReason: 'stop' });
  expect(answers.at(-1)?.header('x-carryon-deployment')).toBe(lane.a);

  // What one request has found out holds for all, at once in its own isolate.
  await until('A serves again everywhere', async () => {
    const got = await Promise.all(urls.map((url) => answered(url, { model: lane.alias, stream })));
    return got.every((each) => each.header('x-carryon-deployment') === lane.a);
  });
});

test('a probe that fails is answered by B, and A stays in cooldown', async () => {
  const lane = bench.lane('calm');
  await cool(lane, '500');
  const [first] = await cooldowns(bench.url, lane.a);
  await untilHalfOpen(lane);
  const before = callsOfA();
  const { all } = await crowd([bench.url], lane, true);
  bench.gate.open();
  await all;
  expect(callsOfA()).toBe(before + 1);
  const anew = await until('it is in cooldown again', async () => {
    const [cooling] = await cooldowns(bench.url, lane.a);
    return cooling !== undefined && cooling.until > (first?.until ?? 0) && cooling;
  });
  expect(anew).toMatchObject({ cause: 'server_error', since: first?.since });
});
