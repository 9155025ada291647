/** The fields of an answer that a page is shown: a closed list, whatever its provider adds. */
import { describe, expect, it } from 'vitest';
import { chunksOfCompletion } from '../../../../protocol/chunks-of-completion.ts';
import { pageChunk, pageCompletion } from '../../../../worker/core/answers/page-body.ts';

/** Added to every object that a provider writes. */
const TELLING = { provider: 'DeepInfra', native_finish_reason: 'stop', x_groq: { id: 'req_1' }, cost: 0.01 };
const spread = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(spread);
  if (typeof value !== 'object' || value === null) return value;
  return { ...TELLING, ...Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, spread(inner)])) };
};
const CALL = { id: 'toolu_01ABC', type: 'function', function: { name: 'f', arguments: '{"id":7204839156120043521}' } };
const TOKEN = { token: 'a', logprob: -0.5, bytes: [97] };
const ANSWER = {
  id: 'gen-1700-abc',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'anthropic/claude-x',
  system_fingerprint: 'fp_1',
  service_tier: 'default',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'Hello.',
        refusal: null,
        reasoning: 'Hm.',
        reasoning_details: [{ type: 'reasoning.text', signature: 'x' }],
        tool_calls: [CALL],
        annotations: [{ type: 'url_citation', url_citation: { start_index: 0, end_index: 1, title: 't', url: 'u' } }],
      },
      finish_reason: 'tool_calls',
      logprobs: { content: [{ ...TOKEN, top_logprobs: [TOKEN] }], refusal: null },
    },
  ],
  usage: {
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    prompt_tokens_details: { cached_tokens: 8 },
    completion_tokens_details: { reasoning_tokens: 2 },
    prompt_cache_hit_tokens: 8,
    cost_details: { upstream_inference_cost: 0.01 },
  },
  carryon_cost_usd: 0.01,
  carryon: { attempts: [{ deployment: 'a' }], skippedEvents: 1 },
};
const HINTS = /gen-|toolu_|claude|DeepInfra|fp_1|req_1|cost|native|cached|cache_hit|service_tier|attempts|signature/;

describe('a whole answer', () => {
  const shown = pageCompletion(JSON.stringify(spread(ANSWER)), 'app/chat');

  it('has nothing that shows who served or what it cost, and all that was said', () => {
    expect(shown).not.toMatch(HINTS);
    const { id, choices, ...about } = JSON.parse(shown);
    expect(id).toMatch(/^chatcmpl-[0-9a-f]{24}$/);
    expect(about).toEqual({
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'app/chat',
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        completion_tokens_details: { reasoning_tokens: 2 },
      },
      carryon: { skippedEvents: 1 },
    });
    const { message, ...choice } = choices[0];
    expect(choice).toEqual({ index: 0, finish_reason: 'tool_calls', logprobs: ANSWER.choices[0]?.logprobs });
    const { tool_calls: calls, ...rest } = message;
    expect(rest).toEqual({
      role: 'assistant',
      content: 'Hello.',
      refusal: null,
      reasoning_content: 'Hm.',
      annotations: ANSWER.choices[0]?.message.annotations,
    });
    expect(calls).toEqual([{ ...CALL, id: expect.stringMatching(/^[0-9a-z]{9}$/) }]);
  });

  it('adds nothing that was not there', () => {
    const plain = {
      ...{ id: 'a', object: 'chat.completion', created: 1, model: 'm' },
      choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
    };
    const { id, ...rest } = JSON.parse(pageCompletion(JSON.stringify(plain), 'app/chat'));
    expect({ ...rest, id: 'a' }).toEqual({ ...plain, model: 'app/chat' });
  });
});

describe('a chunk', () => {
  it('of any kind shows no more, and its id is the same as that of the whole answer', () => {
    const whole = JSON.parse(pageCompletion(JSON.stringify(ANSWER), 'app/chat'));
    const chunks = chunksOfCompletion(JSON.stringify(spread(ANSWER))).map(({ data }) => pageChunk(data, 'app/chat'));
    expect(chunks.join('')).not.toMatch(HINTS);
    const parsed = chunks.map((chunk) => JSON.parse(chunk));
    expect(new Set(parsed.map(({ id }) => id))).toEqual(new Set([whole.id]));
    const calls = parsed.flatMap(({ choices }) =>
      choices.flatMap((choice: { delta: { tool_calls?: unknown[] } }) => choice.delta.tool_calls ?? []),
    );
    expect(calls.map(({ id }) => id)).toEqual([whole.choices[0].message.tool_calls[0].id]);
    expect(new Set(parsed.map(({ model, object }) => `${model} ${object}`))).toEqual(
      new Set(['app/chat chat.completion.chunk']),
    );
  });

  it('keeps a null usage null, and tool arguments as they came', () => {
    const delta = { tool_calls: [{ index: 0, function: { arguments: '"id":72048391561200435' } }] };
    const text = JSON.stringify({ id: 'a', choices: [{ index: 0, delta, finish_reason: null }], usage: null });
    expect(JSON.parse(pageChunk(text, 'app/chat'))).toMatchObject({
      choices: [{ index: 0, delta, finish_reason: null }],
      usage: null,
    });
  });

  it('shows nothing of an object where OpenAI has a text or a number', () => {
    const call = { index: TELLING, id: TELLING, type: TELLING, function: { name: TELLING, arguments: TELLING } };
    const said = { role: TELLING, content: TELLING, refusal: TELLING, reasoning_content: TELLING, tool_calls: [call] };
    const choice = { index: TELLING, delta: said, message: said, finish_reason: TELLING, logprobs: TELLING };
    const text = JSON.stringify({ id: TELLING, created: TELLING, choices: [choice], usage: { total_tokens: TELLING } });
    for (const shown of [pageCompletion(text, 'app/chat'), pageChunk(text, 'app/chat')]) {
      expect(shown).not.toMatch(/DeepInfra|cost/);
    }
  });
});
