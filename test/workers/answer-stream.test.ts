/** Idempotency and resumable streams, alone (docs/contract.md "Idempotency"), with a scripted producer. */
import { describe, expect, it } from 'vitest';
import { uuidV7 } from '../../protocol/uuid-v7.ts';
import { KEEP_MS, LINGER_MS, LONGEST_RUN_MS } from '../../worker/core/answers/stream/limits.ts';
import { START } from '../unit/pipeline/support/clock.ts';
import {
  ADMITTED,
  eventsOf,
  noteOf,
  OWNER,
  PLAIN,
  RESUMABLE,
  refusal,
  Stage,
  storedIn,
  take,
  WHOLE,
} from './answer-stream-harness.ts';
import { rowsWrittenBy } from './count-rows.ts';

const HOUR = 3_600_000;
const numbered = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => [`${first + index}`, JSON.stringify({ n: first + index })]);
const chunkOf = (content: string, isLast: boolean) =>
  JSON.stringify({ id: 'a', choices: [{ index: 0, delta: { content }, finish_reason: isLast ? 'stop' : null }] });
const codeOf = async (response: Response) => {
  const { error } = (await response.json()) as { error: { code: string } };
  return [response.status, error.code];
};

describe('one key', () => {
  it('from 50 clients at once, streamed and not, is one call and one answer', async () => {
    await new Stage().inside(async (object) => {
      const asking = Array.from({ length: 50 }, (_, index) =>
        object.open([RESUMABLE, PLAIN, WHOLE][index % 3] ?? PLAIN),
      );
      await object.settle();
      expect(object.world.calls).toHaveLength(1);
      object.world.call.begin();
      object.world.call.chunks(1, 2, (id) => chunkOf(id === 1 ? 'Hel' : 'lo', id === 2));
      object.world.call.complete();
      const replies = await Promise.all(asking);
      const texts = await Promise.all(replies.map((reply) => reply.text()));
      const seen = texts.map((text, index) => (index % 3 === 2 ? text : JSON.stringify(eventsOf(text))));
      expect(new Set(seen).size).toBe(3);
      expect(eventsOf(texts[0] ?? '').map(([id]) => id)).toEqual(['1', '2', '3']);
      expect(JSON.parse(texts[2] ?? '').choices[0].message.content).toBe('Hello');
      expect(replies.filter((reply) => noteOf(reply).role === 'started')).toHaveLength(1);
      expect(object.world.calls).toHaveLength(1);
    });
  });

  it('sent again after 20 minutes and after 24 hours, asleep in between, is the same answer and no call', async () => {
    const stage = new Stage();
    const key = uuidV7(START, [1]);
    const first = await stage.inside(async (object) => {
      const asked = object.open(RESUMABLE, { key });
      await object.settle();
      object.world.call
        .begin()
        .chunks(1, 5, (id) => chunkOf(`${id} `, id === 5))
        .complete();
      return (await asked).text();
    });
    for (const [at, wish] of [
      [HOUR / 3, RESUMABLE],
      [24 * HOUR, RESUMABLE],
      [24 * HOUR, WHOLE],
    ] as const) {
      await stage.vanish();
      await stage.inside(async (object) => {
        await object.world.clock.advance(START + at - object.world.clock.now());
        const again = await object.open(wish, { key });
        expect([again.status, noteOf(again).role, noteOf(again).head.model]).toEqual([...[200, 'replayed', 'm-1']]);
        expect(noteOf(again).head.provider).toBe('openai');
        const page = await object.open({ ...wish, seesProvider: false }, { key });
        expect(noteOf(page).head.provider).toBeUndefined();
        expect(await page.text()).toContain('"model":"app/chat"');
        if (wish.stream) expect(await again.text()).toBe(first);
        else expect(await again.json()).toMatchObject({ choices: [{ message: { content: '1 2 3 4 5 ' } }] });
      });
    }
    expect(stage.world.calls).toHaveLength(1);
    await stage.inside(async (object, state) => {
      expect(await state.storage.getAlarm()).toBe(START + LONGEST_RUN_MS + KEEP_MS);
      await object.world.clock.advance(START + LONGEST_RUN_MS + KEEP_MS - object.world.clock.now() - 1);
      expect((await object.open(WHOLE, { key })).status).toBe(200);
      await object.world.clock.advance(1);
      await object.instance.alarm();
      expect([storedIn(state), await state.storage.getAlarm()]).toEqual([[], null]);
      expect(await codeOf(await object.open(WHOLE, { key }))).toEqual([409, 'idempotency_expired']);
      expect(storedIn(state)).toEqual([]);
    });
  });

  it('with another body is refused; somebody else finds nothing, and an id never seen starts nothing', async () => {
    await new Stage().inside(async (object, state) => {
      for (const lastEventId of ['0', '3', 'x']) {
        expect(await codeOf(await object.open(PLAIN, { lastEventId }))).toEqual([404, 'stream_not_found']);
        expect(await codeOf(await object.attach(lastEventId))).toEqual([404, 'stream_not_found']);
      }
      expect(await codeOf(await object.stop())).toEqual([404, 'stream_not_found']);
      const unknown = await object.open(PLAIN, { onlyKnown: true });
      expect([unknown.status, noteOf(unknown).role]).toEqual([200, 'unknown']);
      expect([object.world.calls.length, storedIn(state)]).toEqual([0, []]);
      const asked = object.open(PLAIN);
      await object.settle();
      object.world.call.begin().chunks(1, 2).complete();
      await (await asked).text();
      const mismatch = await object.open(PLAIN, { bodyHash: 'other' });
      expect(noteOf(mismatch).head.attempts).toBe(0);
      expect(await codeOf(mismatch)).toEqual([422, 'idempotency_mismatch']);
      const known = await object.open(PLAIN, { onlyKnown: true });
      expect([noteOf(known).role, eventsOf(await known.text()).length]).toEqual(['replayed', 3]);
      for (const owner of [
        { ...OWNER, user: 'bob' },
        { ...OWNER, tenant: 'evil' },
        { ...OWNER, key: 'secret k1' },
        { ...OWNER, visitor: 'v1' },
      ]) {
        expect(await codeOf(await object.attach('1', owner))).toEqual([404, 'stream_not_found']);
        expect(await codeOf(await object.stop(owner))).toEqual([404, 'stream_not_found']);
      }
      for (const beyond of ['4', '-1', '1e3', '99999999999999999999'])
        expect((await object.attach(beyond)).status).toBe(404);
      expect(object.world.calls).toHaveLength(1);
    });
  });

  it('that failed before content is told to all who wait, forgotten, and may run again', async () => {
    await new Stage().inside(async (object, state) => {
      const waiting = [object.open(PLAIN), object.open(WHOLE)];
      await object.settle();
      const { call } = object.world;
      call.hooks.onAsk('lease 1');
      call.hooks.admitted({});
      const early = await object.open(RESUMABLE);
      call.hooks.onStart('lease 1');
      call.refuse(refusal('providers_unavailable', 503));
      for (const reply of await Promise.all(waiting))
        expect(await codeOf(reply)).toEqual([503, 'providers_unavailable']);
      expect(eventsOf(await early.text())).toEqual([[undefined, refusal('providers_unavailable').body]]);
      await object.settle();
      expect([storedIn(state), await state.storage.getAlarm()]).toEqual([[], null]);
      const again = object.open(PLAIN);
      await object.settle();
      object.world.call.begin('lease 2').chunks(1, 1).complete();
      expect(eventsOf(await (await again).text()).map(([, data]) => data)).toEqual(['{"n":1}', '[DONE]']);
      expect(object.world.calls).toHaveLength(2);
    });
  });

  it('with a cached copy leaves nothing behind, however many keys come, unless there is a run already', async () => {
    await new Stage().inside(async (object, state) => {
      const rows = await rowsWrittenBy(state, async () => {
        for (let request = 0; request < 60; request++) {
          const reply = await object.open(request % 2 === 0 ? PLAIN : WHOLE, { copy: 'worker', key: `key ${request}` });
          expect(noteOf(reply).role).toBe('alone');
        }
      });
      expect([rows, object.world.calls.length, storedIn(state)]).toEqual([0, 0, []]);
      const asked = object.open(PLAIN);
      await object.settle();
      object.world.call.begin().chunks(1, 2).complete();
      const text = await (await asked).text();
      expect(await (await object.open(PLAIN, { copy: 'worker' })).text()).toBe(text);
    });
  });

  it('keeps a copy that its reader may resume for ten minutes, once it is admitted', async () => {
    const stage = new Stage();
    const data = JSON.stringify({
      id: 'c',
      choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }],
    });
    const streamed = await stage.inside(async (object, state) => {
      const refused = object.open(RESUMABLE, { copy: 'job' });
      await object.settle();
      object.world.call.refuse(refusal('rate_limit_exceeded', 429));
      expect([(await refused).status, storedIn(state)]).toEqual([429, []]);
      const asked = object.open(RESUMABLE, { copy: 'job' });
      await object.settle();
      object.world.call.hooks.onAsk('lease 1');
      object.world.call
        .content()
        .give([{ kind: 'completion', data }])
        .complete();
      return (await asked).text();
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      expect(await (await object.open(WHOLE)).text()).toBe(data);
      expect(await (await object.open(RESUMABLE, { copy: 'job' })).text()).toBe(streamed);
      expect(eventsOf(streamed).map(([id]) => id)).toEqual(['1', '2', '3', '4']);
      expect(eventsOf(await (await object.attach('1')).text()).map(([id]) => id)).toEqual(['2', '3', '4']);
      expect(object.world.calls).toHaveLength(2);
      await object.world.clock.advance(10 * 60_000);
      expect((await object.attach('1')).status).toBe(404);
    });
  });
});

describe('a reader who leaves', () => {
  it('at every event of 200 gets every byte once and in order, by both ways of resuming', async () => {
    await new Stage().inside(async (object) => {
      const asked = object.open(RESUMABLE);
      await object.settle();
      object.world.call.begin();
      let text = '';
      let lastEventId: string | null = null;
      for (let event = 1; event <= 200; event++) {
        object.world.call.chunks(event, event);
        // Part of it is stored, part is not.
        if (event % 7 === 0) await object.world.clock.advance(400);
        const reply =
          event === 1
            ? await asked
            : event % 2 === 0
              ? await object.attach(lastEventId)
              : await object.open(RESUMABLE, { lastEventId });
        text += await take(reply, 1);
        lastEventId = `${event}`;
      }
      object.world.call.complete();
      await object.settle();
      text += await (await object.attach(lastEventId)).text();
      expect(eventsOf(text)).toEqual([...numbered(1, 200), ['201', '[DONE]']]);
      expect(eventsOf(await (await object.attach('201')).text())).toEqual([]);
      expect(eventsOf(await (await object.attach(null)).text())).toHaveLength(201);
      expect([object.world.calls.length, object.world.call.hooks.signal.aborted]).toEqual([1, false]);
    });
  });

  it('has a minute to come back to a keyed run; then it is cut, and what there is stays', async () => {
    const stage = new Stage();
    await stage.inside(async (object) => {
      const { clock } = object.world;
      const asked = object.open(RESUMABLE);
      await object.settle();
      object.world.call.begin().chunks(1, 1);
      await take(await asked, 1);
      await clock.advance(LINGER_MS - 1);
      await take(await object.attach('0'), 1);
      await clock.advance(LINGER_MS - 1);
      expect(object.world.call.hooks.signal.aborted).toBe(false);
      object.world.call.chunks(2, 2);
      await clock.advance(1);
      expect(object.world.call.hooks.signal.aborted).toBe(true);
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      const rest = eventsOf(await (await object.open(RESUMABLE, { lastEventId: '1' })).text());
      expect(rest).toEqual([
        ['2', '{"n":2}'],
        ['3', refusal('stream_interrupted').body],
      ]);
      expect(await codeOf(await object.open(WHOLE))).toEqual([502, 'stream_interrupted']);
      expect(object.world.calls).toHaveLength(1);
    });
  });

  it('is stopped by DELETE alone: an error, no [DONE], and the key keeps that', async () => {
    const stage = new Stage();
    await stage.inside(async (object) => {
      const asked = object.open(RESUMABLE);
      await object.settle();
      object.world.call.begin().chunks(1, 3);
      const reading = (await asked).text();
      await object.settle();
      expect((await object.stop()).status).toBe(204);
      object.world.call.chunks(4, 4).complete();
      expect(object.world.call.hooks.signal.aborted).toBe(true);
      expect(eventsOf(await reading)).toEqual([...numbered(1, 3), ['4', refusal('stopped').body]]);
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      expect(eventsOf(await (await object.attach('3')).text())).toEqual([['4', refusal('stopped').body]]);
      expect(await codeOf(await object.open(WHOLE))).toEqual([410, 'stopped']);
      expect((await object.stop()).status).toBe(204);
      expect(object.world.calls).toHaveLength(1);
    });
  });

  it('hears from us each second while there is nothing else, and at once when it is admitted', async () => {
    await new Stage().inside(async (object) => {
      const { clock } = object.world;
      const asked = object.open(RESUMABLE);
      await object.settle();
      object.world.call.hooks.onAsk('lease 1');
      object.world.call.hooks.admitted(ADMITTED);
      const reply = await asked;
      expect([noteOf(reply).head.left, noteOf(reply).head.streamId?.length]).toEqual([ADMITTED.left, 64]);
      let text = '';
      const reader = (reply.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
      const reading = (async () => {
        for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
      })();
      await clock.advance(3_500);
      expect(text).toBe(': hb\n'.repeat(4));
      object.world.call.content().chunks(1, 1);
      await clock.advance(999);
      expect(text.endsWith('data: {"n":1}\n\n')).toBe(true);
      await clock.advance(600);
      expect(text.endsWith('}\n\n: hb\n')).toBe(true);
      object.world.call.complete();
      await reading;
      expect(clock.pending).toBe(0);
    });
  });
});

describe('an answer of which an event could not be read', () => {
  it('is the stream it was for those who ask again, marked; never a whole, and nothing runs again', async () => {
    const stage = new Stage();
    await stage.inside(async (object) => {
      const asked = object.open(RESUMABLE);
      await object.settle();
      object.world.call.begin().chunks(1, 2, (id) => chunkOf(`${id} `, id === 2));
      object.world.call.give({ end: 'complete', skippedEvents: 1 });
      const first = await (await asked).text();
      expect(eventsOf(first).at(-1)).toEqual(['3', '[DONE]']);
      expect(eventsOf(await (await object.open(RESUMABLE)).text())).toEqual(eventsOf(first));
      expect(await codeOf(await object.open(WHOLE))).toEqual([502, 'stream_interrupted']);
      expect((await object.whole()).status).toBe(404);
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      expect(await codeOf(await object.open(WHOLE))).toEqual([502, 'stream_interrupted']);
      expect(object.world.calls).toHaveLength(1);
    });
  });
});
