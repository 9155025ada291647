/** An object that dies: what was stored is served, a run that died says so, and nothing runs twice (ledger rule 20). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../unit/pipeline/support/clock.ts';
import { eventsOf, RESUMABLE, refusal, Stage, Talk, take, WHOLE, World } from './answer-stream-harness.ts';

const INTERRUPTED = refusal('stream_interrupted').body;

describe('a run whose object dies', () => {
  it('in mid-stream: what was stored, then a named error, by both ways and ever again; no second call', async () => {
    const stage = new Stage();
    await stage.inside(async (object) => {
      const asked = object.open(RESUMABLE);
      await object.settle();
      object.world.call.begin().chunks(1, 20);
      await take(await asked, 20);
      await object.world.clock.advance(1_000);
      object.world.call.chunks(21, 30);
      await object.settle();
      expect(eventsOf(await take(await object.attach('20'), 10))).toHaveLength(10);
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      const seen = async (reply: Promise<Response>) => eventsOf(await (await reply).text());
      expect(await seen(object.open(RESUMABLE, { lastEventId: '15' }))).toEqual([
        ...[16, 17, 18, 19, 20].map((n) => [`${n}`, `{"n":${n}}`]),
        ['21', INTERRUPTED],
      ]);
      // This reader had seen events that were not stored yet; it gets the error too, not silence.
      expect(await seen(object.attach('27'))).toEqual([['28', INTERRUPTED]]);
      expect(await seen(object.open(RESUMABLE))).toHaveLength(21);
      expect((await object.open(WHOLE)).status).toBe(502);
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      expect(eventsOf(await (await object.attach('20')).text())).toEqual([['21', INTERRUPTED]]);
      expect(stage.world.told).toEqual([[{ leaseId: 'lease 1', started: true }]]);
      expect(stage.world.calls).toHaveLength(1);
    });
  });

  it('before any provider was called: its lease is reported, and the key runs again with another', async () => {
    const stage = new Stage();
    await stage.inside(async (object) => {
      void object.open(RESUMABLE);
      await object.settle();
      object.world.call.hooks.onAsk('lease 1');
    });
    await stage.vanish();
    await stage.inside(async (object, state) => {
      const asked = object.open(RESUMABLE);
      await object.settle();
      expect(stage.world.told).toEqual([[{ leaseId: 'lease 1', started: false }]]);
      object.world.call.begin('lease 2').chunks(1, 1).complete();
      expect(eventsOf(await (await asked).text())).toHaveLength(2);
      expect(state.storage.sql.exec<{ record: string }>('SELECT record FROM answer').one().record).not.toContain(
        'lease 1',
      );
      expect(stage.world.calls).toHaveLength(2);
    });
  });

  it('after DELETE and before the ledger was asked: it stays stopped', async () => {
    const stage = new Stage();
    await stage.inside(async (object) => {
      void object.open(RESUMABLE);
      await object.settle();
      expect((await object.stop()).status).toBe(204);
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      expect((await object.open(RESUMABLE)).status).toBe(410);
      expect(stage.world.calls).toHaveLength(1);
    });
  });

  it('because its ending cannot be stored says so, and no [DONE]: the next life will not know of one', async () => {
    const stage = new Stage();
    await stage.inside(async (object, { storage }) => {
      const asked = object.open(RESUMABLE);
      await object.settle();
      object.world.call.begin().chunks(1, 2);
      const reading = (await asked).text();
      await object.world.clock.advance(1_000);
      storage.sql.exec("CREATE TRIGGER refused BEFORE INSERT ON pages BEGIN SELECT RAISE(ABORT, 'disk full'); END");
      object.world.call.complete();
      expect(eventsOf(await reading).map(([, data]) => data)).toEqual(['{"n":1}', '{"n":2}', INTERRUPTED]);
      storage.sql.exec('DROP TRIGGER refused');
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      expect(eventsOf(await (await object.attach('2')).text())).toEqual([['3', INTERRUPTED]]);
    });
  });

  it('after a provider was called and before any content: a named error, not a second call', async () => {
    const stage = new Stage();
    await stage.inside(async (object) => {
      void object.open(RESUMABLE);
      await object.settle();
      object.world.call.hooks.onAsk('lease 1');
      object.world.call.hooks.onStart('lease 1');
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      expect((await object.open(RESUMABLE)).status).toBe(502);
      expect(stage.world.calls).toHaveLength(1);
    });
  });
});

type Step =
  | { do: 'give'; events: number; units: number }
  | { do: 'wait'; ms: number }
  | { do: 'read'; events: number; byPost: boolean }
  | { do: 'complete' };

const number = (min: number, max: number) => fc.integer({ min, max });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('give' as const), events: number(1, 4), units: number(1, 9_000) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 400, 1_000, 6_000) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('read' as const), events: number(1, 9), byPost: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.constant({ do: 'complete' as const }) },
  ),
  { minLength: 3, maxLength: 14 },
);

/** Lets this many writes through; the next one does not happen, and the object dies. */
async function withMortal<R>(sql: SqlStorage, writes: number, run: (isDead: () => boolean) => Promise<R>): Promise<R> {
  const prototype = Object.getPrototypeOf(sql) as Pick<SqlStorage, 'exec'>;
  const { exec } = prototype;
  let left = writes;
  prototype.exec = function (this: SqlStorage, ...args: Parameters<typeof exec>) {
    if (left < 0 || (/^\s*INSERT/.test(args[0]) && --left < 0)) throw new Error('dead');
    return exec.apply(this, args);
  } as typeof exec;
  try {
    return await run(() => left < 0);
  } finally {
    prototype.exec = exec;
  }
}

/** A reader that leaves and comes back, and keeps what it saw. */
class Traveller {
  seen: [string | undefined, string][] = [];

  get lastEventId(): string | null {
    return this.seen[this.seen.length - 1]?.[0] ?? null;
  }

  /** An error is an ending: the reader asks no more. */
  get isTold(): boolean {
    return this.seen[this.seen.length - 1]?.[1] === INTERRUPTED;
  }

  async read(object: Talk, events: number, byPost: boolean): Promise<Response> {
    const { lastEventId } = this;
    const reply = byPost ? await object.open(RESUMABLE, { lastEventId }) : await object.attach(lastEventId);
    if (reply.headers.get('content-type')?.startsWith('text/event-stream'))
      this.seen.push(...eventsOf(await take(reply, events)).slice(0, events));
    return reply;
  }
}

describe('whatever is given, stored, read and lost, in whatever order', () => {
  it('a reader gets every byte once and in order, and [DONE] or a named error; one key is one call', async () => {
    const endings: Record<string, number> = {};
    await new Stage().inside(async (_, state) => {
      const { storage } = state;
      const property = fc.asyncProperty(steps, number(0, 9), async (steps, writes) => {
        await storage.deleteAll();
        const world = new World();
        const traveller = new Traveller();
        const given: string[] = [];
        let isComplete = false;
        await withMortal(storage.sql, writes, async (isDead) => {
          const object = new Talk(new (world.class())(state, {}), world);
          void object.open(RESUMABLE);
          await object.settle();
          const live = async (step: Step) => {
            if (step.do === 'wait') return world.clock.advance(step.ms);
            if (step.do === 'read') {
              const left = given.length - traveller.seen.length + (isComplete ? 1 : 0);
              if (left > 0 && !traveller.isTold) await traveller.read(object, Math.min(step.events, left), step.byPost);
            } else if (!isComplete && step.do === 'give') {
              const texts = Array.from(
                { length: step.events },
                (_, index) => `${given.length + index} ${'é'.repeat(step.units)}`,
              );
              given.push(...texts);
              world.call.give(texts.map((data) => ({ kind: 'chunk', data })));
            } else if (step.do === 'complete') {
              world.call.complete();
              isComplete = true;
            }
            await object.settle();
          };
          try {
            world.call.begin();
            await object.settle();
            for (const step of steps) if (!isDead()) await live(step);
            if (!isDead()) await live({ do: 'complete' });
          } catch (error) {
            if (!isDead()) throw error;
          }
        });
        // The last output of a dying object does not count as seen: nothing leaves it before its writes are durable.
        world.clock = new TestClock();
        const object = new Talk(new (world.class())(state, {}), world);
        const wasAnybodyCalled = world.calls.length;
        if (storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'answer'").toArray().length === 0) {
          expect(traveller.seen).toEqual([]);
          endings.nothing = (endings.nothing ?? 0) + 1;
          return;
        }
        const reply = await traveller.read(object, 1_000, false);
        expect(world.calls).toHaveLength(wasAnybodyCalled);
        if (reply.status === 404) {
          // No provider was called: the key may run again.
          expect(traveller.seen).toEqual([]);
          expect(world.told.flat().every(({ started }) => !started)).toBe(true);
          endings.forgotten = (endings.forgotten ?? 0) + 1;
          return;
        }
        if (reply.status !== 200) {
          expect(reply.status).toBe(502);
          expect(traveller.seen.every(([, data]) => data !== '[DONE]')).toBe(true);
          endings.error = (endings.error ?? 0) + 1;
          return;
        }
        const [, ending] = traveller.seen[traveller.seen.length - 1] ?? [];
        const events = traveller.seen.slice(0, -1);
        expect(events).toEqual(given.slice(0, events.length).map((data, index) => [`${index + 1}`, data]));
        if (ending === '[DONE]') expect(events).toHaveLength(given.length);
        else expect(ending).toBe(INTERRUPTED);
        endings[ending ?? ''] = (endings[ending ?? ''] ?? 0) + 1;
      });
      await fc.assert(property, { numRuns: 60 });
    });
    // Every kind of ending occurred.
    expect(Object.keys(endings).length).toBeGreaterThanOrEqual(4);
  });
});
