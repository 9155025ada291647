/** No provider can bill more than the worst case: real adapters, and the most that a provider could read in the bodies they write. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest, Usage } from '../../../../protocol/chat.ts';
import { Tally } from '../../../../sandbox/billing.ts';
import { PromptCache } from '../../../../sandbox/prompt-cache.ts';
import type { Deployment } from '../../../../worker/core/config/config.ts';
import { billedByUsage, billedWithoutUsage } from '../../../../worker/core/pricing/billed.ts';
import { costMicroUsd } from '../../../../worker/core/pricing/cost.ts';
import { feeMicroUsd, worstCase } from '../../../../worker/core/pricing/worst-case.ts';
import { adapterFor } from '../../../../worker/providers/formats.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';
import { deployment } from '../../pipeline/support/router.ts';
import { chat } from '../../providers/chats.ts';
import { ALLOWED, BARE, MODELS, someDeployments } from './support/deployments.ts';
import { filesIn, imagesIn, readBySandbox, textBytesIn, usageBySandbox } from './support/provider.ts';
import { chat as aChat, legalChat as aLegalChat, longChat as aLongChat } from './support/requests.ts';

type Json = Record<string, unknown>;

const sent = (chat: ChatRequest, deployment: Deployment, promptCache = false): Json =>
  JSON.parse(adapterFor(deployment.format).request(chat, deployment, promptCache).body);

/** One token per byte of text, each image and file at its constant. */
const readTokens = (body: Json): number =>
  textBytesIn(body) + imagesIn(body) * BARE.tokensPerImage + filesIn(body) * BARE.tokensPerFile;

/** What this body is charged beyond its tokens, read from the body itself. */
const paramsIn = (body: Json) =>
  Object.entries(ALLOWED)
    .filter(([name]) => (name === 'file' || name === 'input_audio' ? hasPart(body, name) : body[name] !== undefined))
    .filter(([name]) => name !== 'service_tier' || body.service_tier !== 'default')
    .map(([, cost]) => cost);

const hasPart = (body: Json, type: string): boolean => JSON.stringify(body.messages).includes(`{"type":"${type}"`);

/** Shares: of the input that is cached and written, of the output that is thinking, and of the cap that is used at all. */
const share = fc.integer({ min: 0, max: 20 }).map((twentieths) => twentieths / 20);
const shares = fc.record({
  cached: share,
  written: share,
  thought: share,
  made: fc.oneof(fc.constant(1), share),
});

function usageOf(inputTokens: number, most: number, { cached, written, thought, made }: Record<string, number>): Usage {
  const cachedInputTokens = Math.floor(inputTokens * (cached ?? 0));
  const outputTokens = Math.floor(most * (made ?? 0));
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.floor((inputTokens - cachedInputTokens) * (written ?? 0)),
    outputTokens,
    reasoningTokens: Math.floor(outputTokens * (thought ?? 0)),
  };
}

describe('the worst case', () => {
  it('counts every byte of text that any adapter sends, and bounds the bill of a provider that makes a token of each', () => {
    fc.assert(
      fc.property(aChat, someDeployments, shares, fc.boolean(), (chat, deployments, where, promptCache) => {
        const worst = worstCase(chat, deployments, BARE);
        for (const deployment of deployments) {
          const body = sent(chat, deployment, promptCache);
          const choices = typeof body.n === 'number' ? body.n : 1;
          const inputTokens = readTokens(body) * choices;
          expect(inputTokens).toBeLessThanOrEqual(worst.inputTokens);
          const cap = Number(body.max_tokens ?? body.max_completion_tokens);
          expect(cap * choices).toBeLessThanOrEqual(worst.outputTokens);
          const usage = usageOf(inputTokens, cap * choices, where);
          expect(costMicroUsd(usage, deployment.price, paramsIn(body))).toBeLessThanOrEqual(worst.microUsd);
          expect(billedByUsage(chat, usage, deployment).microUsd).toBeLessThanOrEqual(worst.microUsd);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  const calls = Array.from({ length: 10 }, (_, index) => ({
    id: `c${index}`,
    type: 'function',
    function: { name: `f${index}`, arguments: '' },
  }));
  const history = [
    { role: 'user', content: 'x' },
    { role: 'assistant', tool_calls: calls },
  ];
  const schema = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'string' } } };
  it.each<[string, Json]>([
    ['JSON asked for in words', { response_format: { type: 'json_object' } }],
    ['a schema put into words', { response_format: schema }],
    ['a last word of the assistant', { messages: [{ role: 'assistant', content: 'x' }] }],
    ['tools without parameters', { tools: calls.map((call) => ({ type: 'function', function: { name: call.id } })) }],
    ['tools of a history', { messages: history }],
    [
      'tools of a history whose own are left out',
      { messages: history, tools: [{ type: 'custom', custom: { name: 'g' } }] },
    ],
    [
      'all of it',
      { messages: [...history, { role: 'assistant', content: 'x' }], response_format: schema, n: 2, stop: ['x'] },
    ],
  ])('has room for what adapters add: %s', (_, more) => {
    const asked = chat({ messages: [{ role: 'user', content: 'x' }], max_tokens: 1, ...more });
    for (const { format, quirks } of Object.values(PRESETS)) {
      for (const model of MODELS[format]) {
        const one = deployment('a', { format, quirks, model });
        const body = sent(asked, one);
        const inputTokens = readTokens(body) * (typeof body.n === 'number' ? body.n : 1);
        expect(inputTokens).toBeLessThanOrEqual(worstCase(asked, [one], BARE).inputTokens);
      }
    }
  });

  it('bounds what the sandbox bills', () => {
    let answered = 0;
    let asked = 0;
    const written = { read: 0, written: 0 };
    fc.assert(
      fc.property(fc.oneof(aChat, aLegalChat, aLongChat), someDeployments, (chat, deployments) => {
        const worst = worstCase(chat, deployments, BARE);
        for (const deployment of deployments) {
          const ask = readBySandbox(deployment.format, sent(chat, deployment, true));
          asked++;
          if (ask === undefined) continue;
          answered++;
          const { input, output, cachedInput, cacheWrite } = deployment.price;
          const prices = {
            inputUsdPerMillion: input,
            outputUsdPerMillion: output,
            cachedInputUsdPerMillion: cachedInput,
            cacheWriteUsdPerMillion: cacheWrite,
          };
          const cache = new PromptCache();
          for (let time = 0; time < 2; time++) {
            const usage = usageBySandbox(ask, cache);
            if (time === 0) written.written += usage.writtenTokens;
            else if (deployment.format === 'anthropic') written.read += usage.cachedTokens;
            const tally = new Tally();
            tally.began(usage, prices);
            tally.made(usage.outputTokens, prices);
            const { inputTokens, outputTokens, billedMicroUsd } = tally.counts();
            expect(inputTokens).toBeLessThanOrEqual(worst.inputTokens);
            expect(outputTokens).toBeLessThanOrEqual(worst.outputTokens);
            expect(billedMicroUsd).toBeLessThanOrEqual(worst.microUsd);
          }
        }
      }),
      { numRuns: 1_000 },
    );
    expect(answered / asked).toBeGreaterThan(0.1);
    expect(written.written).toBeGreaterThan(100_000);
    expect(written.read).toBe(written.written);
  });
});

describe('what is booked without usage', () => {
  const passed = fc.oneof(
    fc.constant('unknown' as const),
    fc.record({
      textBytes: fc.nat({ max: 3_000 }),
      chunks: fc.nat({ max: 500 }),
      isPartial: fc.boolean(),
      isWhole: fc.boolean(),
    }),
  );
  const habits = fc.record({
    hidesTokens: fc.boolean(),
    goesOnWhenLeft: fc.boolean(),
    thinkingBeyondCap: fc.constantFrom(0, 100, 32_768),
    tokensPerSecond: fc.constantFrom(1, 2_000, 10_000),
  });

  it('is never more than was held, and never less than what passed or may have been made meanwhile', () => {
    fc.assert(
      fc.property(aChat, someDeployments, habits, passed, fc.nat({ max: 5_000 }), (chat, some, habits, made, forMs) => {
        const pricing = { ...BARE, overheadTokensPerRequest: 100, feePerRequestUsd: 0.01 };
        const deployments = some.map((one) => ({ ...one, ...habits }));
        const worst = worstCase(chat, deployments, pricing);
        const [bytes, chunks] = made === 'unknown' ? [0, 0] : [made.textBytes, made.chunks];
        for (const deployment of deployments) {
          const billed = billedWithoutUsage(chat, deployment, pricing, made, forMs);
          const body = sent(chat, deployment);
          const choices = typeof body.n === 'number' ? body.n : 1;
          const cap = Number(body.max_tokens ?? body.max_completion_tokens);
          const most = (cap + habits.thinkingBeyondCap) * choices;
          if (bytes / 64 <= most) {
            expect(billed.microUsd).toBeLessThanOrEqual(worst.microUsd - feeMicroUsd(pricing));
            expect(billed.tokens).toBeLessThanOrEqual(worst.inputTokens + worst.outputTokens);
          }
          const mayBeUnseen = made === 'unknown' || made.isPartial || habits.hidesTokens;
          const timed = mayBeUnseen ? (habits.tokensPerSecond * choices * forMs) / 1_000 : 0;
          const goesOn = habits.goesOnWhenLeft && (made === 'unknown' || !made.isWhole);
          const may = goesOn ? most : Math.min(most, Math.max(bytes + chunks, timed) + 128 * choices);
          const usage = usageOf(readTokens(body) * choices, Math.max(may, Math.ceil(bytes / 64)), { made: 1 });
          expect(billed.tokens).toBeGreaterThanOrEqual(usage.inputTokens + usage.outputTokens);
          expect(billed.microUsd).toBeGreaterThanOrEqual(costMicroUsd(usage, deployment.price, paramsIn(body)));
        }
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);
});
