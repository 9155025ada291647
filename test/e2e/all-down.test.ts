/** No provider works: a named refusal with a retry time, within the deadline, never a hang; and answers again as soon as one provider is back. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Fault, FaultOptions } from '../../sandbox/faults.ts';
import { type Answered, answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import type { LaneKind } from '../support/configs/lanes.ts';

const TOTAL_TIMEOUT_MS = 2_500;
/** Slack for a busy machine. */
const SLACK_MS = 5_000;

const bench = await startBench({ config: 'steady' });
/** For what waits until `totalTimeout`, which anything else may reach on a busy machine. */
const hurried = await startBench({ config: 'deadline' });
const refusing = await startBench({ config: 'refuse' });
const benches = [bench, hurried, refusing];
afterAll(() => Promise.all(benches.map((one) => one.stop())));
beforeEach(() => Promise.all(benches.map((one) => one.sandbox.reset())));

const calls = ({ sandbox } = bench) => {
  const { openai, anthropic } = sandbox.counts();
  return openai.requests + anthropic.requests;
};

async function bothFail(fault: Fault | null, options?: FaultOptions, { sandbox } = bench): Promise<void> {
  await sandbox.setFault('openai', fault, options);
  await sandbox.setFault('anthropic', fault, options);
}

interface Down {
  fault: Fault;
  options?: FaultOptions;
  kind?: LaneKind;
  status: number;
  code: string;
}

const unavailable = (fault: Fault, kind?: LaneKind): Down => ({
  fault,
  ...(kind && { kind }),
  status: 503,
  code: 'providers_unavailable',
});

function expectRefusal(got: Answered, { status, code }: Pick<Down, 'status' | 'code'>): void {
  expect(got).toMatchObject({ status, broken: false, error: { code, param: null } });
  expect(got.header('content-type')).toBe('application/json');
  expect(got.header('x-should-retry')).not.toBe('false');
  expect(Number(got.header('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(Number(got.header('retry-after-ms'))).toBeGreaterThan(0);
  expect(got.header('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
}

const DOWN: Down[] = [
  unavailable('500'),
  unavailable('503'),
  unavailable('refuse-connection'),
  unavailable('error-in-200'),
  unavailable('empty-body'),
  unavailable('truncated-json'),
  unavailable('401'),
  unavailable('404'),
  unavailable('429-no-money'),
  unavailable('hang-before-headers', 'both-hasty'),
  unavailable('hang-before-first-token', 'both-hasty'),
  { fault: 'hang-before-headers', kind: 'calm', status: 503, code: 'deadline_exceeded' },
  { fault: 'keep-alives-only', kind: 'calm', status: 503, code: 'deadline_exceeded' },
  { fault: '429', status: 429, code: 'rate_limited_by_provider' },
  { fault: '429-retry-after', options: { retryAfter: 60 }, status: 429, code: 'rate_limited_by_provider' },
];

describe('both down', () => {
  test.each(DOWN)('$fault → $status $code', async ({ fault, options, kind = 'calm', status, code }) => {
    // `truncated-json` cuts a stream after its content, which is no longer a refusal; and the last attempt for a whole answer
    // is not bounded by `totalTimeout`.
    const isOfStreams = code === 'deadline_exceeded';
    const modes = fault === 'truncated-json' ? [false] : isOfStreams ? [true] : [false, true];
    const asked = isOfStreams ? hurried : bench;
    await bothFail(fault, options, asked);
    await Promise.all(
      modes.map(async (stream) => {
        const { alias } = asked.lane(kind);
        const began = performance.now();
        expectRefusal(await answered(asked.url, { model: alias, stream }), { status, code });
        expect(performance.now() - began).toBeLessThan(TOTAL_TIMEOUT_MS + SLACK_MS);
      }),
    );
  });

  test('what the providers ask for is what the client is told, and nobody asks them sooner', async () => {
    const { alias } = bench.lane('calm');
    await bothFail('429-retry-after', { retryAfter: 60 });
    const first = await answered(bench.url, { model: alias });
    expect(calls()).toBe(2);
    const second = await answered(bench.url, { model: alias });
    for (const got of [first, second]) {
      expect([429, 503]).toContain(got.status);
      const retryAfter = Number(got.header('retry-after'));
      expect(retryAfter).toBeGreaterThan(60 - SLACK_MS / 1_000);
      expect(retryAfter).toBeLessThanOrEqual(60);
    }
    expect(calls()).toBe(2);
  });
});

describe('one is back', () => {
  test.each([
    { back: 'openai', deployment: 'a' },
    { back: 'anthropic', deployment: 'b' },
  ] as const)(
    '$back: try-soonest finds it at once, though all are in cooldown for minutes',
    async ({ back, deployment }) => {
      const lane = bench.lane('calm');
      await bothFail('500');
      for (let turn = 0; turn < 4; turn++) {
        expectRefusal(await answered(bench.url, { model: lane.alias }), unavailable('500'));
      }
      // Both are in cooldown; they are asked all the same, because there is nobody else.
      const before = calls();
      expectRefusal(await answered(bench.url, { model: lane.alias }), unavailable('500'));
      expect(calls()).toBeGreaterThan(before);

      await bench.sandbox.setFault(back, null);
      const got = await answered(bench.url, { model: lane.alias, stream: true });
      expect(got).toMatchObject({ status: 200, done: true, finishReason: 'stop' });
      expect(got.header('x-carryon-deployment')).toBe(lane[deployment]);
    },
  );
});

test('whenAllCooling refuse: nobody is asked, and the client is told when', async () => {
  const lane = refusing.lane('calm');
  await bothFail('500', undefined, refusing);
  expectRefusal(await answered(refusing.url, { model: lane.alias }), unavailable('500'));
  const before = calls(refusing);
  for (const stream of [true, false]) {
    const got = await answered(refusing.url, { model: lane.alias, stream });
    expectRefusal(got, unavailable('500'));
    expect(Number(got.header('retry-after'))).toBeGreaterThan(30 - SLACK_MS / 1_000);
    expect(Number(got.header('retry-after'))).toBeLessThanOrEqual(30);
    expect(got.header('x-carryon-attempts')).toBe('0');
  }
  expect(calls(refusing)).toBe(before);
});
