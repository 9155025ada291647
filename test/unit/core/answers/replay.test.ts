import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatChunk, ChatCompletion } from '../../../../protocol/chat.ts';
import { replayAsJson, replayAsStream } from '../../../../worker/core/answers/replay.ts';
import { completion, completionOfStream } from './support/completions.ts';

/** The events' data, as a client reads it. */
function eventsOf(pieces: readonly string[]): string[] {
  const events: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  for (const piece of pieces) parser.feed(piece);
  return events;
}

function chunksOf(whole: ChatCompletion, includeUsage = true): ChatChunk[] {
  const events = eventsOf(
    replayAsStream({ body: JSON.stringify(whole) }, { includeUsage, seesProvider: true, alias: 'app/chat' }),
  );
  expect(events.pop()).toBe('[DONE]');
  return events.map((data) => {
    const { carryon_cost_usd: _, ...chunk } = JSON.parse(data) as ChatChunk & { carryon_cost_usd?: number };
    return chunk;
  });
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const ANSWER: ChatCompletion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'gpt-x',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello\n\ndata: there' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};

describe('an answer once more', () => {
  it('is, put together again, what it was', () => {
    fc.assert(
      fc.property(completion, (whole) => {
        expect(plain(completionOfStream(chunksOf(whole)))).toEqual(plain(whole));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is as JSON its provider's own text", () => {
    const body = ` ${JSON.stringify(ANSWER, null, 2)}\n`;
    expect(replayAsJson({ body }, { seesProvider: true, alias: 'app/chat' })).toBe(body);
  });

  it('is as a stream one that an OpenAI client knows', () => {
    const base = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'gpt-x', object: 'chat.completion.chunk' };
    const step = (delta: object, finish_reason: string | null) => ({
      ...base,
      choices: [{ index: 0, delta, finish_reason }],
    });
    expect(chunksOf(ANSWER)).toEqual([
      step({ role: 'assistant' }, null),
      step({ content: 'Hello\n\ndata: there' }, null),
      step({}, 'stop'),
      { ...base, choices: [], usage: ANSWER.usage },
    ]);
  });

  it('numbers its calls', () => {
    const calls = ['c1', 'c2'].map((id) => ({
      id,
      type: 'function' as const,
      function: { name: 'f', arguments: '{}' },
    }));
    const message = { role: 'assistant' as const, content: null, tool_calls: calls };
    const chunks = chunksOf({ ...ANSWER, choices: [{ index: 0, message, finish_reason: 'tool_calls' }] });
    const deltas = chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.tool_calls ?? []));
    expect(deltas).toEqual(calls.map((call, index) => ({ index, ...call })));
  });

  it('has its usage only for callers who asked for it', () => {
    expect(chunksOf(ANSWER, false).some(({ usage }) => usage)).toBe(false);
    const { usage, ...without } = ANSWER;
    expect(chunksOf(without)).toHaveLength(3);
  });

  it('cost nothing, and says so to callers who may see costs', () => {
    const body = JSON.stringify(ANSWER);
    const last = (seesProvider: boolean) =>
      eventsOf(replayAsStream({ body }, { includeUsage: true, seesProvider, alias: 'app/chat' })).at(-2);
    expect(last(true)).toContain('"carryon_cost_usd":0');
    expect(last(false)).not.toContain('carryon_cost_usd');
  });
});
