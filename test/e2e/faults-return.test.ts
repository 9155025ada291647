/** Provider A comes back: its traffic returns by itself, through one probe. Cooldowns are short here. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { answered, cooldowns } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { FAULT_CASES } from '../support/fault-cases.ts';
import { until } from '../support/until.ts';

const bench = await startBench({ config: 'quick' });
afterAll(bench.stop);
beforeEach(() => bench.sandbox.reset());

const cooling = ['failover', 'error-event'];
const streamed = FAULT_CASES.filter((entry) => cooling.includes(entry.streamed)).map((entry) => ({
  ...entry,
  stream: true,
}));
// Without a stream each way of failing is the same to the cooldown; these take other paths to it.
const others = ['500', 'refuse-connection', 'hang-before-headers', 'stall-mid-stream', 'wrong-shape'];
const whole = FAULT_CASES.filter(({ fault }) => others.includes(fault)).map((entry) => ({ ...entry, stream: false }));

describe.each([
  { mode: 'streamed', cases: streamed },
  { mode: 'not streamed', cases: whole },
])('$mode', ({ cases }) => {
  test.each(cases)('$fault', async ({ fault, options, hangs, stream }) => {
    const lane = bench.lane(hangs ? 'unhurried' : 'calm');
    let turn = 0;
    const ask = () => answered(bench.url, { model: lane.alias, stream, user: `user-${turn++ % 2}` });

    await bench.sandbox.setFault(bench.a, fault, options);
    while ((await cooldowns(bench.url, lane.a)).length === 0) await Promise.all([ask(), ask(), ask(), ask()]);

    await bench.sandbox.setFault(bench.a, null);
    const before = bench.sandbox.counts()[bench.a].requests;
    const served = await until('A serves', async () => {
      const got = await ask();
      expect(got).toMatchObject({ status: 200, error: undefined, finishReason: 'stop', done: stream });
      return got.header('x-carryon-deployment') === lane.a && got;
    });
    expect(served.header('x-carryon-attempts')).toBeNull();
    expect(bench.sandbox.counts()[bench.a].requests).toBe(before + 1);
    await until('nothing is in cooldown', async () => (await cooldowns(bench.url, lane.a, lane.b)).length === 0);
    expect((await ask()).header('x-carryon-deployment')).toBe(lane.a);
  });
});

test.each([
  { limit: 'idleTimeout: the pause between two tokens is too long', kind: 'hasty', delayMs: 5_000 },
  { limit: 'maxStreamDuration: the whole takes too long', kind: 'calm', delayMs: 600 },
] as const)('a stream is ended by $limit', async ({ kind, delayMs }) => {
  const lane = bench.lane(kind);
  // The first token comes at once; `drip` would delay it too.
  bench.sandbox.setPace({ ttftMs: 0, tokenMs: delayMs });
  const got = await answered(bench.url, { model: lane.alias, stream: true });
  expect(got).toMatchObject({ status: 200, done: false, afterwards: 0, broken: false, finishReason: null });
  expect(got.error).toMatchObject({ code: 'stream_interrupted', type: 'server_error' });
  expect(got.text).not.toBe('');
  await until('the provider is let go', () => bench.sandbox.counts()[bench.a].active === 0);
  expect(bench.sandbox.counts()[bench.a]).toMatchObject({ aborted: 1, completed: 0 });
});

test('while providers fail and recover at random, every request is answered', async () => {
  const lane = bench.lane('calm');
  const ask = (turn: number) =>
    answered(bench.url, { model: lane.alias, stream: turn % 2 === 0, user: `user-${turn % 5}` });
  const { text } = await ask(0);
  const by = new Set<string | null>();
  for (const fault of ['500', 'refuse-connection', '429', 'empty-stream', 'html', '529', 'error-in-200'] as const) {
    await bench.sandbox.setFault(bench.a, fault, { share: 0.5 });
    for (const got of await Promise.all(Array.from({ length: 20 }, (_, turn) => ask(turn)))) {
      expect(got).toMatchObject({ status: 200, text, finishReason: 'stop', error: undefined, broken: false });
      by.add(got.header('x-carryon-deployment'));
    }
  }
  expect(by).toEqual(new Set([lane.a, lane.b]));
  await until('nobody is at work', () => {
    const { openai, anthropic } = bench.sandbox.counts();
    return openai.active + anthropic.active === 0;
  });
});
