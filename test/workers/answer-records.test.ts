/** The records of requests that a keyed or a shared answer is for: one for each caller, closed once, with what its run took on one of them. */
import { describe, expect, it } from 'vitest';
import { LINGER_MS } from '../../worker/core/answers/stream/limits.ts';
import type { ClosedRecord } from '../../worker/core/slo/record.ts';
import { NO_RUN_FACTS, type RunFacts } from '../../worker/core/slo/run-facts.ts';
import { noteOf, PLAIN, RESUMABLE, refusal, Stage, type Talk, take, WHOLE } from './answer-stream-harness.ts';

const record = { cache: 'miss' as const, colo: 'FRA', build: 'b1' };
const keyed = { record };
const shared = { kind: 'shared' as const, record };
const FACTS: Partial<RunFacts> = {
  ...{ deployment: 'a', provider: 'openai', model: 'm-a', finishReason: 'stop' },
  ...{ inputTokens: 9, outputTokens: 5, costMicroUsd: 2_000, hops: 1 },
};
const chunkOf = (id: number) =>
  JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content: `${id}` }, finish_reason: 'stop' }] });

/** What tells records apart. */
const told = ({ requestId, role, status, code, ending, ttftMs, totalMs, costMicroUsd, inputTokens }: ClosedRecord) => ({
  ...{ requestId, role, status, code, ending, ttftMs, totalMs },
  took: [costMicroUsd, inputTokens],
});
const TOOK = [2_000, 9];
const NOTHING = [0, 0];
const COMPLETE = { status: 200, code: null, ending: 'complete' };

async function begun(object: Talk, wait = 100) {
  await object.settle();
  await object.world.clock.advance(wait);
  return object.world.call.begin();
}

describe.each([
  ['a keyed answer', keyed],
  ['a shared answer', shared],
])('%s as a stream', (_, asking) => {
  it('has a record for each caller; what the run took is on the one that started it', async () => {
    await new Stage().inside(async (object) => {
      const { clock, records } = object.world;
      const asked = ['ana', 'bob'].map((job) => object.open(PLAIN, { ...asking, job }));
      const call = await begun(object);
      call.chunks(1, 1, chunkOf);
      const reading = Promise.all(asked.map(async (reply) => (await reply).text()));
      await clock.advance(50);
      expect(records).toEqual([]);
      call.settled(FACTS).complete();
      await reading;
      await clock.advance(20);
      const late = await object.open(PLAIN, { ...asking, job: 'cem' });
      expect(noteOf(late).isRecorded).toBe(true);
      await late.text();
      expect(records.map(told)).toEqual([
        { requestId: 'ana', role: 'started', ...COMPLETE, ttftMs: 100, totalMs: 150, took: TOOK },
        { requestId: 'bob', role: 'attached', ...COMPLETE, ttftMs: 100, totalMs: 150, took: NOTHING },
        { requestId: 'cem', role: 'replayed', ...COMPLETE, ttftMs: 170, totalMs: 170, took: NOTHING },
      ]);
      for (const each of records)
        expect(each).toMatchObject({ colo: 'FRA', build: 'b1', deployment: 'a', model: 'm-a', tenant: 'local' });
      // A shared answer that is given again counts as a hit.
      expect(records.map(({ cache, cacheAgeS }) => [cache, cacheAgeS]).at(-1)).toEqual(
        asking === shared ? ['hit', 0] : ['miss', null],
      );
    });
  });

  it('that breaks off is cut for all who read it', async () => {
    await new Stage().inside(async (object) => {
      const asked = ['ana', 'bob'].map((job) => object.open(PLAIN, { ...asking, job }));
      const call = await begun(object);
      call
        .chunks(1, 1, chunkOf)
        .settled(FACTS)
        .give({ end: 'interrupted', error: refusal('stream_interrupted') });
      for (const reply of asked) await (await reply).text();
      const cut = { status: 200, code: 'stream_interrupted', ending: 'cut', ttftMs: 100, totalMs: 100 };
      expect(object.world.records.map(told)).toEqual([
        { requestId: 'ana', role: 'started', ...cut, took: TOOK },
        { requestId: 'bob', role: 'attached', ...cut, took: NOTHING },
      ]);
    });
  });

  it('is left before and after content: the record of a caller who joined is closed at once, that of the first when the run is settled', async () => {
    await new Stage().inside(async (object) => {
      const { clock, records } = object.world;
      const gone = new AbortController();
      const first = object.open(PLAIN, { ...asking, job: 'ana' });
      void object.open(PLAIN, { ...asking, job: 'bob' }, gone.signal);
      const third = object.open(PLAIN, { ...asking, job: 'cem' });
      await object.settle();
      gone.abort();
      const call = await begun(object);
      call.chunks(1, 1, chunkOf);
      await take(await first, 1);
      const reading = (await third).text();
      await clock.advance(50);
      // The first one's, which nobody would close if the object died now.
      expect(object.world.waiting.size).toBe(1);
      expect(records.map(told)).toEqual([
        {
          ...{ requestId: 'bob', role: 'attached', status: 499, code: 'client_gone', ending: 'left' },
          ...{ ttftMs: null, totalMs: 0, took: NOTHING },
        },
      ]);
      call.settled(FACTS).complete();
      await reading;
      expect(object.world.waiting.size).toBe(0);
      expect(records.slice(1).map(told)).toEqual([
        {
          ...{ requestId: 'ana', role: 'started', status: 200, code: null, ending: 'left' },
          ...{ ttftMs: 100, totalMs: 100, took: TOOK },
        },
        { requestId: 'cem', role: 'attached', ...COMPLETE, ttftMs: 100, totalMs: 150, took: NOTHING },
      ]);
    });
  });
});

describe.each([
  ['a keyed answer', keyed],
  ['a shared answer', shared],
])('%s in one piece', (_, asking) => {
  it('is given to each Worker with what to close its record with, because only that knows what it sends', async () => {
    await new Stage().inside(async (object) => {
      const asked = ['ana', 'bob'].map((job) => object.open(WHOLE, { ...asking, job }));
      (await begun(object)).chunks(1, 1, chunkOf).settled(FACTS).complete();
      const [first, second] = (await Promise.all(asked)).map(noteOf);
      expect(first?.ran).toEqual({ ...NO_RUN_FACTS, ...FACTS });
      const { deployment, provider, model, finishReason } = FACTS;
      expect(second?.ran).toEqual({ ...NO_RUN_FACTS, deployment, provider, model, finishReason });
      expect(object.world.records).toEqual([]);
    });
  });

  it('or an error in its place', async () => {
    await new Stage().inside(async (object) => {
      const asked = ['ana', 'bob'].map((job) => object.open(WHOLE, { ...asking, job }));
      await object.settle();
      object.world.call.settled({ costMicroUsd: 7 }).refuse(refusal('providers_unavailable', 503));
      const notes = (await Promise.all(asked)).map(noteOf);
      expect(notes.map(({ ran }) => ran?.costMicroUsd)).toEqual([7, 0]);
      expect(object.world.records).toEqual([]);
    });
  });

  it('that its caller does not wait for is closed here, with what it took', async () => {
    await new Stage().inside(async (object) => {
      const gone = new AbortController();
      void object.open(WHOLE, { ...asking, job: 'ana' }, gone.signal);
      const call = await begun(object);
      gone.abort();
      await object.world.clock.advance(LINGER_MS);
      expect([call.hooks.signal.aborted, object.world.records]).toEqual([true, []]);
      call.settled(FACTS);
      await object.settle();
      expect(object.world.records.map(told)).toEqual([
        {
          ...{ requestId: 'ana', role: 'started', status: 499, code: 'client_gone', ending: 'left' },
          ...{ ttftMs: null, totalMs: 100, took: TOOK },
        },
      ]);
    });
  });
});

describe('the record of a keyed answer', () => {
  it('that is stopped waits for what it took, streamed or not', async () => {
    for (const wish of [PLAIN, WHOLE]) {
      await new Stage().inside(async (object) => {
        const asked = object.open(wish, { ...keyed, job: 'ana' });
        const call = (await begun(object)).chunks(1, 1, chunkOf);
        if (wish.stream) void (await asked).text();
        await object.settle();
        await object.stop();
        await (await asked).text().catch(() => {});
        expect(object.world.records).toEqual([]);
        call.settled(FACTS);
        await object.settle();
        const [status, ending, ttftMs] = wish.stream ? [200, 'cut', 100] : [410, 'refused', null];
        expect(object.world.records.map(told)).toEqual([
          {
            ...{ requestId: 'ana', role: 'started', status, code: 'stopped', ending, ttftMs },
            ...{ totalMs: 100, took: TOOK },
          },
        ]);
      });
    }
  });

  it('that fails after its headers is refused', async () => {
    await new Stage().inside(async (object) => {
      const asked = object.open(RESUMABLE, { ...keyed, job: 'ana' });
      await object.settle();
      object.world.call.hooks.admitted({});
      const reply = await asked;
      object.world.call.settled(FACTS).refuse(refusal('providers_unavailable', 503));
      await reply.text();
      expect(object.world.records.map(told)).toEqual([
        {
          ...{ requestId: 'ana', role: 'started', status: 200, code: 'providers_unavailable', ending: 'refused' },
          ...{ ttftMs: null, totalMs: 0, took: TOOK },
        },
      ]);
    });
  });

  it('goes on with the reader that resumes its stream, which has none of its own', async () => {
    for (const isById of [true, false]) {
      await new Stage().inside(async (object) => {
        const { clock, records } = object.world;
        const asked = object.open(RESUMABLE, { ...keyed, job: 'ana' });
        await object.settle();
        object.world.call.hooks.admitted({});
        await take(await asked, 0);
        await clock.advance(100);
        const again = isById ? await object.attach('0') : await object.open(RESUMABLE, { lastEventId: '0', job: 'no' });
        const reading = again.text();
        const call = await begun(object, 200);
        call.chunks(1, 1, chunkOf).settled(FACTS).complete();
        await reading;
        // Once it is closed, readers are no news.
        await (await object.attach('0')).text();
        expect(records.map(told)).toEqual([
          { requestId: 'ana', role: 'started', ...COMPLETE, ttftMs: 300, totalMs: 300, took: TOOK },
        ]);
      });
    }
  });

  it('names who served it also after its object slept; a call of an earlier build has none', async () => {
    const stage = new Stage();
    await stage.inside(async (object) => {
      const asked = object.open(RESUMABLE);
      (await begun(object)).chunks(1, 1, chunkOf).settled(FACTS).complete();
      await (await asked).text();
      expect(object.world.records).toEqual([]);
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      const reply = await object.open(RESUMABLE, { ...keyed, job: 'bob' });
      await reply.text();
      const [replayed] = object.world.records;
      expect(replayed).toMatchObject({ requestId: 'bob', role: 'replayed', provider: 'openai', model: null });
    });
  });

  it('of a run that died says so when it is asked for again', async () => {
    const stage = new Stage();
    await stage.inside(async (object) => {
      const asked = object.open(RESUMABLE, { ...keyed, job: 'ana' });
      (await begun(object)).chunks(1, 1, chunkOf);
      await take(await asked, 1);
      await object.world.clock.advance(1_000);
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      await (await object.open(RESUMABLE, { ...keyed, job: 'bob' })).text();
      expect(object.world.records.map(told)).toMatchObject([
        { requestId: 'bob', role: 'replayed', status: 200, code: 'stream_interrupted', ending: 'cut', took: NOTHING },
      ]);
    });
  });
});

describe('the record of a shared answer', () => {
  it('is written for the caller who was admitted; a request that is refused alone, or sent away, is recorded by its Worker', async () => {
    await new Stage().inside(async (object) => {
      const asked = ['ana', 'bob', 'cem'].map((job) => object.open(PLAIN, { ...shared, job }));
      await object.settle();
      object.world.call.settled({ costMicroUsd: 1 }).refuse(refusal('budget_exceeded', 429), true);
      await object.settle();
      object.world.call.settled().alone();
      await object.settle();
      (await begun(object)).chunks(1, 1, chunkOf).settled(FACTS).complete();
      const [refused, alone, third] = await Promise.all(asked);
      expect([refused, alone].map((reply) => reply && noteOf(reply).ran?.costMicroUsd)).toEqual([1, undefined]);
      await third?.text();
      expect(object.world.records.map(told)).toEqual([
        { requestId: 'cem', role: 'started', ...COMPLETE, ttftMs: 100, totalMs: 100, took: TOOK },
      ]);
    });
  });

  it('of a reader that is left behind says that it left', async () => {
    const large = (id: number) => JSON.stringify({ id: 'x', choices: [], text: 'x'.repeat(1_000_000), n: id });
    await new Stage().inside(async (object) => {
      const { clock, records } = object.world;
      const asked = ['slow', 'fast'].map((job) => object.open(PLAIN, { ...shared, job }));
      const call = await begun(object);
      for (let id = 1; id <= 12; id++) call.chunks(id, id, large);
      call.settled(FACTS).complete();
      const [, fast] = (await Promise.all(asked)) as [Response, Response];
      await clock.run(fast.text());
      expect(records.map(({ requestId, ending }) => [requestId, ending])).toEqual([
        ['slow', 'left'],
        ['fast', 'complete'],
      ]);
    });
  });
});
