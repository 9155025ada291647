/** The fault matrix. Provider A fails in one way and B works, and each way of asking must see the right thing. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answered, answered, cooldowns, QUESTION } from './ask.ts';
import type { Bench, Lane } from './bench.ts';
import type { Becomes, FaultCase } from './fault-cases.ts';
import { until } from './until.ts';

const ALLOWED_FAILS = 3;

export interface Mode {
  mode: string;
  stream: boolean;
}

/** Tests each case in each mode. Cooldowns must last longer than a test. */
export function testFaults(bench: Bench, modes: readonly Mode[], cases: readonly FaultCase[]): void {
  const checks = checksOn(bench);
  beforeAll(() => checks.learnAnswer());
  beforeEach(() => bench.sandbox.reset());
  describe.each(modes)('$mode', ({ stream }) => {
    test.each(cases)('$fault', async (entry) => {
      const { fault, options, hangs } = entry;
      await bench.sandbox.setFault(bench.a, fault, options);
      const waits = hangs === 'always' || (hangs === 'whole' && !stream);
      const lane = bench.lane(waits ? 'hasty' : 'calm');
      await checks.of[stream ? entry.streamed : entry.whole](lane, stream, entry);
    });
  });
}

function checksOn(bench: Bench) {
  let answer = '';
  const callsOfA = () => bench.sandbox.counts()[bench.a].requests;
  const callsOfB = () => bench.sandbox.counts()[bench.b].requests;

  function expectWhole(got: Answered, by: string, stream: boolean): void {
    expect(got).toMatchObject({ status: 200, text: answer, finishReason: 'stop', error: undefined, afterwards: 0 });
    expect(got).toMatchObject({ done: stream, broken: false });
    expect(got.header('x-carryon-deployment')).toBe(by);
  }

  /** Two people ask in turn, because one person's slow answers cause no cooldown. */
  function askers(lane: Lane, stream: boolean, together = false) {
    const ask = (turn: number) => answered(bench.url, { model: lane.alias, stream, user: `user-${turn % 2}` });
    return {
      ask,
      /** The first four requests. They run in parallel if each would only wait for a time limit. */
      async first(): Promise<Answered[]> {
        const turns = Array.from({ length: ALLOWED_FAILS + 1 }, (_, turn) => turn);
        if (together) return Promise.all(turns.map(ask));
        const answers: Answered[] = [];
        for (const turn of turns) answers.push(await ask(turn));
        return answers;
      },
    };
  }

  /** Expects that B now answers at once and A is not asked. */
  async function expectAtRest(lane: Lane, stream: boolean): Promise<void> {
    const before = callsOfA();
    for (const user of ['user-0', 'user-1', 'user-2']) {
      const got = await answered(bench.url, { model: lane.alias, stream, user });
      expectWhole(got, lane.b, stream);
      expect(got.header('x-carryon-attempts')).toBeNull();
    }
    expect(callsOfA()).toBe(before);
  }

  async function expectNobodyRests(lane: Lane): Promise<void> {
    expect(await cooldowns(bench.url, lane.a, lane.b)).toEqual([]);
    const before = callsOfA();
    await bench.sandbox.setFault(bench.a, null);
    expectWhole(await answered(bench.url, { model: lane.alias, user: 'user-0' }), lane.a, false);
    expect(callsOfA()).toBe(before + 1);
  }

  const restedLine = (lane: Lane) =>
    bench.log.map((line) => line.startsWith('{') && JSON.parse(line)).find((event) => event.deployment === lane.a);

  const of: Record<Becomes, (lane: Lane, stream: boolean, fault: FaultCase) => Promise<void>> = {
    async failover(lane, stream, { fault, hangs }) {
      for (const got of await askers(lane, stream, hangs !== undefined).first()) expectWhole(got, lane.b, stream);
      // Some requests reach A twice, because a single failure of a quick kind is tried once more.
      expect(callsOfA()).toBeGreaterThanOrEqual(fault === 'refuse-connection' ? 0 : 1);
      expect(callsOfA()).toBeLessThanOrEqual(ALLOWED_FAILS + 1);
      await expectAtRest(lane, stream);
      await until('the cooldown is known', async () => (await cooldowns(bench.url, lane.a))[0]);
      expect(bench.sandbox.counts()[bench.a].redirectsFollowed).toBe(0);
    },

    async 'long-cooldown'(lane, stream, { fault }) {
      expectWhole(await answered(bench.url, { model: lane.alias, stream, user: 'user-0' }), lane.b, stream);
      await expectAtRest(lane, stream);
      expect(callsOfA()).toBe(1);
      const said = await until('the log says so', () => restedLine(lane));
      expect(said).toMatchObject({ event: 'deployment_cooling', cooldownMs: 300_000 });
      // A refused region is not an operator's task, and other regions may not be refused.
      expect(said.needsOperator).toBe(fault !== '403-region');
      expect(await cooldowns(bench.url, lane.a)).toHaveLength(fault === '403-region' ? 0 : 1);
    },

    async 'asked-cooldown'(lane, stream) {
      expectWhole(await answered(bench.url, { model: lane.alias, stream, user: 'user-0' }), lane.b, stream);
      await expectAtRest(lane, stream);
      expect(callsOfA()).toBe(1);
      const [cooldown] = await cooldowns(bench.url, lane.a);
      expect(cooldown?.cooldownMs).toBe(300_000);
    },

    async answer(lane, stream, { hangs }) {
      for (const got of await askers(lane, stream, hangs !== undefined).first()) expectWhole(got, lane.a, stream);
      expect(callsOfA()).toBe(ALLOWED_FAILS + 1);
      expect(callsOfB()).toBe(0);
      await expectNobodyRests(lane);
    },

    async 'error-event'(lane, stream, { hangs }) {
      bench.sandbox.setPace({ ttftMs: 0, tokenMs: 30 });
      let seen = 0;
      for (const got of await askers(lane, stream, hangs !== undefined).first()) {
        // If the machine stalled, the fault came together with the first content, and the client saw nothing of it.
        if (got.header('x-carryon-deployment') === lane.b) expectWhole(got, lane.b, stream);
        else {
          expect(got).toMatchObject({ status: 200, done: false, afterwards: 0, broken: false, finishReason: null });
          expect(got.error).toMatchObject({ type: 'server_error', code: 'stream_interrupted', param: null });
          expect(got.text).not.toBe('');
          expect(answer.startsWith(got.text)).toBe(true);
          seen++;
        }
      }
      expect(seen).toBeGreaterThan(0);
      bench.sandbox.setPace('fast');
      await expectAtRest(lane, stream);
    },

    async refusal(lane, stream, { fault }) {
      for (const got of await askers(lane, stream).first()) {
        expect(got.status).toBe(Number(fault.slice(0, 3)));
        expect(got.error).toMatchObject({ type: 'invalid_request_error', message: expect.any(String) });
        expect(got.header('x-should-retry')).toBe('false');
        expect(got.header('x-carryon-attempts')).toBeNull();
      }
      expect(callsOfA()).toBe(ALLOWED_FAILS + 1);
      expect(callsOfB()).toBe(0);
      await expectNobodyRests(lane);
    },

    async elsewhere(lane, stream) {
      for (const got of await askers(lane, stream).first()) expectWhole(got, lane.b, stream);
      expect(callsOfA()).toBe(ALLOWED_FAILS + 1);
      expect(callsOfB()).toBe(ALLOWED_FAILS + 1);
      await expectNobodyRests(lane);
    },
  };

  return {
    of,
    /** Learns the answer to the question, which is the same from either provider. */
    async learnAnswer(): Promise<void> {
      answer = (await answered(bench.url, { model: bench.lane('calm').alias })).text;
      expect(answer).toContain(QUESTION.slice(0, 20));
    },
  };
}
