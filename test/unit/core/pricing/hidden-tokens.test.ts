import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayHideTokens } from '../../../../worker/core/pricing/hidden-tokens.ts';
import { traitsOf } from '../../../../worker/providers/anthropic/models.ts';
import { thinkingOptions } from '../../../../worker/providers/anthropic/thinking.ts';
import { chat } from '../../providers/chats.ts';

const mayHide = (model: string, body: Record<string, unknown> = {}, format: 'openai' | 'anthropic' = 'openai') =>
  mayHideTokens(model, format, chat(body));

describe('without being asked to, reasons unseen', () => {
  it.each([
    ...[
      'o1',
      'o1-mini',
      'o3-2025-04-16',
      'o4-mini',
      'openai/o3-pro',
      'openai.o3',
      'o3-deep-research',
      'codex-mini-latest',
    ],
    ...[
      'gpt-5',
      'gpt-5-mini-2025-08-07',
      'gpt-5-codex',
      'openai/gpt-5.1',
      'gpt-5.1-chat-latest',
      'gpt-5.6-terra',
      'gpt-12',
    ],
    ...['gemini-2.5-flash', 'models/gemini-2.5-flash-lite', 'google/gemini-3.8-flash', 'gemini-10-pro'],
    ...['gemini-flash-latest', 'gemini-pro-latest', 'gemini-2.0-flash-thinking-exp-1219', 'GEMINI-2.5-PRO'],
    ...[
      'grok-3-mini',
      'grok-3-mini-fast-beta',
      'grok-4',
      'x-ai/grok-4.3',
      'grok-4.20-0309-reasoning',
      'grok-code-fast-1',
    ],
    ...['claude-sonnet-5', 'claude-opus-5-5', 'anthropic/claude-sonnet-5.5', 'claude-fable-5', 'claude-opus-4-9'],
    ...['anthropic/claude-3.7-sonnet:thinking', 'claude-haiku-5-5@20261001', 'claude-sonnet-6', 'claude-opus-4-10'],
    ...['perplexity/sonar-deep-research', 'openrouter/auto', 'model-router'],
  ])('%s', (model) => {
    expect(mayHide(model)).toBe(true);
    expect(mayHide(model, { reasoning_effort: 'none' })).toBe(true);
  });
});

describe('shows all that it generates, unless it is asked to reason', () => {
  it.each([
    ...[
      'gpt-4o',
      'gpt-4.1-mini',
      'gpt-4.5-preview',
      'gpt-35-turbo',
      'gpt-3.5-turbo',
      'chatgpt-4o-latest',
      'gpt-oss-120b',
    ],
    ...['gpt-5-chat-latest', 'openai/gpt-5-chat', 'marco-o1', 'some-model', 'Llama-3.3-70B', 'phi-4', 'autogen', ''],
    ...['gemini-2.0-flash', 'models/gemini-2.0-flash-001', 'gemini-1.5-pro-latest', 'gemini-pro', 'gemma-3-27b-it'],
    ...['grok-2-1212', 'grok-3', 'grok-3-fast', 'grok-4-1-fast-non-reasoning', 'xai.grok-4.20-0309-non-reasoning'],
    ...[
      'claude-3-5-haiku-latest',
      'claude-3-7-sonnet-20250219',
      'claude-2.1',
      'claude-instant-1.2',
      'anthropic.claude-v2:1',
    ],
    ...[
      'claude-sonnet-4-20250514',
      'claude-opus-4-1-20250805',
      'anthropic/claude-sonnet-4.5',
      'claude-haiku-4-5@20251001',
    ],
    ...['us.anthropic.claude-opus-4-6-v1:0', 'claude-sonnet-4-6', 'claude-opus-4-8', 'claude-opus-4@20250514'],
    ...[
      'deepseek-reasoner',
      'deepseek-v4-flash',
      'deepseek-r1',
      'qwen/qwq-32b',
      'qwen3-max',
      'kimi-k2-thinking',
      'MiniMax-M3',
    ],
  ])('%s', (model) => {
    expect(mayHide(model)).toBe(false);
    expect(mayHide(model, {}, 'anthropic')).toBe(false);
    expect(mayHide(model, { reasoning_effort: 'none' })).toBe(false);
    for (const reasoning_effort of ['minimal', 'low', 'xhigh']) {
      expect(mayHide(model, { reasoning_effort })).toBe(true);
      expect(mayHide(model, { reasoning_effort }, 'anthropic')).toBe(true);
    }
  });
});

it('a field that may ask for reasoning counts as asking', () => {
  expect(mayHide('some-model', { reasoning: { effort: 'high' } })).toBe(true);
  expect(mayHide('some-model', { enable_thinking: true })).toBe(true);
  expect(mayHide('some-model', { best_of: 3 })).toBe(false);
});

it('Claude 5 does not think where its own field says so', () => {
  const none = { reasoning_effort: 'none' };
  expect(mayHide('claude-sonnet-5', none, 'anthropic')).toBe(false);
  expect(mayHide('claude-sonnet-5', none, 'openai')).toBe(true);
  expect(mayHide('claude-sonnet-5', {}, 'anthropic')).toBe(true);
  expect(mayHide('claude-sonnet-5-5', none, 'anthropic')).toBe(true);
});

/** Two tables list the models of one family; this one may be more careful, never less. */
it('whatever Claude may think unseen by what the adapter sends is known here', () => {
  const family = fc.constantFrom('opus', 'sonnet', 'haiku', 'fable');
  const version = fc
    .tuple(fc.integer({ min: 3, max: 11 }), fc.option(fc.nat({ max: 12 })))
    .map((numbers) => numbers.filter((number) => number !== null).join('-'));
  const name = fc
    .tuple(family, version, fc.constantFrom('', '-20260101', '@20260101', '-v1:0', '-latest'))
    .map(([family, version, suffix]) => `claude-${family}-${version}${suffix}`);
  const effort = fc.constantFrom(undefined, 'none', 'minimal', 'low', 'high', 'max');
  fc.assert(
    fc.property(name, effort, (model, reasoning_effort) => {
      const request = chat(reasoning_effort === undefined ? {} : { reasoning_effort });
      const traits = traitsOf(model);
      const sent = thinkingOptions(request, traits, 10_000);
      const thinking = sent === 'dropped' ? undefined : sent.thinking?.type;
      const thinks = thinking === undefined ? traits.off !== 'omit' : thinking !== 'disabled';
      if (thinks) expect([model, reasoning_effort, mayHideTokens(model, 'anthropic', request)]).toContain(true);
    }),
    { numRuns: 3_000 },
  );
});
