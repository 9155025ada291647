/** A kept answer is a chat completion; its readers read it in the form of the request that made it. */
import { describe, expect, it } from 'vitest';
import { eventsOf, RESUMABLE, Stage, take, WHOLE } from './answer-stream-harness.ts';

const call = (text: string, isFirst: boolean) => [
  {
    index: 0,
    ...(isFirst && { id: 'call_1', type: 'function' }),
    function: { ...(isFirst && { name: 'f' }), arguments: text },
  },
];
const chunk = (delta: object, reason: string | null = null) =>
  JSON.stringify({ id: 'a', choices: [{ index: 0, delta, finish_reason: reason }] });
const CHUNKS = [
  chunk({ role: 'assistant', content: null }),
  chunk({ tool_calls: call('{"a"', true) }),
  chunk({ tool_calls: call(':1}', false) }),
  chunk({}, 'tool_calls'),
];

const deltasIn = (text: string) =>
  eventsOf(text)
    .filter(([, data]) => data.startsWith('{'))
    .map(([, data]) => JSON.parse(data).choices[0]);

describe('a client of functions', () => {
  it('reads function calls at once, by the id alone after a break, whole, and after a restart', async () => {
    const stage = new Stage();
    const wish = { ...RESUMABLE, form: 'functions' as const };
    await stage.inside(async (object) => {
      const asked = object.open(wish);
      await object.settle();
      object.world.call
        .begin()
        .chunks(1, 4, (id) => CHUNKS[id - 1] ?? '')
        .complete();
      const seen = deltasIn(await take(await asked, 2));
      expect(seen[1].delta).toEqual({ function_call: { name: 'f', arguments: '{"a"' } });
    });
    await stage.vanish();
    await stage.inside(async (object) => {
      // `GET /ai/streams/:id` carries no body, so its wish names no form.
      const rest = deltasIn(await (await object.attach('2')).text());
      expect(rest.map(({ delta }) => delta)).toEqual([{ function_call: { arguments: ':1}' } }, {}]);
      expect(rest.at(-1).finish_reason).toBe('function_call');
      const whole = await (await object.open({ ...WHOLE, form: 'functions' })).json();
      expect(whole).toMatchObject({
        choices: [{ finish_reason: 'function_call', message: { function_call: { name: 'f', arguments: '{"a":1}' } } }],
      });
      // For the cache: as it was made.
      const cached = await (await object.whole()).text();
      expect(cached).toContain('"tool_calls"');
      expect(cached).not.toContain('function_call');
    });
  });
});

it('an answer that an earlier build kept has no form, and is read as it was kept', async () => {
  await new Stage().inside(async (object) => {
    const asked = object.open(WHOLE);
    await object.settle();
    const kept = [
      chunk({ role: 'assistant', function_call: { name: 'f', arguments: '{}' } }),
      chunk({}, 'function_call'),
    ];
    object.world.call
      .begin()
      .chunks(1, 2, (id) => kept[id - 1] ?? '')
      .complete();
    await (await asked).text();
    const again = await (await object.open({ ...WHOLE, form: 'functions' })).json();
    expect(again).toMatchObject({
      choices: [{ finish_reason: 'function_call', message: { function_call: { name: 'f', arguments: '{}' } } }],
    });
  });
});
