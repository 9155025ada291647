/** What an answer costs: rows counted by SQLite, memory bounded by pages, slow readers who keep nobody waiting. */
import { describe, expect, it } from 'vitest';
import { PAGE_BYTES, READER_STALL_MS, SHARED_KEEP_MS } from '../../worker/core/answers/stream/limits.ts';
import { eventsOf, PLAIN, RESUMABLE, Stage, storedIn, take, WHOLE } from './answer-stream-harness.ts';
import { countRows } from './count-rows.ts';

/** Rows that SQLite says were written, and each alarm that was set, while `run` ran. */
async function rowsWrittenBy({ storage }: DurableObjectState, run: () => Promise<void>): Promise<number> {
  const stop = countRows(storage.sql);
  let alarms = 0;
  const owner = Object.getPrototypeOf(storage) as Pick<DurableObjectStorage, 'setAlarm'>;
  const { setAlarm } = owner;
  owner.setAlarm = function (this: DurableObjectStorage, ...args: Parameters<typeof setAlarm>) {
    alarms++;
    return setAlarm.apply(this, args);
  };
  let rows = 0;
  try {
    await run();
  } finally {
    rows = stop();
    owner.setAlarm = setAlarm;
  }
  return rows + alarms;
}

const pagesIn = ({ storage }: DurableObjectState) =>
  storage.sql.exec<{ bytes: number }>('SELECT length(CAST(text AS BLOB)) AS bytes FROM pages').toArray();

describe('rows', () => {
  it('of a stream of 30 s are one a second, and five', async () => {
    await new Stage().inside(async (object, state) => {
      const rows = await rowsWrittenBy(state, async () => {
        const asked = object.open(RESUMABLE);
        await object.settle();
        object.world.call.begin();
        const reading = asked.then((reply) => reply.text());
        for (let event = 1; event <= 100; event++) {
          object.world.call.chunks(event, event);
          await object.world.clock.advance(300);
        }
        object.world.call.complete();
        await reading;
      });
      expect(pagesIn(state).length).toBe(26);
      // The tables, the lease asked for, the provider called, the alarm; and the pages.
      expect(rows - pagesIn(state).length).toBe(5);
      // Replayed: none.
      expect(await rowsWrittenBy(state, async () => void (await (await object.open(RESUMABLE)).text()))).toBe(0);
    });
  });

  it('of a key never seen, or of a refusal, leave nothing', async () => {
    await new Stage().inside(async (object, state) => {
      expect(await rowsWrittenBy(state, async () => void (await object.attach('1')))).toBe(0);
      expect(storedIn(state)).toEqual(['health']);
    });
  });
});

describe('a stream of 10 MB', () => {
  it('is stored page by page, whoever reads; a slow reader keeps nobody waiting, and gets every byte', async () => {
    await new Stage().inside(async (object, state) => {
      const asked = [object.open(RESUMABLE), object.open(RESUMABLE)];
      await object.settle();
      object.world.call.begin();
      const [fast, slow] = (await Promise.all(asked)) as [Response, Response];
      const fastly = fast.text();
      const filler = 'x'.repeat(2_000);
      for (let event = 1; event <= 5_000; event++)
        object.world.call.chunks(event, event, (id) => JSON.stringify({ id, filler }));
      object.world.call.complete();
      const expected = eventsOf(await fastly);
      expect(expected).toHaveLength(5_001);
      // What waits in memory to be stored is never more than a page and the event that filled it.
      const largest = Math.max(...pagesIn(state).map(({ bytes }) => bytes));
      expect(largest).toBeLessThan(PAGE_BYTES + 2_500);
      expect(pagesIn(state).length).toBeGreaterThan(500);
      expect(eventsOf(await slow.text())).toEqual(expected);
    });
  });

  it('a reader who takes nothing for a minute has left, and may come back', async () => {
    await new Stage().inside(async (object) => {
      const asked = object.open(RESUMABLE);
      await object.settle();
      object.world.call.begin().chunks(1, 3);
      const stalled = await asked;
      await object.world.clock.advance(READER_STALL_MS + 1_000);
      await expect(stalled.text()).rejects.toThrow('took nothing');
      expect(eventsOf(await take(await object.attach('1'), 2))).toHaveLength(2);
    });
  });
});

describe('a shared answer', () => {
  const shared = { kind: 'shared' as const, key: null };
  const said = (id: number) =>
    JSON.stringify({ choices: [{ index: 0, delta: { content: `${id}` }, finish_reason: id === 2 ? 'stop' : null }] });
  const large = (id: number) => `${id} ${'x'.repeat(10_000)}`;

  it('200 equal requests are one call and no row; half of them leave, the others complete', async () => {
    await new Stage().inside(async (object, state) => {
      const rows = await rowsWrittenBy(state, async () => {
        const asked = Array.from({ length: 199 }, () => object.open(PLAIN, shared));
        await object.settle();
        object.world.call.begin().chunks(1, 3);
        const replies = await Promise.all(asked);
        // The first asker among them: the run is not his alone.
        for (const reply of replies.slice(0, 100)) await take(reply, 1);
        // A late joiner gets the beginning first.
        replies.push(await object.open(PLAIN, shared));
        object.world.call.chunks(4, 5).complete();
        const texts = await Promise.all(replies.slice(100).map((reply) => reply.text()));
        expect(new Set(texts).size).toBe(1);
        expect(eventsOf(texts[0] ?? '')).toHaveLength(6);
      });
      expect([rows, object.world.calls.length, object.world.call.hooks.signal.aborted]).toEqual([0, 1, false]);
      await object.world.clock.advance(SHARED_KEEP_MS - 1);
      // He had looked into the cache before it was there.
      const late = await object.open(PLAIN, shared);
      expect([late.headers.get('x-answer-role'), eventsOf(await late.text()).length]).toEqual(['replayed', 6]);
      await object.world.clock.advance(1);
      void object.open(PLAIN, shared);
      await object.settle();
      expect(object.world.calls).toHaveLength(2);
    });
  });

  it('is asked for whole by one of those who were answered, who is no reader', async () => {
    await new Stage().inside(async (object) => {
      expect((await object.whole()).status).toBe(404);
      const waiting = new AbortController();
      const asked = [
        object.open(PLAIN, shared),
        object.open(WHOLE, shared),
        object.open(PLAIN, shared, waiting.signal),
      ];
      await object.settle();
      object.world.call.begin().chunks(1, 2, said);
      const first = (await asked[0]) as Response;
      const whole = object.whole();
      object.world.call.complete();
      const replies = (await Promise.all(asked)) as Response[];
      expect(replies.map(({ headers }) => headers.get('x-answer-keeps'))).toEqual(['1', null, null]);
      const kept = await whole;
      expect([kept.status, kept.headers.get('x-carryon-provider')]).toEqual([200, 'openai']);
      expect(await kept.json()).toEqual(await (replies[1] as Response).json());
      for (const reply of [first, replies[2] as Response]) await reply.text();
      expect((await object.whole()).status).toBe(200);
      await object.world.clock.advance(SHARED_KEEP_MS);

      const alone = object.open(PLAIN, shared);
      await object.settle();
      object.world.call.begin().chunks(1, 1, said);
      const cut = object.whole();
      await take(await alone, 1);
      expect([(await cut).status, object.world.call.hooks.signal.aborted]).toEqual([404, true]);
    });
  });

  it('that only a safeguard would give is for its asker alone: the next asks', async () => {
    await new Stage().inside(async (object) => {
      const asked = ['ana', 'bob'].map((job) => object.open(PLAIN, { ...shared, job })) as Promise<Response>[];
      await object.settle();
      expect(object.world.call.hooks.isShared).toBe(true);
      object.world.call.alone();
      await object.settle();
      expect((await asked[0])?.headers.get('x-answer-role')).toBe('alone');
      expect(object.world.call.job).toBe('bob');
      object.world.call.alone();
      expect((await asked[1])?.headers.get('x-answer-role')).toBe('alone');
      await object.settle();
      void object.open(PLAIN, { ...shared, job: 'cem' });
      await object.settle();
      expect(object.world.calls.map(({ job }) => job)).toEqual(['ana', 'bob', 'cem']);
    });
  });

  it('is cancelled at once when the last one leaves, streamed or waiting', async () => {
    await new Stage().inside(async (object) => {
      const waiting = new AbortController();
      const asked = object.open(PLAIN, shared);
      void object.open({ ...PLAIN, stream: false }, shared, waiting.signal);
      await object.settle();
      object.world.call.begin().chunks(1, 1);
      await take(await asked, 1);
      expect(object.world.call.hooks.signal.aborted).toBe(false);
      waiting.abort();
      await object.settle();
      expect(object.world.call.hooks.signal.aborted).toBe(true);
    });
  });

  it('whose first asker is refused for his own budget is asked for by the next, as himself', async () => {
    await new Stage().inside(async (object) => {
      const asked = ['ana', 'bob', 'cem'].map((job) => object.open(PLAIN, { ...shared, job }));
      await object.settle();
      const budget = {
        status: 429,
        head: { headers: {}, openHeaders: {} },
        body: '{"error":{"code":"budget_exceeded"}}',
      };
      object.world.call.refuse(budget, true);
      await object.settle();
      expect((await asked[0])?.status).toBe(429);
      expect(object.world.call.job).toBe('bob');
      object.world.call.begin('lease 2').chunks(1, 1).complete();
      const replies = await Promise.all(asked.slice(1));
      expect(replies.map(({ headers }) => headers.get('x-answer-role'))).toEqual(['started', 'attached']);
      for (const reply of replies) expect(eventsOf(await reply.text())).toHaveLength(2);
      expect(object.world.calls.map(({ job }) => job)).toEqual(['ana', 'bob']);
    });
  });

  it('larger than memory allows is stored, and gone soon after, but not before its last reader', async () => {
    await new Stage().inside(async (object, state) => {
      const asked = [object.open(PLAIN, shared), object.open(PLAIN, shared)];
      await object.settle();
      object.world.call.begin().chunks(1, 150, large).complete();
      const [first, second] = (await Promise.all(asked)) as [Response, Response];
      expect(eventsOf(await first.text())).toHaveLength(151);
      expect(pagesIn(state).length).toBeGreaterThan(10);
      const late = await object.open(PLAIN, shared);
      expect(eventsOf(await second.text())).toHaveLength(151);
      await object.settle();
      const { clock } = object.world;
      expect(await state.storage.getAlarm()).toBe(clock.now() + SHARED_KEEP_MS);
      await clock.advance(SHARED_KEEP_MS);
      await object.instance.alarm();
      expect(await state.storage.getAlarm()).toBe(clock.now() + READER_STALL_MS);
      expect(eventsOf(await late.text())).toHaveLength(151);
      await object.settle();
      await object.instance.alarm();
      expect([storedIn(state), await state.storage.getAlarm()]).toEqual([[], null]);
    });
  });

  it('that died with the object leaves nothing behind, and is asked for anew', async () => {
    const stage = new Stage();
    await stage.inside(async (object, state) => {
      void object.open(PLAIN, shared);
      await object.settle();
      object.world.call.begin().chunks(1, 150, large);
      await object.settle();
      expect(await state.storage.getAlarm()).not.toBeNull();
      expect(pagesIn(state).length).toBeGreaterThan(10);
    });
    await stage.vanish();
    await stage.inside(async (object, state) => {
      const asked = object.open(PLAIN, shared);
      await object.settle();
      expect(storedIn(state)).toEqual([]);
      object.world.call.begin().chunks(1, 150, large).complete();
      expect(eventsOf(await (await asked).text())).toHaveLength(151);
      expect(object.world.calls).toHaveLength(2);
    });
  });
});
