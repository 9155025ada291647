import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatChunk, ChatCompletion } from '../../../protocol/chat.ts';
import { completion, completionOfStream } from '../core/answers/support/completions.ts';

type Json = Record<string, unknown>;

const chunk = (...choices: Json[]): ChatChunk =>
  ({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices }) as unknown as ChatChunk;
const delta = (delta: Json, finish_reason: string | null = null, index = 0): ChatChunk =>
  chunk({ index, delta, finish_reason });
const messageOf = (...chunks: ChatChunk[]) => completionOfStream([...chunks, delta({}, 'stop')])?.choices[0]?.message;
const call = (fields: Json) => delta({ tool_calls: [fields] });

/** The completion as a provider streams it: token by token, the choices alternating, with empty first chunks. */
function streamed({ choices, usage, object: _, ...about }: ChatCompletion): ChatChunk[] {
  const perChoice = choices.map(({ index, message, finish_reason, logprobs, ...others }) => {
    const { tool_calls: calls, content, role, function_call: called, ...more } = message;
    const steps: Json[] = [{ role, ...(content === null ? {} : { content: '' }) }];
    for (const [name, value] of Object.entries({ ...more, ...(content !== null && { content }) })) {
      const pieces = typeof value === 'string' ? [...value] : [value];
      for (const piece of pieces) steps.push({ [name]: piece });
    }
    for (const [
      at,
      {
        function: { arguments: text, ...named },
        ...rest
      },
    ] of (calls ?? []).entries()) {
      steps.push({ tool_calls: [{ index: at, ...rest, function: { ...named, arguments: '' } }] });
      for (const piece of text) steps.push({ tool_calls: [{ index: at, function: { arguments: piece } }] });
    }
    if (called) {
      steps.push({ function_call: { name: called.name, arguments: '' } });
      for (const piece of called.arguments) steps.push({ function_call: { arguments: piece } });
    }
    const { content: tokens, ...noTokens } = (logprobs ?? {}) as { content?: unknown[] };
    const rows: Json[] = steps.map((delta) => ({ index, delta, finish_reason: null }));
    if (logprobs === null) rows.push({ index, delta: {}, logprobs, finish_reason: null });
    else if (logprobs) {
      rows.push({ index, delta: {}, logprobs: { ...noTokens, content: [] }, finish_reason: null });
      for (const token of tokens ?? []) rows.push({ index, delta: {}, logprobs: { content: [token] } });
    }
    rows.push({ index, delta: {}, finish_reason, ...others });
    return rows;
  });
  const chunks: Json[] = [];
  for (let turn = 0; perChoice.some((rows) => turn < rows.length); turn++) {
    for (const rows of perChoice.toReversed()) if (rows[turn]) chunks.push({ ...about, choices: [rows[turn]] });
  }
  if (usage) chunks.push({ ...about, choices: [], usage });
  return chunks as unknown as ChatChunk[];
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a stream put together', () => {
  it('is the completion that was streamed, however finely', () => {
    fc.assert(
      fc.property(completion, (whole) => {
        expect(plain(completionOfStream(streamed(whole)))).toEqual(plain(whole));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['openai/text', 'openai/tools', 'openai/refusal', 'openai/two-choices', 'deepseek/reasoning'])(
    'is what the same provider answers in one piece: %s',
    (name) => {
      const read = (kind: string) =>
        readFileSync(new URL(`../../fixtures/providers/${name}.${kind}`, import.meta.url), 'utf8');
      const lines = read('sse').split('\n');
      const data = lines.flatMap((line) =>
        line.startsWith('data: {') ? [JSON.parse(line.slice(6)) as ChatChunk] : [],
      );
      const said = (whole: ChatCompletion | undefined) =>
        whole?.choices.map(({ index, message, finish_reason }) => {
          const { content, refusal = null, tool_calls, reasoning_content } = message;
          return { index, content, refusal, tool_calls, reasoning_content, finish_reason };
        });
      expect(said(completionOfStream(data))).toEqual(said(JSON.parse(read('json')) as ChatCompletion));
    },
  );

  it('is none while a choice has not finished, or there is none', () => {
    expect(completionOfStream([])).toBeUndefined();
    expect(completionOfStream([delta({ content: 'a' })])).toBeUndefined();
    expect(completionOfStream([delta({ content: 'a' }, 'stop'), delta({ content: 'b' }, null, 1)])).toBeUndefined();
  });

  it('keeps the text that is there, and says null where only a call is', () => {
    expect(messageOf(delta({ content: '' }))?.content).toBe('');
    expect(messageOf(delta({ role: 'assistant' }))?.content).toBeNull();
    expect(
      messageOf(delta({ content: '' }), call({ index: 0, id: 'c1', function: { name: 'f' } }))?.content,
    ).toBeNull();
    expect(messageOf(delta({ content: '' }), delta({ function_call: { name: 'f' } }))?.content).toBeNull();
    expect(messageOf(delta({ content: 'a' }), delta({ content: null }))?.content).toBe('a');
  });

  it('holds parallel calls apart, by index, by id, or by place', () => {
    const f = { id: 'c1', function: { name: 'f', arguments: '{}' } };
    const g = { id: 'c2', function: { name: 'g', arguments: '{}' } };
    const both = [f, g].map((fields) => ({ type: 'function', ...fields }));
    expect(messageOf(call({ index: 1, ...g }), call({ index: 0, ...f }))?.tool_calls).toEqual(both);
    expect(messageOf(call({ index: 0, ...f }), call({ index: 0, ...g }))?.tool_calls).toEqual(both);
    const more = { tool_calls: ['1', '2'].map((text) => ({ function: { arguments: text } })) };
    expect(messageOf(delta({ tool_calls: [f, g] }), delta(more))?.tool_calls).toMatchObject([
      { function: { arguments: '{}1' } },
      { function: { arguments: '{}2' } },
    ]);
  });

  it('takes null for nothing said, at the end too', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const chunks = [{ ...delta({ content: 'a' }, 'stop'), usage, system_fingerprint: 'fp' }, delta({}, null)];
    const last = { ...chunk(), usage: null, system_fingerprint: null } as ChatChunk;
    const whole = completionOfStream([...chunks, last]);
    expect(whole).toMatchObject({ usage, system_fingerprint: 'fp', choices: [{ finish_reason: 'stop' }] });
  });

  it('takes no id or name twice where a provider repeats it', () => {
    const piece = (text: string) =>
      call({ index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: text } });
    expect(messageOf(piece('{"a"'), piece(':1}'))?.tool_calls).toEqual([
      { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
    ]);
  });

  it("leaves out the router's own words", () => {
    const own = { ...delta({ content: 'a' }, 'stop'), carryon: { deployment: 'a' }, carryon_cost_usd: 1 };
    expect(JSON.stringify(completionOfStream([own]))).not.toContain('carryon');
  });

  it('takes a field named __proto__ for nothing', () => {
    const odd = JSON.parse('{"__proto__": {"polluted": 1}, "content": "a"}') as Json;
    expect(messageOf(delta(odd))).toEqual({ role: 'assistant', content: 'a' });
    expect(({} as Json).polluted).toBeUndefined();
  });

  it('changes nothing of the chunks', () => {
    const chunks = [call({ index: 0, id: 'c1', function: { name: 'f', arguments: 'a' } }), delta({ notes: ['a'] })];
    const before = plain(chunks);
    messageOf(...chunks, call({ index: 0, function: { arguments: 'b' } }), delta({ notes: ['b'] }));
    expect(plain(chunks)).toEqual(before);
  });
});
