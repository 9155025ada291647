/** One answer, asked for as a stream and in one piece. */
import { describe, expect, it } from 'vitest';
import { chunksOfCompletion } from '../../../../../protocol/chunks-of-completion.ts';
import { dataFor, endingText, isSentTo, sseText } from '../../../../../worker/core/answers/stream/events.ts';
import { completionOfStream } from '../support/completions.ts';

const usage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 };
const call = (id: string, args: string) => ({ id, type: 'function', function: { name: 'find', arguments: args } });
const completion = {
  ...{ id: 'a1', object: 'chat.completion', created: 1, model: 'm', system_fingerprint: 'fp' },
  choices: [
    { index: 0, message: { role: 'assistant', content: 'Grüße', reasoning_content: 'hm' }, finish_reason: 'stop' },
    {
      index: 1,
      message: { role: 'assistant', content: null, tool_calls: [call('c1', '{"a":1}'), call('c2', '{}')] },
      finish_reason: 'tool_calls',
    },
  ],
  usage,
};
const whole = (chunks: readonly string[]) => completionOfStream(chunks.map((chunk) => JSON.parse(chunk)));

describe('a completion', () => {
  it('is the same after it was a stream', () => {
    const chunks = chunksOfCompletion(JSON.stringify(completion));
    expect(chunks.map(({ kind }) => kind)).toEqual([...Array(7).fill('chunk'), 'usage']);
    expect(new Set(chunks.map(({ data }) => JSON.parse(data).object))).toEqual(new Set(['chat.completion.chunk']));
    expect(whole(chunks.map(({ data }) => data))).toEqual(completion);
  });

  it('is put together from pieces of texts, calls and probabilities, of several choices', () => {
    const delta = (delta: object, rest: object = {}) =>
      JSON.stringify({ id: 'a1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, ...rest }] });
    const tool = (index: number, call: object) => delta({ tool_calls: [{ index, ...call }] });
    expect(
      whole([
        JSON.stringify({
          id: 'a1',
          choices: [{ index: 1, delta: { content: 'B' }, finish_reason: 'length' }],
          carryon: {},
        }),
        delta({ role: 'assistant', content: '' }, { logprobs: { content: [{ token: 'a' }] } }),
        delta({ role: 'assistant', content: 'x' }, { logprobs: { content: [{ token: 'b' }] } }),
        delta({ content: 'y' }, { logprobs: null }),
        tool(0, { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a"' } }),
        tool(1, { id: 'c2', type: 'function', function: { name: 'g', arguments: '' } }),
        tool(0, { id: 'c1', type: 'function', function: { arguments: ':1}' } }),
        delta({}, { finish_reason: 'tool_calls' }),
        JSON.stringify({ id: 'a1', choices: [], usage, carryon_cost_usd: 1 }),
      ]),
    ).toEqual({
      ...{ id: 'a1', object: 'chat.completion', usage },
      choices: [
        {
          index: 0,
          message: {
            ...{ role: 'assistant', content: 'xy' },
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
              { id: 'c2', type: 'function', function: { name: 'g', arguments: '' } },
            ],
          },
          logprobs: { content: [{ token: 'a' }, { token: 'b' }] },
          finish_reason: 'tool_calls',
        },
        { index: 1, message: { role: 'assistant', content: 'B' }, finish_reason: 'length' },
      ],
    });
  });
});

describe('an event', () => {
  const wish = { stream: true, resume: false, usage: false, seesProvider: false };
  const resumable = { ...wish, resume: true };

  it('shows its id only to those who may come back, usage only to those who asked, and cost only to those who may see it', () => {
    expect(sseText(4, 'a\nb', resumable)).toBe('id: 4\ndata: a\ndata: b\n\n');
    expect(sseText(4, 'a', wish)).toBe('data: a\n\n');
    const event = { kind: 'usage' as const, data: '{"model":"m"}', openData: '{"carryon_cost_usd":1}' };
    expect([wish, resumable, { ...wish, usage: true }].map((wish) => isSentTo(event, wish))).toEqual([
      false,
      true,
      true,
    ]);
    expect(dataFor(event, { seesProvider: true }, 'app/chat')).toBe(event.openData);
    expect(JSON.parse(dataFor(event, wish, 'app/chat'))).toMatchObject({ model: 'app/chat', choices: [] });
    expect(dataFor({ kind: 'chunk', data: 'same' }, { seesProvider: true }, 'app/chat')).toBe('same');
  });

  it('that ends a stream is said once where all is well, and always where it is not', () => {
    const error = { status: 502, head: {}, headers: {}, body: 'E' };
    expect(endingText({ kind: 'complete' }, 5, 4, resumable)).toBe('id: 5\ndata: [DONE]\n\n');
    expect(endingText({ kind: 'complete' }, 5, 5, resumable)).toBe('');
    expect(endingText({ kind: 'interrupted', error }, 5, 4, resumable)).toBe('id: 5\ndata: E\n\n');
    expect(endingText({ kind: 'died', error }, 5, 9, resumable)).toBe('id: 10\ndata: E\n\n');
    expect(endingText({ kind: 'failed', error }, 5, 0, resumable)).toBe('data: E\n\n');
    const telling = { kind: 'interrupted' as const, error: { ...error, open: { status: 500, body: 'WHO' } } };
    expect(endingText(telling, 5, 4, resumable)).toBe('id: 5\ndata: E\n\n');
    expect(endingText(telling, 5, 4, { ...resumable, seesProvider: true })).toBe('id: 5\ndata: WHO\n\n');
  });
});
