/** Ids of tool calls in the form providers take: all different, each result with its own call. */
import { describe, expect, it } from 'vitest';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { chat, target } from './chats.ts';

interface Block {
  type: string;
  id?: string;
  tool_use_id?: string;
  name?: string;
  input?: unknown;
  content?: { text: string }[];
}

const call = (id: string, name: string, text = '{}') => ({ id, type: 'function', function: { name, arguments: text } });
const calls = (...made: ReturnType<typeof call>[]) => ({ role: 'assistant', content: null, tool_calls: made });
const result = (id: string, content: string) => ({ role: 'tool', tool_call_id: id, content });

function blocksOf(messages: unknown[]): Block[] {
  const request = chat({ messages: [{ role: 'user', content: 'Go' }, ...messages] });
  const { body } = adapterFor('anthropic').request(request, target({}, { model: 'claude-haiku-4-5' }));
  return (JSON.parse(body) as { messages: { content: Block[] }[] }).messages.flatMap(({ content }) => content);
}

/** The result sent for each call, by the name of the tool. */
function resultsByName(messages: unknown[]): Record<string, string | undefined> {
  const blocks = blocksOf(messages);
  const uses = blocks.filter(({ type }) => type === 'tool_use');
  expect(new Set(uses.map(({ id }) => id)).size).toBe(uses.length);
  for (const { id } of uses) expect(id).toMatch(/^[\w-]+$/);
  const results = blocks.filter(({ type }) => type === 'tool_result');
  expect(results).toHaveLength(uses.length);
  const textOf = (id?: string) => results.find(({ tool_use_id: of }) => of === id)?.content?.[0]?.text;
  return Object.fromEntries(uses.map(({ id, name = '' }) => [name, textOf(id)]));
}

describe('ids of calls, for Anthropic', () => {
  it('that would become one when they are mended stay apart, whatever the order of the results', () => {
    const messages = [
      calls(call('a.b', 'dot'), call('a_b', 'underscore'), call('a:b', 'colon'), call('a_b_2', 'number')),
      ...[result('a_b_2', '4'), result('a:b', '3'), result('a_b', '2'), result('a.b', '1')],
    ];
    expect(resultsByName(messages)).toEqual({ dot: '1', underscore: '2', colon: '3', number: '4' });
  });

  it('that come again in a later turn, or in the same, are told apart', () => {
    const messages = [
      ...[calls(call('call_0', 'first')), result('call_0', '1')],
      ...[calls(call('call_0', 'second'), call('call_1', 'third')), result('call_1', '3'), result('call_0', '2')],
      ...[calls(call('call_0', 'fourth'), call('call_0', 'fifth')), result('call_0', '4'), result('call_0', '5')],
    ];
    expect(resultsByName(messages)).toEqual({ first: '1', second: '2', third: '3', fourth: '4', fifth: '5' });
  });

  it('go out as they are where nothing is wrong with them, results without a call too', () => {
    const blocks = blocksOf([calls(call('call_7-a', 'f')), result('call_7-a', '1'), result('x.y', '2')]);
    expect(blocks.slice(1).map(({ id, tool_use_id: of }) => id ?? of)).toEqual(['call_7-a', 'call_7-a', 'x_y']);
  });

  it('a second result of one call says so', () => {
    const messages = [
      calls(call('c', 'f')),
      result('c', '1'),
      result('c', '2'),
      calls(call('c', 'g')),
      result('c', '3'),
    ];
    const sent = blocksOf(messages).slice(1);
    expect(sent.map(({ id, tool_use_id: of }) => id ?? of)).toEqual(['c', 'c', 'c', 'c_2', 'c_2']);
  });
});

it('ids that are longer than OpenAI takes go out short, in either format, and apart', () => {
  const long = (end: string) => `chatcmpl-tool-${'0'.repeat(40)}${end}`;
  const messages = [
    { role: 'user', content: 'Go' },
    calls(call(long('a'), 'f'), call('short', 'g'), call(long('b'), 'h')),
    ...[result(long('b'), '3'), result('short', '2'), result(long('a'), '1')],
    { role: 'user', content: 'And?' },
  ];
  expect(resultsByName(messages.slice(1))).toEqual({ f: '1', g: '2', h: '3' });
  const { body } = adapterFor('openai').request(chat({ messages }), target({ shortCallIds: true }));
  const [, asked, ...answered] = JSON.parse(body).messages;
  const sent: string[] = asked.tool_calls.map(({ id }: { id: string }) => id);
  for (const id of sent) expect(id).toMatch(/^[\w-]{1,40}$/);
  expect(sent[1]).toBe('short');
  expect(new Set(sent).size).toBe(3);
  const results = answered.slice(0, 3).map((one: { tool_call_id: string }) => one.tool_call_id);
  expect(results).toEqual([sent[2], sent[1], sent[0]]);
  const fine = [messages[0], calls(call('a.b:1', 'f')), result('a.b:1', 'x')];
  const untouched = (given: unknown[], quirks = {}) =>
    expect(JSON.parse(adapterFor('openai').request(chat({ messages: given }), target(quirks)).body).messages).toEqual(
      given,
    );
  untouched(fine, { shortCallIds: true });
  // Another provider may have made them, and may recognise them.
  untouched(messages);
});

describe("a history's arguments, for Anthropic", () => {
  const LEVELS = [90, 250, 2_000, 9_000, 100_000];
  it.each(LEVELS.flatMap((levels) => [[levels, '1'] as const, [levels, '12345678901234567890'] as const]))(
    '%d levels deep, with %s, are sent as an object or as their text',
    (levels, number) => {
      const text = `${'{"a":'.repeat(levels)}${number}${'}'.repeat(levels)}`;
      const input = blocksOf([calls(call('c', 'f', text)), result('c', '1')])[1]?.input;
      if (levels < 200) expect(input).toMatchObject({ a: { a: {} } });
      else expect(input).toEqual({ arguments: text });
    },
  );
});
