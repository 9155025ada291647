import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { BOARD_KEY, type BoardDocument } from '../../worker/core/routing/board.ts';
import { NO_OVERRIDES } from '../../worker/core/routing/overrides.ts';
import type { HealthBoard } from '../../worker/objects/health-board/health-board.ts';
import { IsolateBoard } from '../../worker/stores/isolate-board.ts';
import { eventually } from './eventually.ts';

const HOUR_MS = 3_600_000;
const EMPTY = { promotions: {} };
let boards = 0;
let board: DurableObjectStub<HealthBoard>;

beforeEach(async () => {
  board = env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName(`overrides ${boards++}`));
  await env.STATE.delete(BOARD_KEY);
});

const pin = (deployment: string, until = Date.now() + HOUR_MS) => ({ deployment, until, reason: 'why', who: 'ann' });

/** The alarm may have fired by itself already. */
async function published(version: number): Promise<BoardDocument['overrides']> {
  await runDurableObjectAlarm(board);
  return eventually(async () => {
    const document = await env.STATE.get<BoardDocument>(BOARD_KEY, 'json');
    expect(document).toMatchObject({ schema: 2, overrides: { version } });
    return document?.overrides;
  });
}

describe('overrides at HealthBoard', () => {
  it('are counted up, published beside the cooldowns, and cleared by absence', async () => {
    const first = await board.setOverride('pins', 'app/chat', pin('a'));
    expect(first).toMatchObject({ before: null, overrides: { version: 1, pins: { 'app/chat': { version: 1 } } } });
    const { who, reason } = pin('a');
    await board.setOverride('bypass', '*', { until: Date.now() + HOUR_MS, who, reason });
    expect(await published(2)).toEqual({ ...(await board.overrides()), ...EMPTY });
    const cleared = await board.clearOverride('pins', 'app/chat');
    expect(cleared.before).toMatchObject({ deployment: 'a', version: 1 });
    expect(await published(3)).toMatchObject({ pins: {}, bypass: { '*': { version: 2, who: 'ann' } } });
  });

  it('that are not set are cleared without a version, and nothing is published', async () => {
    expect(await board.clearOverride('pins', 'app/chat')).toEqual({ before: null, overrides: NO_OVERRIDES });
    await board.setOverride('pins', 'app/chat', pin('a', Date.now() - 1));
    await published(1);
    expect(await board.clearOverride('pins', 'app/chat')).toMatchObject({ before: null, overrides: { version: 1 } });
    expect(await runDurableObjectAlarm(board)).toBe(false);
  });

  it('that have ended leave the document at the next publish, and the row at the next change', async () => {
    await board.setOverride('pins', 'app/chat', pin('a', Date.now() - 1));
    expect(await published(1)).toMatchObject({ pins: {} });
    expect(await board.overrides()).toEqual({ ...NO_OVERRIDES, version: 1 });
    await board.setOverride('pins', 'app/fast', pin('b'));
    const row = await runInDurableObject(board, (_, { storage }) =>
      storage.sql.exec<{ overrides: string }>('SELECT overrides FROM overrides').one(),
    );
    expect(JSON.parse(row.overrides)).toMatchObject({ version: 2, pins: { 'app/fast': { deployment: 'b' } } });
    expect(row.overrides).not.toContain('app/chat');
    await published(2);
  });

  it('are durable before the reply, and published after a death: the alarm survives it', async () => {
    await board.setOverride('pins', 'app/chat', pin('a'));
    await evictDurableObject(board);
    expect(await board.overrides()).toMatchObject({ version: 1, pins: { 'app/chat': { deployment: 'a' } } });
    expect(await published(1)).toMatchObject({ pins: { 'app/chat': { deployment: 'a' } } });
    await board.clearOverride('pins', 'app/chat');
    await evictDurableObject(board);
    expect(await board.overrides()).toEqual({ ...NO_OVERRIDES, version: 2 });
    expect(await published(2)).toMatchObject({ pins: {} });
  });

  it('of many operators at once are all counted, each with a version of its own', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `app/${index}`);
    await Promise.all(names.map((name) => board.setOverride('pins', name, pin('a'))));
    const { version, pins } = await board.overrides();
    expect(version).toBe(8);
    expect(Object.values(pins).map((entry) => entry.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await published(8);
  });

  it('come along when a cooldown is published', async () => {
    await board.setOverride('pins', 'app/chat', pin('a'));
    await published(1);
    await board.clear('a');
    await runDurableObjectAlarm(board);
    await eventually(async () =>
      expect(await env.STATE.get(BOARD_KEY, 'json')).toMatchObject({
        cooldowns: { a: { until: 0 } },
        overrides: { version: 1, pins: { 'app/chat': { deployment: 'a' } } },
      }),
    );
  });
});

describe('a new isolate after a restart', () => {
  /** Over the real KV and the real object. */
  const isolate = () =>
    new IsolateBoard(
      {
        read: () => env.STATE.get<BoardDocument>(BOARD_KEY, 'json'),
        report: async () => {},
        claimProbe: async () => ({ claim: 'closed', until: 0, askedUntil: 0 }),
        learn: async () => {},
        overrides: async () => board.overrides(),
      },
      { allowedFails: 3, cooldownMs: 10_000 } as ConstructorParameters<typeof IsolateBoard>[1],
      { now: () => Date.now(), after: () => () => {} },
      () => {},
    );
  const fresh = async () => {
    const one = isolate();
    await one.ready(() => {});
    return one.overrides;
  };

  it('has what was set, and not what was cleared and never published', async () => {
    await board.setOverride('pins', 'app/chat', pin('a'));
    await published(1);
    expect(await fresh()).toMatchObject({ pins: { 'app/chat': { deployment: 'a' } } });
    await runInDurableObject(board, async (instance: HealthBoard, { storage }) => {
      instance.clearOverride('pins', 'app/chat');
      await storage.deleteAlarm();
    });
    expect(await env.STATE.get<BoardDocument>(BOARD_KEY, 'json')).toMatchObject({ overrides: { version: 1 } });
    expect(await fresh()).toBe(NO_OVERRIDES);
  });
});
