import fc from 'fast-check';
import { toolCall } from './arbitraries.ts';
import type { WireEvent } from './fixtures.ts';

/** An answer in a neutral form, cut into the pieces in which it streams. */
export interface Answer {
  reasoning: string[];
  text: string[];
  calls: { id: string; name: string; json: string[] }[];
}

export interface Wire {
  whole(answer: Answer): string;
  events(answer: Answer): WireEvent[];
}

const pieces = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), { maxLength: 6 });

const cut = (text: string, at: readonly number[]): string[] => {
  const places = [0, ...at.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end));
};

export const answers: fc.Arbitrary<Answer> = fc.record({
  reasoning: pieces,
  text: pieces,
  calls: fc.array(
    fc.tuple(toolCall, fc.array(fc.nat(), { maxLength: 3 })).map(([{ id, name, input }, at]) => ({
      id,
      name,
      json: cut(JSON.stringify(input), at),
    })),
    { maxLength: 3 },
  ),
});

const finishOf = ({ calls }: Answer, tools: string, stop: string): string => (calls.length > 0 ? tools : stop);

export const openaiWire: Wire = {
  whole: (answer) => {
    const { reasoning, text, calls } = answer;
    const message = {
      role: 'assistant',
      content: text.join(''),
      reasoning_content: reasoning.join(''),
      tool_calls: calls.map(({ id, name, json }) => ({
        id,
        type: 'function',
        function: { name, arguments: json.join('') },
      })),
    };
    const choices = [{ index: 0, message, finish_reason: finishOf(answer, 'tool_calls', 'stop') }];
    return JSON.stringify({ id: 'a', object: 'chat.completion', created: 1, model: 'm', choices });
  },
  events: (answer) => {
    const chunk = (delta: unknown, reason: string | null = null): WireEvent => ({
      name: undefined,
      data: JSON.stringify({ id: 'a', model: 'm', choices: [{ index: 0, delta, finish_reason: reason }], usage: null }),
    });
    const { reasoning, text, calls } = answer;
    return [
      chunk({ role: 'assistant', content: '' }),
      ...reasoning.map((piece) => chunk({ reasoning_content: piece })),
      ...text.map((piece) => chunk({ content: piece })),
      ...calls.flatMap(({ id, name, json }, index) => [
        chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
        ...json.map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
      ]),
      chunk({}, finishOf(answer, 'tool_calls', 'stop')),
      { name: undefined, data: '[DONE]' },
    ];
  },
};

const usage = { input_tokens: 3, output_tokens: 5 };

export const anthropicWire: Wire = {
  whole: (answer) => {
    const { reasoning, text, calls } = answer;
    const content = [
      { type: 'thinking', thinking: reasoning.join(''), signature: 's' },
      { type: 'text', text: text.join('') },
      ...calls.map(({ id, name, json }) => ({ type: 'tool_use', id, name, input: JSON.parse(json.join('')) })),
    ];
    const stop_reason = finishOf(answer, 'tool_use', 'end_turn');
    return JSON.stringify({ id: 'a', type: 'message', role: 'assistant', model: 'm', content, stop_reason, usage });
  },
  events: (answer) => {
    const event = (type: string, fields: object): WireEvent => ({
      name: type,
      data: JSON.stringify({ type, ...fields }),
    });
    const block = (index: number, content_block: object, deltas: object[]): WireEvent[] => [
      event('content_block_start', { index, content_block }),
      ...deltas.flatMap((delta) => [event('content_block_delta', { index, delta }), event('ping', {})]),
      event('content_block_stop', { index }),
    ];
    const { reasoning, text, calls } = answer;
    return [
      event('message_start', { message: { id: 'a', model: 'm', content: [], usage } }),
      ...block(
        0,
        { type: 'thinking', thinking: '' },
        reasoning.map((thinking) => ({ type: 'thinking_delta', thinking })),
      ),
      ...block(
        1,
        { type: 'text', text: '' },
        text.map((piece) => ({ type: 'text_delta', text: piece })),
      ),
      ...calls.flatMap(({ id, name, json }, index) =>
        block(
          index + 2,
          { type: 'tool_use', id, name, input: {} },
          json.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
        ),
      ),
      event('message_delta', { delta: { stop_reason: finishOf(answer, 'tool_use', 'end_turn') }, usage }),
      event('message_stop', {}),
    ];
  },
};
