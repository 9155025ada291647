import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { NOTHING_LEARNT } from '../../worker/core/pricing/learnt.ts';
import { BOARD_KEY, type BoardDocument } from '../../worker/core/routing/board.ts';
import type { HealthReport, Observation } from '../../worker/core/routing/health.ts';
import type { HealthBoard } from '../../worker/objects/health-board/health-board.ts';
import { eventually } from './eventually.ts';

const POLICY = { allowedFails: 3, cooldownMs: 10_000 };
let boards = 0;
let board: DurableObjectStub<HealthBoard>;
let writes: BoardDocument[];
/** How many of the next writes KV refuses. */
let refusals: number;

/** Lets a test see, and refuse, what the object writes to KV. */
async function watchWrites(): Promise<void> {
  await runInDurableObject(board, (instance: HealthBoard) => {
    const STATE = new Proxy(env.STATE, {
      get(kv, name) {
        if (name !== 'put') return Reflect.get(kv, name).bind(kv);
        return async (key: string, value: string) => {
          if (refusals-- > 0) throw new Error('KV PUT failed: 429 Too Many Requests');
          writes.push(JSON.parse(value));
          await kv.put(key, value);
        };
      },
    });
    Object.defineProperty(instance, 'env', { value: { ...env, STATE } });
  });
}

beforeEach(async () => {
  board = env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName(`board ${boards++}`));
  writes = [];
  refusals = 0;
  await env.STATE.delete(BOARD_KEY);
  await watchWrites();
});

const outcome = (result: Observation['result'], more: Partial<Observation> = {}): Observation => ({
  startedAt: Date.now(),
  result,
  user: null,
  ...more,
});
const saw = (...outcomes: Observation[]): HealthReport[] => [{ deployment: 'a', outcomes }];
const fail = (times = 1) => saw(...Array.from({ length: times }, () => outcome('server_error')));

/** The alarm may have fired by itself already. */
async function published(times: number): Promise<BoardDocument | null> {
  await runDurableObjectAlarm(board);
  await eventually(() => expect(writes.length).toBe(times));
  return env.STATE.get<BoardDocument>(BOARD_KEY, 'json');
}

const standing = async () => (await board.list()).map(({ deployment }) => deployment);

/** As if the rest had passed. */
const halfOpen = () =>
  runInDurableObject(board, (_, { storage }) => {
    storage.sql.exec("UPDATE health SET health = json_set(health, '$.until', 0, '$.openedAt', 0, '$.probeUntil', 0)");
  });

describe('counting', () => {
  it('adds up what several isolates saw: one more than allowedFails begins a cooldown', async () => {
    for (let isolate = 0; isolate < 3; isolate++) await board.report(fail(), POLICY);
    expect(await standing()).toEqual([]);
    await board.report(fail(), POLICY);
    expect(await standing()).toEqual(['a']);
  });

  it('loses nothing when many report at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => board.report(fail(), POLICY)));
    expect(await standing()).toEqual(['a']);
  });

  it('weighs failures against the successes that came along', async () => {
    for (let isolate = 0; isolate < 8; isolate++) {
      await board.report(saw(outcome('success', { startedAt: 0, count: 100 }), outcome('server_error')), POLICY);
    }
    expect(await standing()).toEqual([]);
    expect(writes).toEqual([]);
  });

  it('survives eviction', async () => {
    await board.report(fail(3), POLICY);
    await evictDurableObject(board);
    await watchWrites();
    await board.report(fail(1), POLICY);
    expect(await standing()).toEqual(['a']);
    await evictDurableObject(board);
    expect(await board.list()).toMatchObject([{ deployment: 'a', health: { state: 'open', cause: 'server_error' } }]);
  });
});

describe('publishing', () => {
  it('writes on transitions only, each with a higher version', async () => {
    await board.report(fail(3), POLICY);
    expect(await runDurableObjectAlarm(board)).toBe(false);
    await board.report(fail(1), POLICY);
    expect(await published(1)).toMatchObject({
      schema: 2,
      cooldowns: { a: { version: 1, cause: 'server_error', askedUntil: 0 } },
    });
    // Still down: nothing new for others.
    for (let more = 0; more < 5; more++) await board.report(fail(2), POLICY);
    await board.claimProbe('a', 1_000);
    expect(await runDurableObjectAlarm(board)).toBe(false);
    await board.report(saw(outcome('success', { startedAt: Date.now() + 1_000 })), POLICY);
    expect(await published(2)).toMatchObject({ cooldowns: { a: { version: 2, until: 0 } } });
    await board.report(fail(4), POLICY);
    expect((await published(3))?.cooldowns.a?.version).toBe(3);
    expect(writes.map(({ cooldowns }) => cooldowns.a?.version)).toEqual([1, 2, 3]);
  });

  it('says how long, and what the provider asked for', async () => {
    const before = Date.now();
    await board.report(saw(outcome('rate_limited', { retryAfterMs: 60_000 })), POLICY);
    const entry = (await published(1))?.cooldowns.a;
    expect(entry?.until).toBeGreaterThanOrEqual(before + 60_000);
    expect(entry?.until).toBeLessThanOrEqual(Date.now() + 60_000);
    expect(entry?.askedUntil).toBe(entry?.until);
  });

  it('keeps every deployment in the one document', async () => {
    await board.report(fail(4), POLICY);
    await board.report([{ deployment: 'b', outcomes: [outcome('bad_key')] }], POLICY);
    await runDurableObjectAlarm(board);
    await eventually(async () => {
      const document = await env.STATE.get<BoardDocument>(BOARD_KEY, 'json');
      expect(Object.keys(document?.cooldowns ?? {})).toEqual(['a', 'b']);
    });
  });

  it('goes on until KV takes it', async () => {
    refusals = 2;
    await board.report(fail(4), POLICY);
    await runDurableObjectAlarm(board);
    await eventually(() => expect(refusals).toBe(1));
    for (const left of [0, -1]) {
      const alarm = await eventually(() =>
        runInDurableObject(board, async (_, { storage }) => {
          const at = await storage.getAlarm();
          if (at === null) throw new Error('no alarm');
          return at;
        }),
      );
      expect(alarm).toBeGreaterThan(Date.now());
      expect(await runDurableObjectAlarm(board)).toBe(true);
      expect(refusals).toBe(left);
    }
    expect(writes).toHaveLength(1);
    expect(await env.STATE.get<BoardDocument>(BOARD_KEY, 'json')).toMatchObject({ cooldowns: { a: { version: 1 } } });
  });

  const waitMs = () =>
    runInDurableObject(board, async (instance: HealthBoard, { storage }) => {
      await storage.deleteAlarm();
      const before = Date.now();
      await instance.alarm();
      const at = await storage.getAlarm();
      return at === null ? null : at - before;
    });

  it('asks KV less and less often while it refuses, and as before once it took something', async () => {
    for (const seconds of [2, 4, 8, 16, 32, 60, 60]) {
      refusals = 1;
      const waited = await waitMs();
      expect(waited).toBeGreaterThanOrEqual(seconds * 1_000);
      expect(waited).toBeLessThan(seconds * 1_000 + 900);
    }
    refusals = 0;
    expect(await waitMs()).toBeNull();
    refusals = 1;
    expect(await waitMs()).toBeLessThan(2_900);
  });

  it('publishes a change that comes during a refused write at once, however long the wait for KV has grown', async () => {
    for (let refused = 0; refused < 4; refused++) {
      refusals = 1;
      await waitMs();
    }
    await runInDurableObject(board, async (instance: HealthBoard, { storage }) => {
      await storage.deleteAlarm();
      const put = async () => {
        instance.report(fail(4), POLICY);
        throw new Error('KV PUT failed: 429 Too Many Requests');
      };
      Object.defineProperty(instance, 'env', { value: { ...env, STATE: { put } } });
      await instance.alarm();
      const at = await storage.getAlarm();
      if (at !== null) expect(at).toBeLessThan(Date.now() + 1_000);
    });
  });

  it('is idempotent, and loses nothing when the object dies before its alarm', async () => {
    refusals = 1;
    await board.report(fail(4), POLICY);
    await runDurableObjectAlarm(board);
    await eventually(() => expect(refusals).toBe(0));
    await evictDurableObject(board);
    await watchWrites();
    const once = await published(1);
    await runInDurableObject(board, (instance: HealthBoard) => instance.alarm());
    await runInDurableObject(board, (instance: HealthBoard) => instance.alarm());
    expect(await env.STATE.get(BOARD_KEY, 'json')).toEqual(once);
  });
});

describe('a probe', () => {
  it('is won by one of many at once; the others learn how long to wait', async () => {
    await board.report(fail(4), POLICY);
    expect((await board.claimProbe('a', 30_000)).claim).toBe('taken');
    await halfOpen();
    const claims = await Promise.all(Array.from({ length: 8 }, () => board.claimProbe('a', 30_000)));
    expect(claims.filter(({ claim }) => claim === 'granted')).toHaveLength(1);
    for (const { claim, until } of claims) if (claim === 'taken') expect(until).toBeGreaterThan(Date.now() + 29_000);
    await evictDurableObject(board);
    expect((await board.claimProbe('a', 30_000)).claim).toBe('taken');
  });

  it('lapses, and is given back by one that showed nothing', async () => {
    await board.report(fail(4), POLICY);
    await halfOpen();
    expect((await board.claimProbe('a', -1)).claim).toBe('granted');
    expect((await board.claimProbe('a', 30_000)).claim).toBe('granted');
    expect((await board.claimProbe('a', 30_000)).claim).toBe('taken');
    await board.report(saw(outcome('unknown')), POLICY);
    expect((await board.claimProbe('a', 30_000)).claim).toBe('granted');
  });

  it('needs none where nothing is in cooldown', async () => {
    expect(await board.claimProbe('never heard of', 1_000)).toEqual({ claim: 'closed', until: 0, askedUntil: 0 });
    expect(await board.list()).toEqual([]);
  });
});

describe('clearing', () => {
  it('is published too, even where nothing is in cooldown here', async () => {
    await board.report(fail(4), POLICY);
    await published(1);
    expect(await board.clear('a')).toMatchObject({ wasInCooldown: true });
    expect(await published(2)).toMatchObject({ cooldowns: { a: { until: 0, version: 2 } } });
    expect(await standing()).toEqual([]);
    expect(await board.clear('a')).toMatchObject({ wasInCooldown: false });
    expect(await published(3)).toMatchObject({ cooldowns: { a: { until: 0, version: 3 } } });
  });

  it('stays in the document for an hour, so that every isolate reads it', async () => {
    await board.clear('a');
    expect((await published(1))?.cooldowns).toHaveProperty('a');
    await runInDurableObject(board, async (instance: HealthBoard, { storage }) => {
      storage.sql.exec("UPDATE health SET published = json_set(published, '$.at', ?)", Date.now() - 3_700_000);
      await instance.alarm();
    });
    expect(writes.at(-1)?.cooldowns).toEqual({});
  });
});

describe('what bills have taught', () => {
  it('is joined, published beside the cooldowns, kept over an eviction, and forgotten by hand', async () => {
    await board.learn('a', { overheadTokens: 512 });
    await board.learn('a', { overheadTokens: 256, thinkingBeyondCap: 1_024 });
    const learnt = { ...NOTHING_LEARNT, overheadTokens: 512, thinkingBeyondCap: 1_024 };
    await runDurableObjectAlarm(board);
    expect(writes.at(-1)).toMatchObject({ cooldowns: {}, learnt: { a: learnt } });
    await evictDurableObject(board);
    expect(await board.listLearnt()).toEqual({ a: learnt });
    expect(await board.clear('a')).toMatchObject({ clearings: 1 });
    expect(await board.listLearnt()).toEqual({});
  });

  it('is forgotten by every isolate: the clearing is published, and what an isolate learnt before it is not taken', async () => {
    await board.learn('a', { overheadTokens: 512 });
    await board.clear('a');
    await board.learn('a', { overheadTokens: 512, clearings: 0 });
    await runDurableObjectAlarm(board);
    expect(writes.at(-1)?.learnt).toEqual({ a: { ...NOTHING_LEARNT, clearings: 1 } });
    await board.learn('a', { overheadTokens: 256, clearings: 1 });
    expect(await board.listLearnt()).toMatchObject({ a: { overheadTokens: 256, clearings: 1 } });
  });

  it('is bounded: one bad count ends nobody’s requests', async () => {
    await board.learn('a', { thinkingBeyondCap: 1e15, overheadTokens: Number.NaN });
    const { a } = await board.listLearnt();
    expect(a).toMatchObject({ overheadTokens: 0, thinkingBeyondCap: 262_144 });
  });
});
