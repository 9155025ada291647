import { describe, expect, it } from 'vitest';
import {
  billedByUsage,
  billedWithoutUsage,
  type SeenAnswer,
  UNREAD_TOKENS,
} from '../../../../worker/core/pricing/billed.ts';
import { NOTHING_LEARNT } from '../../../../worker/core/pricing/learnt.ts';
import { deployment, PRICING } from '../../pipeline/support/router.ts';
import { chat } from '../../providers/chats.ts';

const A = deployment('a', { hidesTokens: false });
const INPUT = 5 + 8 + 128 + 1_000;

const bill = (passed: SeenAnswer | 'unknown', body: Record<string, unknown> = {}, one = A, forMs = 60_000) =>
  billedWithoutUsage(chat({ max_tokens: 1_000, ...body }), one, PRICING, passed, forMs);
const billOf = (inputTokens: number, outputTokens: number, reasoningTokens = 0) => ({
  microUsd: inputTokens + 4 * outputTokens,
  tokens: inputTokens + outputTokens,
  usage: { inputTokens, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens, reasoningTokens },
});
const partly = (textBytes: number, chunks = 0): SeenAnswer => ({ textBytes, chunks, isPartial: true });

describe('what is booked without usage', () => {
  it.each([
    ['nothing came', { textBytes: 0, chunks: 0 }, UNREAD_TOKENS],
    ['some came', { textBytes: 300, chunks: 70 }, 370 + UNREAD_TOKENS],
    ['an event is not over', { textBytes: 300, chunks: 70, unreadBytes: 30 }, 400 + UNREAD_TOKENS],
    ['no more than the cap', { textBytes: 990, chunks: 300 }, 1_000],
    ['more than the cap where that must be behind what passed', { textBytes: 85_000, chunks: 1 }, 1_329],
    ['nobody saw, for long', 'unknown' as const, 1_000],
    ['more may have been made, for long', partly(10, 10), 1_000],
  ])('%s', (_, passed, output) => {
    expect(bill(passed)).toEqual(billOf(INPUT, output));
  });

  it.each([
    ['nobody saw', 'unknown' as const, 400 + UNREAD_TOKENS],
    ['some came', partly(10, 10), 400 + UNREAD_TOKENS],
    ['more came than that', partly(600, 10), 610 + UNREAD_TOKENS],
  ])('is bounded by time where more may have been made than was seen: %s', (_, passed, output) => {
    expect(bill(passed, {}, A, 200)).toEqual(billOf(INPUT, output));
    const slow = deployment('a', { hidesTokens: false, tokensPerSecond: 1 });
    expect(bill('unknown', {}, slow, 200)).toEqual(billOf(INPUT, 1 + UNREAD_TOKENS));
  });

  it('is in full where the provider goes on after we left, unless the answer is whole', () => {
    const goesOn = deployment('a', { hidesTokens: false, goesOnWhenLeft: true });
    expect(bill({ textBytes: 10, chunks: 1 }, {}, goesOn, 0)).toEqual(billOf(INPUT, 1_000));
    expect(bill({ textBytes: 10, chunks: 1, isWhole: true }, {}, goesOn, 0)).toEqual(billOf(INPUT, 11 + UNREAD_TOKENS));
  });

  it('has room for what is thought beyond the cap, for each choice', () => {
    const thinks = deployment('a', { hidesTokens: false, thinkingBeyondCap: 500 });
    expect(bill('unknown', {}, thinks)).toEqual(billOf(INPUT, 1_500));
    expect(bill('unknown', { n: 2 }, thinks)).toEqual(billOf(2 * INPUT, 3_000));
    expect(bill({ textBytes: 1_300, chunks: 0 }, {}, thinks)).toEqual(billOf(INPUT, 1_300 + UNREAD_TOKENS));
  });

  it('has each of n choices run ahead, and made as fast as one', () => {
    expect(bill({ textBytes: 10, chunks: 10 }, { n: 3 })).toEqual(billOf(3 * INPUT, 20 + 3 * UNREAD_TOKENS));
    expect(bill('unknown', { n: 3 })).toEqual(billOf(3 * INPUT, 3_000));
    expect(bill('unknown', { n: 3 }, A, 100)).toEqual(billOf(3 * INPUT, 3 * 200 + 3 * UNREAD_TOKENS));
  });

  it('is by time where tokens may be hidden', () => {
    const passed = { textBytes: 10, chunks: 10 };
    const hides = deployment('a', { hidesTokens: true });
    expect(bill(passed, {}, hides)).toEqual(billOf(INPUT, 1_000));
    expect(bill(passed, {}, hides, 100)).toEqual(billOf(INPUT, 200 + UNREAD_TOKENS));
    // A model that thinks only when asked to.
    const claude = deployment('c', { format: 'anthropic', model: 'claude-opus-4-6' });
    expect(bill(passed, { reasoning_effort: 'high' }, claude)).toEqual(billOf(INPUT + 4, 1_000));
    const calm = deployment('c', { format: 'anthropic', model: 'claude-haiku-4-5' });
    expect(bill(passed, {}, calm)).toEqual(billOf(INPUT, 20 + UNREAD_TOKENS));
  });

  it('knows what bills have taught', () => {
    const lesson = { ...NOTHING_LEARNT, overheadTokens: 512, thinkingBeyondCap: 256, tokensPerSecond: 4_096 };
    const pricing = { ...PRICING, learnt: new Map([['a', lesson]]) };
    const sent = chat({ max_tokens: 1_000 });
    expect(billedWithoutUsage(sent, A, pricing, 'unknown', 60_000)).toEqual(billOf(INPUT + 512, 1_256));
    expect(billedWithoutUsage(sent, A, pricing, 'unknown', 100)).toEqual(billOf(INPUT + 512, 410 + UNREAD_TOKENS));
    expect(billedWithoutUsage(sent, deployment('b'), pricing, 'unknown', 60_000)).toEqual(billOf(INPUT, 1_000));
  });

  it('costs what the fields sent cost', () => {
    const paramCosts = { service_tier: { usdPerRequest: 0.01, priceFactor: 2 } };
    const open = deployment('a', { hidesTokens: false, allowParams: ['service_tier'], paramCosts });
    const { microUsd, tokens } = bill('unknown', { service_tier: 'flex' }, open);
    expect(microUsd).toBe(2 * billOf(tokens - 1_000, 1_000).microUsd + 10_000);
  });

  it('leaves one’s own fee to others', () => {
    const body = chat({ max_tokens: 1_000 });
    expect(billedWithoutUsage(body, A, { ...PRICING, feePerRequestUsd: 1 }, 'unknown', 60_000)).toEqual(
      bill('unknown'),
    );
  });
});

describe('what is booked by usage', () => {
  const usage = { inputTokens: 100, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 10, reasoningTokens: 4 };

  it('is its cost, and its tokens', () => {
    expect(billedByUsage(chat(), usage, A)).toEqual(billOf(100, 10, 4));
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
