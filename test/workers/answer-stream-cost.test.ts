/** What an answer costs: rows counted by SQLite, memory bounded by pages, slow readers that delay no other reader. */
import { describe, expect, it } from 'vitest';
import { PAGE_BYTES, READER_STALL_MS } from '../../worker/core/answers/stream/limits.ts';
import { eventsOf, pagesIn, RESUMABLE, Stage, storedIn, take } from './answer-stream-harness.ts';
import { rowsWrittenBy } from './count-rows.ts';

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
      expect(storedIn(state)).toEqual([]);
    });
  });
});

describe('a stream of 10 MB', () => {
  it('is stored page by page, however it is read; a slow reader keeps nobody waiting, and gets every byte', async () => {
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
      // Memory never holds more unstored data than a page and the event that filled it.
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
