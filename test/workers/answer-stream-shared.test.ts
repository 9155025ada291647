/** Equal questions share one run: who is answered by it, who is charged, who caches it, and who is sent away (docs/contract.md "Shared questions"). */
import { describe, expect, it } from 'vitest';
import { SHARED_KEEP_MS } from '../../worker/core/answers/stream/limits.ts';
import { eventsOf, noteOf, PLAIN, refusal, Stage, storedIn, take, WHOLE } from './answer-stream-harness.ts';
import { rowsWrittenBy } from './count-rows.ts';

const shared = { kind: 'shared' as const, key: null };
const chunk = (content: string, finish_reason: string | null) =>
  JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason }] });
const chunkOf = (id: number) => chunk(`${id} `, null);
const lastOf = (id: number) => chunk(`${id}.`, 'stop');
const large = (id: number) => chunk(`${id} ${'x'.repeat(10_000)}`, null);
const budget = refusal('budget_exceeded', 429);

describe('a shared answer', () => {
  it('200 equal requests are one call and no row; half of them leave, the others complete', async () => {
    await new Stage().inside(async (object, state) => {
      const rows = await rowsWrittenBy(state, async () => {
        const asked = Array.from({ length: 199 }, () => object.open(PLAIN, shared));
        await object.settle();
        object.world.call.begin().chunks(1, 3, chunkOf);
        const replies = await Promise.all(asked);
        // The first asker among them: the run belongs to the others too.
        for (const reply of replies.slice(0, 100)) await take(reply, 1);
        // A late joiner gets the beginning first.
        replies.push(await object.open(PLAIN, shared));
        object.world.call.chunks(4, 5, chunkOf).chunks(6, 6, lastOf).complete();
        const texts = await Promise.all(replies.slice(100).map((reply) => reply.text()));
        expect(new Set(texts).size).toBe(1);
        expect(eventsOf(texts[0] ?? '')).toHaveLength(7);
      });
      expect([rows, object.world.calls.length, object.world.call.hooks.signal.aborted]).toEqual([0, 1, false]);
      await object.world.clock.advance(SHARED_KEEP_MS - 1);
      // He had looked into the cache before it was there.
      const late = await object.open(PLAIN, shared);
      expect([noteOf(late).role, eventsOf(await late.text()).length]).toEqual(['replayed', 7]);
      await object.world.clock.advance(1);
      void object.open(PLAIN, shared);
      await object.settle();
      expect(object.world.calls).toHaveLength(2);
    });
  });

  it('is asked for whole by one of those who were answered, which makes that one no reader', async () => {
    await new Stage().inside(async (object) => {
      expect((await object.whole()).status).toBe(404);
      const waiting = new AbortController();
      const asked = [
        object.open(PLAIN, shared),
        object.open(WHOLE, shared),
        object.open(PLAIN, shared, waiting.signal),
      ];
      await object.settle();
      object.world.call.begin().chunks(1, 1, chunkOf).chunks(2, 2, lastOf);
      const first = (await asked[0]) as Response;
      const whole = object.whole();
      object.world.call.complete();
      const replies = (await Promise.all(asked)) as Response[];
      expect(replies.map((reply) => noteOf(reply).keeps === true)).toEqual([true, false, false]);
      const kept = await whole;
      expect([kept.status, noteOf(kept).head.provider]).toEqual([200, 'openai']);
      expect(await kept.json()).toEqual(await (replies[1] as Response).json());
      for (const reply of [first, replies[2] as Response]) await reply.text();
      expect((await object.whole()).status).toBe(200);
      await object.world.clock.advance(SHARED_KEEP_MS);

      const alone = object.open(PLAIN, shared);
      await object.settle();
      object.world.call.begin().chunks(1, 1, chunkOf);
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
      expect(noteOf((await asked[0]) as Response).role).toBe('alone');
      expect(object.world.call.job).toBe('bob');
      object.world.call.alone();
      expect(noteOf((await asked[1]) as Response).role).toBe('alone');
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

  it('whose first asker is refused by that one’s own budget is asked for by the next, on the next one’s account', async () => {
    await new Stage().inside(async (object) => {
      const asked = ['ana', 'bob', 'cem'].map((job) => object.open(PLAIN, { ...shared, job }));
      await object.settle();
      object.world.call.refuse(budget, true);
      await object.settle();
      expect((await asked[0])?.status).toBe(429);
      expect(object.world.call.job).toBe('bob');
      object.world.call.begin('lease 2').chunks(1, 1).complete();
      const replies = await Promise.all(asked.slice(1));
      expect(replies.map((reply) => noteOf(reply).role)).toEqual(['started', 'attached']);
      for (const reply of replies) expect(eventsOf(await reply.text())).toHaveLength(2);
      expect(object.world.calls.map(({ job }) => job)).toEqual(['ana', 'bob']);
    });
  });

  it('larger than memory allows reaches every reader, however slow, and writes no row', async () => {
    await new Stage().inside(async (object, state) => {
      const asked = [object.open(PLAIN, shared), object.open(PLAIN, shared), object.open(WHOLE, shared)];
      await object.settle();
      object.world.call.begin().chunks(1, 149, large).chunks(150, 150, lastOf).complete();
      const [first, second, whole] = (await Promise.all(asked)) as [Response, Response, Response];
      expect(eventsOf(await first.text())).toHaveLength(151);
      expect(eventsOf(await second.text())).toHaveLength(151);
      const { choices } = (await whole.json()) as { choices: { message: { content: string } }[] };
      expect(choices[0]?.message.content.length).toBeGreaterThan(149 * 10_000);
      expect((await object.whole()).status).toBe(200);
      expect([storedIn(state), await state.storage.getAlarm()]).toEqual([[], null]);
    });
  });

  it('that died with the object is asked for again', async () => {
    const stage = new Stage();
    await stage.inside(async (object, state) => {
      void object.open(PLAIN, shared);
      await object.settle();
      object.world.call.begin().chunks(1, 150, large);
      await object.settle();
      expect([storedIn(state), await state.storage.getAlarm()]).toEqual([[], null]);
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

describe('a caller who comes later to a shared answer', () => {
  it.each([
    [
      'that was cut, though a reader is still at it',
      { end: 'interrupted' as const, error: refusal('stream_interrupted', 502) },
      0,
    ],
    ['whose time is over, though a reader is still at it', { end: 'complete' as const }, SHARED_KEEP_MS],
  ])('%s has a run of their own', async (_, end, laterMs) => {
    await new Stage().inside(async (object) => {
      const asked = object.open(PLAIN, shared);
      await object.settle();
      object.world.call.begin().chunks(1, 2, chunkOf).chunks(3, 3, lastOf).give(end);
      const slow = await asked;
      await object.settle();
      await object.world.clock.advance(laterMs);
      const later = object.open(PLAIN, shared);
      await object.settle();
      expect(object.world.calls).toHaveLength(2);
      object.world.call.begin().chunks(1, 1, lastOf).complete();
      expect(eventsOf(await (await later).text())).toHaveLength(2);
      expect(eventsOf(await slow.text())).toHaveLength(4);
      expect(noteOf(await object.open(PLAIN, shared)).role).toBe('replayed');
    });
  });

  it('after its ttl has a run of their own, however soon', async () => {
    await new Stage().inside(async (object) => {
      object.world.ttlMs = 1_000;
      const asked = object.open(WHOLE, shared);
      await object.settle();
      object.world.call.begin().chunks(1, 1, lastOf).complete();
      await asked;
      await object.world.clock.advance(999);
      const again = await object.open(WHOLE, shared);
      expect(noteOf(again).head.storedAt).toBe(object.world.clock.now() - 999);
      await object.world.clock.advance(1);
      void object.open(WHOLE, shared);
      await object.settle();
      expect(object.world.calls).toHaveLength(2);
    });
  });

  it('that may not be given again has a run of their own', async () => {
    await new Stage().inside(async (object) => {
      const asked = object.open(WHOLE, shared);
      await object.settle();
      object.world.call
        .begin()
        .chunks(1, 1, () => chunk('cut', 'length'))
        .complete();
      expect((await asked).status).toBe(200);
      void object.open(WHOLE, shared);
      await object.settle();
      expect(object.world.calls).toHaveLength(2);
    });
  });

  it('that outgrew memory has a run of their own, which the next ones join', async () => {
    await new Stage().inside(async (object) => {
      const asked = object.open(PLAIN, shared);
      await object.settle();
      const [first] = [object.world.call.begin().chunks(1, 149, large)];
      const slow = await asked;
      await object.settle();
      const later = [object.open(PLAIN, shared), object.open(PLAIN, shared)];
      await object.settle();
      expect(object.world.calls).toHaveLength(2);
      object.world.call.begin('lease 2').chunks(1, 1, lastOf).complete();
      const roles = [];
      for (const reply of await Promise.all(later)) {
        roles.push(noteOf(reply).role);
        expect(eventsOf(await reply.text())).toHaveLength(2);
      }
      expect(roles).toEqual(['started', 'attached']);
      first.chunks(150, 150, lastOf).complete();
      expect(eventsOf(await slow.text())).toHaveLength(151);
    });
  });
});

describe('a caller who waits for a shared answer', () => {
  it('and leaves before it comes, does not keep the others from caching it', async () => {
    await new Stage().inside(async (object) => {
      const [leaving, gone] = [new AbortController(), new AbortController()];
      gone.abort();
      void object.open(WHOLE, shared, leaving.signal);
      const asked = object.open(WHOLE, shared);
      await object.settle();
      expect((await object.open(WHOLE, shared, gone.signal)).status).toBe(499);
      leaving.abort();
      object.world.call.begin().chunks(1, 1, lastOf).complete();
      const reply = await asked;
      expect([reply.status, noteOf(reply).keeps]).toEqual([200, true]);
    });
  });

  it('alone, and left before their call arrived, keeps nothing running', async () => {
    await new Stage().inside(async (object) => {
      const gone = new AbortController();
      gone.abort();
      void object.open(WHOLE, shared, gone.signal);
      await object.settle();
      expect(object.world.calls.every(({ hooks }) => hooks.signal.aborted)).toBe(true);
    });
  });

  it('is not asked for after many others in vain', async () => {
    await new Stage().inside(async (object) => {
      const asked = Array.from({ length: 20 }, (_, index) => object.open(WHOLE, { ...shared, job: `${index}` }));
      for (let index = 0; index < 8; index++) {
        await object.settle();
        object.world.call.refuse(budget, true);
      }
      const replies = await Promise.all(asked);
      const roles = replies.map((reply) => (reply.status === 429 ? 429 : noteOf(reply).role));
      expect(roles).toEqual([...Array(8).fill(429), ...Array(12).fill('alone')]);
      expect(object.world.calls).toHaveLength(8);
    });
  });

  it('and came when it was admitted, is sent away where it fails for its asker after all', async () => {
    await new Stage().inside(async (object) => {
      const first = object.open(WHOLE, { ...shared, job: 'ana' });
      const second = object.open(WHOLE, { ...shared, job: 'bob' });
      await object.settle();
      object.world.call.hooks.admitted({});
      const third = object.open(WHOLE, { ...shared, job: 'cem' });
      await object.settle();
      object.world.call.refuse(budget, true);
      expect((await first).status).toBe(429);
      for (const other of [second, third]) expect(noteOf(await other).role).toBe('alone');
      expect(object.world.calls).toHaveLength(1);
    });
  });

  it('of one who wants nothing kept, caches nothing', async () => {
    await new Stage().inside(async (object) => {
      const asked = [object.open(WHOLE, { caches: false }), object.open(PLAIN, { caches: true })];
      await object.settle();
      object.world.call.begin().chunks(1, 1, lastOf).complete();
      for (const reply of await Promise.all(asked)) expect(noteOf(reply).keeps).not.toBe(true);
    });
  });
});

describe('a shared answer of which an event could not be read', () => {
  it('is for the streams that were there: a whole one is asked for alone, a late one again, and nobody caches it', async () => {
    await new Stage().inside(async (object) => {
      const [stream, whole] = [object.open(PLAIN, shared), object.open(WHOLE, shared)];
      await object.settle();
      object.world.call.begin().chunks(1, 1, lastOf).give({ end: 'complete', skippedEvents: 2 });
      expect(eventsOf(await (await stream).text())).toHaveLength(2);
      expect(noteOf(await whole).role).toBe('alone');
      expect((await object.whole()).status).toBe(404);
      void object.open(PLAIN, shared);
      await object.settle();
      expect(object.world.calls).toHaveLength(2);
    });
  });
});
