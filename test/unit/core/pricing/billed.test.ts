import { describe, expect, it } from 'vitest';
import {
  AHEAD_TOKENS,
  billedByUsage,
  billedWithoutUsage,
  type Passed,
} from '../../../../worker/core/pricing/billed.ts';
import { deployment, PRICING } from '../../pipeline/support/router.ts';
import { chat } from '../../providers/chats.ts';

const A = deployment('a', { hidesTokens: false });
const INPUT = 5 + 8 + 128 + 1_000;

const bill = (passed: Passed | 'unknown', body: Record<string, unknown> = {}, one = A) =>
  billedWithoutUsage(chat({ max_tokens: 1_000, ...body }), one, PRICING, passed);
const billOf = (input: number, output: number) => ({ microUsd: input + 4 * output, tokens: input + output });

describe('what is booked without usage', () => {
  it.each([
    ['nothing came', { textBytes: 0, chunks: 0 }, AHEAD_TOKENS],
    ['some came', { textBytes: 300, chunks: 70 }, 370 + AHEAD_TOKENS],
    ['no more than the cap', { textBytes: 990, chunks: 300 }, 1_000],
    ['nobody saw', 'unknown' as const, 1_000],
  ])('%s', (_, passed, output) => {
    expect(bill(passed)).toEqual(billOf(INPUT, output));
  });

  it('has each of n choices run ahead', () => {
    expect(bill({ textBytes: 10, chunks: 10 }, { n: 3 })).toEqual(billOf(3 * INPUT, 20 + 3 * AHEAD_TOKENS));
    expect(bill('unknown', { n: 3 })).toEqual(billOf(3 * INPUT, 3_000));
  });

  it('is in full where tokens may be hidden', () => {
    const passed = { textBytes: 10, chunks: 10 };
    expect(bill(passed, {}, deployment('a', { hidesTokens: true }))).toEqual(billOf(INPUT, 1_000));
    // A model that thinks where it is told to.
    const claude = deployment('c', { format: 'anthropic', model: 'claude-opus-4-6' });
    expect(bill(passed, { reasoning_effort: 'high' }, claude)).toEqual(billOf(INPUT + 4, 1_000));
    const calm = deployment('c', { format: 'anthropic', model: 'claude-haiku-4-5' });
    expect(bill(passed, {}, calm)).toEqual(billOf(INPUT, 20 + AHEAD_TOKENS));
  });

  it('costs what the fields sent cost', () => {
    const paramCosts = { service_tier: { usdPerRequest: 0.01, priceFactor: 2 } };
    const open = deployment('a', { hidesTokens: false, allowParams: ['service_tier'], paramCosts });
    const { microUsd, tokens } = bill('unknown', { service_tier: 'flex' }, open);
    expect(microUsd).toBe(2 * billOf(tokens - 1_000, 1_000).microUsd + 10_000);
  });

  it('leaves one’s own fee to others', () => {
    const body = chat({ max_tokens: 1_000 });
    expect(billedWithoutUsage(body, A, { ...PRICING, feePerRequestUsd: 1 }, 'unknown')).toEqual(bill('unknown'));
  });
});

describe('what is booked by usage', () => {
  const usage = { inputTokens: 100, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 10, reasoningTokens: 4 };

  it('is its cost, and its tokens', () => {
    expect(billedByUsage(chat(), usage, A)).toEqual(billOf(100, 10));
  });

  it('costs what the fields sent cost, a file among the parts too', () => {
    const paramCosts = {
      service_tier: { usdPerRequest: 0, priceFactor: 2 },
      file: { usdPerRequest: 0.001, priceFactor: 1 },
      input_audio: { usdPerRequest: 0, priceFactor: 1.5 },
    };
    const open = deployment('a', { allowParams: Object.keys(paramCosts), paramCosts });
    const withFile = { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] };
    expect(billedByUsage(chat(), usage, open).microUsd).toBe(140);
    expect(billedByUsage(chat({ service_tier: 'flex' }), usage, open).microUsd).toBe(280);
    expect(billedByUsage(chat(withFile), usage, open).microUsd).toBe(1_140);
    expect(billedByUsage(chat(withFile), usage, { ...open, format: 'anthropic' }).microUsd).toBe(140);
  });
});
