/** Which reader of a kept or shared answer learns how it was made: its own request, and a repetition under its key, and no other. */
import { describe, expect, it } from 'vitest';
import type { CarryonField } from '../../worker/core/answers/carryon-field.ts';
import type { Refusal, RunEvent } from '../../worker/core/answers/stream/events.ts';
import { eventsOf, PLAIN, RESUMABLE, refusal, Stage, type Talk, take, WHOLE } from './answer-stream-harness.ts';

const FIELD: CarryonField = {
  attempts: [
    {
      ...{ deployment: 'a', model: 'm-a', startedMs: 1, ttftMs: null, ms: 9 },
      ...{ result: 'server_error', status: 503, hop: 0 },
    },
    { deployment: 'b', model: 'm-b', startedMs: 10, ttftMs: 20, ms: 90, result: 'success', hop: 1 },
  ],
  cooldowns: [{ deployment: 'a', cause: 'server_error', leftMs: 9_000 }],
  costUsd: 0.002,
};
const FREE = { ...FIELD, costUsd: 0 };
const shared = { kind: 'shared' as const, key: null };
const USAGE = { ...PLAIN, usage: true };
const page = <W extends object>(wish: W) => ({ ...wish, seesProvider: false });

const chunk = (content: string, finish_reason: string | null): RunEvent => ({
  kind: 'chunk',
  data: JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content }, finish_reason }] }),
});
const last = { id: 'x', choices: [], usage: { prompt_tokens: 1 } };
const STREAMED: RunEvent[] = [
  chunk('Hel', null),
  chunk('lo', 'stop'),
  {
    ...{ kind: 'usage', data: JSON.stringify(last) },
    openData: JSON.stringify({ ...last, carryon_cost_usd: 0.002, carryon: FIELD }),
  },
];
const BODY = JSON.stringify({
  ...{ id: 'x', object: 'chat.completion', usage: last.usage },
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
});
const COMPLETION: RunEvent[] = [{ kind: 'completion', data: BODY }];

/** The last part of an answer: of a stream the event before `[DONE]`, or the error. */
async function toldBy(reply: Response): Promise<unknown> {
  const text = await reply.text();
  const isStream = reply.headers.get('content-type')?.startsWith('text/event-stream');
  const said = isStream ? eventsOf(text).flatMap(([, data]) => (data === '[DONE]' ? [] : [data])) : [text];
  for (const earlier of said.slice(0, -1)) expect(earlier).not.toContain('carryon');
  return (JSON.parse(said.at(-1) ?? '') as { carryon?: unknown }).carryon;
}

async function run(object: Talk, asked: Promise<Response>, events: RunEvent[]): Promise<Response> {
  await object.settle();
  object.world.call.begin().give(events).complete(FIELD);
  return asked;
}

describe.each([
  ['streamed', STREAMED, RESUMABLE],
  ['whole', COMPLETION, WHOLE],
] as const)('an answer that was made %s', (_, events, wish) => {
  it('goes to its own reader, and under its key again, at no cost, in either form, asleep in between or not', async () => {
    const stage = new Stage();
    await stage.inside(async (object) => {
      expect(await toldBy(await run(object, object.open(wish), [...events]))).toEqual(FIELD);
    });
    for (const isNewLife of [false, true]) {
      if (isNewLife) await stage.vanish();
      await stage.inside(async (object) => {
        for (const again of [RESUMABLE, USAGE, WHOLE]) expect(await toldBy(await object.open(again))).toEqual(FREE);
        expect(await toldBy(await object.attach(null))).toEqual(FREE);
        for (const silent of [PLAIN, page(RESUMABLE), page(USAGE), page(WHOLE), page(PLAIN)])
          expect(await toldBy(await object.open(silent))).toBeUndefined();
      });
    }
    expect(stage.world.calls).toHaveLength(1);
  });

  it('goes to a reader who goes on where the line broke', async () => {
    await new Stage().inside(async (object) => {
      await take(await run(object, object.open(RESUMABLE), [...events]), 1);
      expect(await toldBy(await object.attach('1'))).toEqual(FIELD);
      expect(await toldBy(await object.open(RESUMABLE, { lastEventId: '2' }))).toEqual(FIELD);
    });
  });

  it('that is shared has it only for the caller who asked first, and what is cached of it holds nothing', async () => {
    await new Stage().inside(async (object) => {
      const ways = wish.stream ? [USAGE, USAGE, WHOLE] : [WHOLE, USAGE, WHOLE];
      const asked = ways.map((way) => object.open(way, shared));
      const replies = await run(object, Promise.all(asked) as never, [...events]).then((all) => all as never);
      const told = await Promise.all((replies as Response[]).map(toldBy));
      expect(told).toEqual([FIELD, undefined, undefined]);
      expect(await toldBy(await object.open(USAGE, shared))).toBeUndefined();
      expect(await (await object.whole()).text()).not.toContain('carryon');
    });
  });
});

describe('an answer that failed', () => {
  const failed: Refusal = { ...refusal('providers_unavailable', 503), carryon: FIELD };

  it('before its headers has it for all who asked under its key, at the cost of one of them', async () => {
    await new Stage().inside(async (object) => {
      const asked = [WHOLE, WHOLE, page(WHOLE)].map((wish) => object.open(wish));
      await object.settle();
      object.world.call.refuse(failed);
      const replies = await Promise.all(asked);
      expect(replies.map(({ status }) => status)).toEqual([503, 503, 503]);
      expect(await Promise.all(replies.map(toldBy))).toEqual([FIELD, FREE, undefined]);
    });
  });

  it('that is shared has it only for callers who asked for it', async () => {
    await new Stage().inside(async (object) => {
      const asked = [USAGE, WHOLE].map((wish) => object.open(wish, shared));
      await object.settle();
      object.world.call.refuse(failed);
      expect(await Promise.all((await Promise.all(asked)).map(toldBy))).toEqual([FIELD, undefined]);
    });
  });

  it('after its headers has it in the stream', async () => {
    await new Stage().inside(async (object) => {
      const asked = [RESUMABLE, page(RESUMABLE)].map((wish) => object.open(wish));
      await object.settle();
      object.world.call.hooks.onAsk('lease 1');
      object.world.call.hooks.admitted({});
      const replies = await Promise.all(asked);
      object.world.call.refuse(failed);
      expect(await Promise.all(replies.map(toldBy))).toEqual([FIELD, undefined]);
    });
  });

  it('in the middle tells it after what there was, in any life; not in a stream that asked for no more than its text', async () => {
    const stage = new Stage();
    const error: Refusal = { ...refusal('stream_interrupted', 502), carryon: FIELD };
    await stage.inside(async (object) => {
      const asked = [RESUMABLE, PLAIN, page(RESUMABLE)].map((wish) => object.open(wish));
      await object.settle();
      object.world.call.begin().chunks(1, 2).give({ end: 'interrupted', error });
      expect(await Promise.all((await Promise.all(asked)).map(toldBy))).toEqual([FIELD, undefined, undefined]);
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      expect(await toldBy(await object.open(RESUMABLE))).toEqual(FREE);
      expect(await toldBy(await object.attach('1'))).toEqual(FIELD);
      expect(await toldBy(await object.open(WHOLE))).toEqual(FREE);
    });
  });
});
