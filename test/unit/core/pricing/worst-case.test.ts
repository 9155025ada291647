import { describe, expect, it } from 'vitest';
import type { Deployment, PricingSettings } from '../../../../worker/core/config/config.ts';
import { feeMicroUsd, type WorstCase, worstCase } from '../../../../worker/core/pricing/worst-case.ts';
import { deployment, PRICING } from '../../pipeline/support/router.ts';
import { chat } from '../../providers/chats.ts';

const A = deployment('a');

/** With an output cap of 100, and nothing else counted but what the test is about. */
function worstOf(
  body: Record<string, unknown> = {},
  deployments: readonly Deployment[] = [A],
  pricing: Partial<PricingSettings> = {},
): WorstCase {
  return worstCase(chat({ max_tokens: 100, ...body }), deployments, { ...PRICING, ...pricing });
}

const PLAIN = worstOf();
const inputBeyondPlain = (body: Record<string, unknown>, deployments = [A], pricing: Partial<PricingSettings> = {}) =>
  worstOf(body, deployments, pricing).inputTokens - worstOf({}, deployments, pricing).inputTokens;

describe('the worst case of a request', () => {
  it('is a token a byte, the overhead, and the whole output cap, at the price', () => {
    expect(PLAIN).toEqual({ inputTokens: 5 + 8 + 128 + 1_000, outputTokens: 100, microUsd: 1_141 + 4 * 100 });
  });

  it.each([
    ['a longer text', { messages: [{ role: 'user', content: 'Hello you' }] }, 4],
    ['a script of three bytes a character', { messages: [{ role: 'user', content: '你好世界' }] }, 12 - 5],
    ['an emoji of many code points', { messages: [{ role: 'user', content: '👩‍👩‍👧‍👦' }] }, 25 - 5],
    [
      'a further message',
      {
        messages: [
          { role: 'system', content: '' },
          { role: 'user', content: 'Hello' },
        ],
      },
      8,
    ],
    ['a name', { messages: [{ role: 'user', content: 'Hello', name: 'Ann' }] }, 3],
    ['stop sequences', { stop: ['END', 'FIN'] }, 6],
    ['an effort', { reasoning_effort: 'high' }, 4],
    [
      'a tool: its JSON, its overhead, what adapters add',
      { tools: [tool('f')] },
      JSON.stringify([tool('f')]).length + 100 + 64,
    ],
    ['a field that does not go out', { service_tier: 'priority', prediction: { type: 'content', content: 'x' } }, 0],
  ])('counts %s', (_, body, more) => {
    expect(inputBeyondPlain(body)).toBe(more);
  });

  it.each([
    ['http', 'https://a.example/b.png'],
    ['data', `data:image/png;base64,${'A'.repeat(100_000)}`],
  ])('counts an image (%s) by its constant, wherever it is', (_, url) => {
    const image = { type: 'image_url', image_url: { url } };
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }, image, image] }];
    expect(inputBeyondPlain({ messages })).toBe(2 * 10_000 + 3 * 4);
  });

  it('counts files only where one can get through', () => {
    const messages = [{ role: 'user', content: [{ type: 'file', file: { file_data: 'A'.repeat(1_000) } }] }];
    const open = deployment('a', { allowParams: ['file'], paramCosts: { file: { usdPerRequest: 1, priceFactor: 1 } } });
    expect(inputBeyondPlain({ messages })).toBe(4 - 5);
    expect(inputBeyondPlain({ messages }, [A, open])).toBe(100_000 + 4 - 5);
    expect(inputBeyondPlain({ messages }, [{ ...open, format: 'anthropic' }])).toBe(4 - 5);
    expect(worstOf({ messages }, [open]).microUsd - worstOf({}, [open]).microUsd).toBe(100_000 + 4 - 5 + 1_000_000);
  });

  it.each([
    { type: 'image_url', image_url: { url: `data:text/plain;base64,${'QUFB'.repeat(250_000)}` } },
    { type: 'file', file: { filename: 'a.csv', file_data: 'QUFB'.repeat(250_000) } },
  ])('counts a text that goes as a file by its bytes: %#', (part) => {
    const open = deployment('a', { allowParams: ['file'], paramCosts: { file: { usdPerRequest: 0, priceFactor: 1 } } });
    const messages = [{ role: 'user', content: [part] }];
    expect(inputBeyondPlain({ messages }, [A, open])).toBeGreaterThanOrEqual(100_000 + 1_000_000 - 5);
  });

  it('is all of it times n, where n goes out', () => {
    const three = worstOf({ n: 3 });
    expect(three).toEqual({
      inputTokens: 3 * PLAIN.inputTokens,
      outputTokens: 300,
      microUsd: 3 * PLAIN.microUsd,
    });
    expect(worstOf({ n: 3 }, [deployment('a', { format: 'anthropic' })])).toEqual(PLAIN);
    expect(worstOf({ n: 3 }, [deployment('a', { quirks: { unsupported: ['n'] } })])).toEqual(PLAIN);
    expect(worstOf({ n: 3 }, [deployment('b', { format: 'anthropic' }), A])).toEqual(three);
  });

  it('is at the dearest of all prices of all deployments', () => {
    const price = { input: 1, output: 4, cachedInput: 0.1, cacheWrite: 1.25 };
    expect(worstOf({}, [deployment('a', { price })]).microUsd).toBe(Math.ceil(1_141 * 1.25) + 400);
    const thinks = { ...price, reasoning: 10, usdPerRequest: 0.5 };
    expect(worstOf({}, [deployment('a', { price }), deployment('b', { price: thinks })]).microUsd).toBe(
      Math.ceil(1_141 * 1.25) + 1_000 + 500_000,
    );
    const tiers = [
      { ...price, fromInputTokens: 1_141, input: 2 },
      { ...price, fromInputTokens: 1_142, input: 50 },
    ];
    expect(worstOf({}, [deployment('a', { price: { ...price, tiers } })]).microUsd).toBe(2 * 1_141 + 400);
  });

  it('multiplies by what an allowed field costs, at the deployment that allows it', () => {
    const paramCosts = {
      service_tier: { usdPerRequest: 0.01, priceFactor: 2 },
      web_search_options: { usdPerRequest: 0.02, priceFactor: 3 },
    };
    const open = deployment('b', { allowParams: Object.keys(paramCosts), paramCosts });
    const tier = worstOf({ service_tier: 'priority' }, [A, open]);
    expect(tier.inputTokens).toBe(1_141 + '"priority"'.length);
    expect(tier.microUsd).toBe(2 * (tier.inputTokens + 400) + 10_000);
    const both = worstOf({ service_tier: 'priority', web_search_options: {} }, [open]);
    expect(both.microUsd).toBe(6 * (both.inputTokens + 400) + 30_000);
    expect(worstOf({}, [A, open])).toEqual(PLAIN);
    expect(worstOf({ service_tier: 'priority' })).toEqual(PLAIN);
  });

  it('is not misled by names that every object has', () => {
    const open = deployment('a', { allowParams: ['toString', 'constructor', '__proto__'] });
    expect(worstOf({}, [open])).toEqual(PLAIN);
    const sent = worstOf({ constructor: 'x', messages: [{ role: 'user', content: 'Hello', name: '__proto__' }] }, [
      open,
    ]);
    expect(sent.inputTokens - PLAIN.inputTokens).toBe('"x"'.length + '__proto__'.length);
  });

  it('has the tools that an adapter adds for a history', () => {
    const called = ['f', 'f', '__proto__'].map((name, index) => ({
      id: `c${index}`,
      type: 'function',
      function: { name, arguments: '{}' },
    }));
    const history = {
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', tool_calls: called },
        ...called.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'ok' })),
      ],
    };
    const claude = deployment('c', { format: 'anthropic' });
    const more = worstOf(history, [claude]).inputTokens - worstOf(history).inputTokens;
    // With Anthropic's own instructions for tools.
    expect(more).toBe(1 + 9 + 2 * (100 + 64) + 640);
    const offered = { ...history, tools: [tool('f')] };
    expect(worstOf(offered, [claude]).inputTokens - worstOf(offered).inputTokens).toBe(640);
    // If no offered tool is left for Anthropic, those of the history are defined again.
    const allowed_tools = { mode: 'auto', tools: [{ type: 'function', function: { name: 'g' } }] };
    for (const narrowed of [
      { ...offered, tool_choice: { type: 'allowed_tools', allowed_tools } },
      { ...offered, tools: [{ type: 'custom', custom: { name: 'g' } }] },
    ]) {
      expect(worstOf(narrowed, [claude]).inputTokens - worstOf(narrowed).inputTokens).toBe(more);
    }
  });

  it('counts a schema by what Anthropic’s form of it may come to', () => {
    const schema = { type: 'object', properties: { a: { type: 'string', minLength: 1 } } };
    const body = { response_format: { type: 'json_schema', json_schema: { name: 'it', schema } } };
    const json = JSON.stringify(body.response_format);
    expect(inputBeyondPlain(body)).toBe(json.length);
    const braces = json.split('{').length - 1;
    const quotes = json.split('"').length - 1;
    expect(inputBeyondPlain(body, [deployment('c', { format: 'anthropic' })])).toBe(json.length + 56 * braces + quotes);
  });

  it('adds one’s own fee once, rounded up to a whole micro-USD', () => {
    expect(worstOf({ n: 2 }, [A], { feePerRequestUsd: 0.07 }).microUsd).toBe(2 * PLAIN.microUsd + 70_000);
    expect(feeMicroUsd({ ...PRICING, feePerRequestUsd: 0.000_000_1 })).toBe(1);
    expect(feeMicroUsd(PRICING)).toBe(0);
  });

  it('stays a number that adds up, whatever is asked for', () => {
    const price = { input: 1_000_000, output: 1_000_000, cachedInput: 0, cacheWrite: 0 };
    const { inputTokens, outputTokens, microUsd } = worstOf({ max_tokens: Number.MAX_SAFE_INTEGER, n: 128 }, [
      deployment('a', { price }),
    ]);
    expect(Number.isSafeInteger(inputTokens + outputTokens)).toBe(true);
    expect(microUsd).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('is never asked of a request without an output cap', () => {
    expect(() => worstCase(chat(), [A], PRICING)).toThrow('maxOutputTokens');
  });
});

function tool(name: string) {
  return { type: 'function', function: { name } };
}
