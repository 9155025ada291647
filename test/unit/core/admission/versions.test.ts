import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../../protocol/chat.ts';
import { errorToWire } from '../../../../protocol/errors.ts';
import { parseChat } from '../../../../protocol/parse-chat.ts';
import { safeguardAliasOf, type VersionInput, versionsOf } from '../../../../worker/core/admission/versions.ts';
import type { Alias, Feature, FeatureCaps, Safeguard } from '../../../../worker/core/config/config.ts';
import { inputSize, ownTokens } from '../../../../worker/core/pricing/input-size.ts';
import { worstCase } from '../../../../worker/core/pricing/worst-case.ts';
import { deployment, feature, PRICING } from '../../pipeline/support/router.ts';
import { chat } from '../../providers/chats.ts';
import { chat as aChat, conversation } from '../pricing/support/requests.ts';

const price = (usd: number) => ({ input: usd, output: 4 * usd, cachedInput: usd, cacheWrite: usd });
const DEAR: Alias = { name: 'app/chat', deployments: [deployment('a', { price: price(10) })] };
const CHEAP: Alias = { name: 'app/small', deployments: [deployment('b', { price: price(1) })] };
const CONFIG = { aliases: new Map([DEAR, CHEAP].map((alias) => [alias.name, alias])), pricing: PRICING };

const NO_CAPS: FeatureCaps = {
  maxInputTokens: undefined,
  maxOutputTokens: undefined,
  defaultMaxOutputTokens: 500,
  maxCostMicroUsd: undefined,
};
const NO_SAFEGUARD: Safeguard = { alias: undefined, maxInputTokens: undefined, maxOutputTokens: undefined };

function featureWith(caps: Partial<FeatureCaps> = {}, safeguard?: Partial<Safeguard>): Feature {
  return feature('chat', {
    caps: { ...NO_CAPS, ...caps },
    safeguard: safeguard && { ...NO_SAFEGUARD, ...safeguard },
  });
}

const CONVERSATION = {
  messages: [
    { role: 'user', content: 'x'.repeat(300) },
    { role: 'assistant', content: 'y'.repeat(300) },
    { role: 'user', content: 'z'.repeat(100) },
  ],
};

const versions = (asked: Partial<VersionInput> & { feature: Feature }) =>
  versionsOf(
    { chat: chat(CONVERSATION), alias: DEAR, safeguardAlias: safeguardAliasOf(asked.feature, CONFIG), ...asked },
    CONFIG,
  );
function accepted(asked: Partial<VersionInput> & { feature: Feature }) {
  const made = versions(asked);
  if (!made.ok) throw new Error(made.error.code);
  return made.versions;
}
function refusal(asked: Partial<VersionInput> & { feature: Feature }) {
  const made = versions(asked);
  return made.ok ? undefined : made.error;
}
const outline = (asked: Partial<VersionInput> & { feature: Feature }) =>
  accepted(asked).map(({ mode, alias, chat }) => [mode, alias.name, chat.messages.length, chat.maxOutputTokens]);

describe('a request within its feature’s caps', () => {
  it('is itself, with the feature’s output cap where it named none', () => {
    const sent = chat(CONVERSATION);
    const [version, ...more] = accepted({ chat: sent, feature: featureWith() });
    expect(more).toEqual([]);
    expect(version).toMatchObject({ mode: 'normal', alias: DEAR, chat: { maxOutputTokens: 500 } });
    expect(version.chat.messages).toBe(sent.messages);
    expect(sent.maxOutputTokens).toBeUndefined();
    expect(version.worst).toEqual(worstCase(version.chat, DEAR.deployments, PRICING));
  });

  it('is the very object where it named its output cap', () => {
    const sent = chat({ ...CONVERSATION, max_tokens: 20 });
    expect(accepted({ chat: sent, feature: featureWith({ maxInputTokens: 700, maxOutputTokens: 20 }) })[0].chat).toBe(
      sent,
    );
  });

  it('may become its safeguard too', () => {
    const asked = { chat: chat({ ...CONVERSATION, reasoning_effort: 'high' }) };
    const safeguard = { alias: 'app/small', maxInputTokens: 150, maxOutputTokens: 200 };
    expect(outline({ ...asked, feature: featureWith({}, safeguard) })).toEqual([
      ['normal', 'app/chat', 3, 500],
      ['safeguard', 'app/small', 1, 200],
    ]);
    const [, smaller] = accepted({ ...asked, feature: featureWith({}, safeguard) });
    expect(smaller?.chat).toEqual({ ...asked.chat, messages: [asked.chat.messages[2]], maxOutputTokens: 200 });
    expect(smaller?.worst).toEqual(worstCase(smaller?.chat ?? asked.chat, CHEAP.deployments, PRICING));
  });

  it.each<[string, Partial<Safeguard>, Partial<FeatureCaps>, Record<string, unknown>, unknown[] | undefined]>([
    ['another alias', { alias: 'app/small' }, {}, {}, ['safeguard', 'app/small', 3, 500]],
    ['less output', { maxOutputTokens: 100 }, {}, {}, ['safeguard', 'app/chat', 3, 100]],
    [
      'less output than was asked for',
      { maxOutputTokens: 100 },
      {},
      { max_tokens: 300 },
      ['safeguard', 'app/chat', 3, 100],
    ],
    ['less context', { maxInputTokens: 699 }, {}, {}, ['safeguard', 'app/chat', 1, 500]],
    ['the same alias, by name', { alias: 'app/chat' }, {}, {}, undefined],
    ['no less output', { maxOutputTokens: 100 }, {}, { max_tokens: 100 }, undefined],
    ['no less context', { maxInputTokens: 700 }, {}, {}, undefined],
    ['more than is asked for of both', { maxInputTokens: 9_000, maxOutputTokens: 9_000 }, {}, {}, undefined],
    ['a last turn that is too long for it', { maxInputTokens: 99 }, {}, {}, undefined],
    ['a cost above the cap', { maxOutputTokens: 499 }, { maxCostMicroUsd: 0 }, {}, undefined],
  ])('has a safeguard of %s or none', (_, safeguard, caps, body, expected) => {
    const made = versions({ chat: chat({ ...CONVERSATION, ...body }), feature: featureWith(caps, safeguard) });
    const second = made.ok ? made.versions[1] : undefined;
    expect(
      second && [second.mode, second.alias.name, second.chat.messages.length, second.chat.maxOutputTokens],
    ).toEqual(expected);
  });

  it('has no dearer safeguard, nor one that is no cheaper', () => {
    const expensive = { alias: CHEAP, feature: featureWith({}, { alias: 'app/chat' }) };
    expect(outline(expensive)).toEqual([['normal', 'app/small', 3, 500]]);
    const same = { ...DEAR, name: 'app/other' };
    const feature = featureWith({}, { alias: 'app/other' });
    const asked = { chat: chat(CONVERSATION), alias: DEAR, feature, safeguardAlias: same };
    expect(versionsOf(asked, CONFIG)).toMatchObject({ ok: true, versions: [{ mode: 'normal' }] });
  });
});

describe('a request above a cap', () => {
  const cost = worstCase({ ...chat(CONVERSATION), maxOutputTokens: 500 }, DEAR.deployments, PRICING).microUsd;

  it('of output is refused, by both numbers', () => {
    const error = refusal({ chat: chat({ max_tokens: 1_000 }), feature: featureWith({ maxOutputTokens: 300 }) });
    expect(error).toMatchObject({ code: 'feature_cap_exceeded', feature: 'chat', param: 'max_tokens' });
    const { status, body } = errorToWire(error as NonNullable<typeof error>);
    expect([status, body.error.param]).toEqual([400, 'max_tokens']);
    expect(body.error.message).toMatch(/1000 .*300 .*leave/);
  });

  it('of input is refused, by both numbers', () => {
    const feature = featureWith({ maxInputTokens: 699 });
    const error = refusal({ feature });
    expect(error).toMatchObject({ code: 'feature_cap_exceeded', feature: 'chat', param: 'messages' });
    expect(error).toHaveProperty('detail', expect.stringMatching(/700 .*699 /));
    expect(versions({ feature: featureWith({ maxInputTokens: 700 }) }).ok).toBe(true);
  });

  it('of cost is refused as a budget that time does not fill', () => {
    const error = refusal({ feature: featureWith({ maxCostMicroUsd: cost - 1 }) });
    expect(error).toEqual({
      code: 'budget_exceeded',
      scope: 'feature:chat',
      limit: 'request',
      figures: { spentMicroUsd: 0, heldMicroUsd: 0, capMicroUsd: cost - 1, wantedMicroUsd: cost },
      resetsAt: null,
      retryAfterMs: 0,
      onlyHeld: false,
      neverFits: true,
    });
    const { status, headers } = errorToWire(error as NonNullable<typeof error>);
    expect([status, headers?.['x-should-retry']]).toEqual([429, 'false']);
    expect(versions({ feature: featureWith({ maxCostMicroUsd: cost }) }).ok).toBe(true);
  });

  it.each<[string, Partial<FeatureCaps>, Partial<Safeguard>, unknown[]]>([
    ['output', { maxOutputTokens: 300 }, { alias: 'app/small' }, ['safeguard', 'app/small', 3, 300]],
    [
      'output, to the lesser cap',
      { maxOutputTokens: 300 },
      { maxOutputTokens: 400 },
      ['safeguard', 'app/chat', 3, 300],
    ],
    ['input, by the cap itself', { maxInputTokens: 400 }, { alias: 'app/small' }, ['safeguard', 'app/small', 1, 1_000]],
    ['input, by its own limit', { maxInputTokens: 400 }, { maxInputTokens: 100 }, ['safeguard', 'app/chat', 1, 1_000]],
    [
      'input, all of which it takes',
      { maxInputTokens: 400 },
      { alias: 'app/small', maxInputTokens: 700 },
      ['safeguard', 'app/small', 3, 1_000],
    ],
    ['cost', { maxCostMicroUsd: cost - 1 }, { alias: 'app/small' }, ['safeguard', 'app/small', 3, 1_000]],
  ])('of %s is served by the safeguard', (_, caps, safeguard, expected) => {
    const asked = { chat: chat({ ...CONVERSATION, max_tokens: 1_000 }), feature: featureWith(caps, safeguard) };
    expect(outline(asked)).toEqual([expected]);
  });

  it('is refused where the safeguard cannot mend it', () => {
    const long = refusal({ feature: featureWith({ maxInputTokens: 99 }, { alias: 'app/small' }) });
    expect(long).toMatchObject({ code: 'feature_cap_exceeded', param: 'messages' });
    expect(long).toHaveProperty('detail', expect.stringMatching(/100 .*99 /));
    const dear = refusal({ feature: featureWith({ maxCostMicroUsd: 1_000 }, { alias: 'app/small' }) });
    const wanted = worstCase({ ...chat(CONVERSATION), maxOutputTokens: 500 }, CHEAP.deployments, PRICING).microUsd;
    expect(dear).toMatchObject({ code: 'budget_exceeded', figures: { capMicroUsd: 1_000, wantedMicroUsd: wanted } });
  });

  it.each([
    ['whose last turn would pass without the older ones', 300, /input counts as 700 .*at most 300 .*older/],
    ['whose last turn is too long by itself', 99, /last turn, .*counts as 100 .*at most 99 .*Shorten it/],
  ])('of input, %s, is refused by its feature’s limit, not by the safeguard’s smaller one', (_, most, says) => {
    const error = refusal({ feature: featureWith({ maxInputTokens: most }, { maxInputTokens: 80 }) });
    expect(error).toMatchObject({ code: 'feature_cap_exceeded', param: 'messages' });
    expect(error).toHaveProperty('detail', expect.stringMatching(says));
  });

  it('of input is refused by the safeguard’s limit where that is the larger', () => {
    const error = refusal({ feature: featureWith({ maxInputTokens: 50 }, { maxInputTokens: 90 }) });
    expect(error).toHaveProperty('detail', expect.stringMatching(/100 .*90 /));
  });

  it('cannot hold everything by a number, where its feature has no cap', () => {
    const asked = { chat: chat({ max_tokens: Number.MAX_SAFE_INTEGER }), feature: featureWith() };
    expect(refusal(asked)).toMatchObject({ code: 'feature_cap_exceeded', param: 'max_tokens' });
    expect(versions({ ...asked, chat: chat({ max_tokens: 1_000_000 }) }).ok).toBe(true);
    expect(outline({ ...asked, feature: featureWith({}, { maxOutputTokens: 100 }) })).toEqual([
      ['safeguard', 'app/chat', 1, 100],
    ]);
  });
});

describe('JSON of 100,000 levels', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);

  it.each([
    ['a tool', { tools: [{ type: 'function', function: { name: 'f', parameters: { a: deep } } }] }],
    ['a function', { functions: [{ name: 'f', parameters: { a: deep } }] }],
    ['a schema', { response_format: { type: 'json_schema', json_schema: { name: 's', schema: { a: deep } } } }],
    ['a field of any name', { anything: deep }],
  ])('in %s is refused by name before anything is counted', (_, body) => {
    const parsed = parseChat({ model: 'm', messages: [{ role: 'user', content: '' }], ...body });
    expect(parsed).toMatchObject({ ok: false, message: expect.stringContaining('nested') });
  });

  it.each([
    ['a custom tool', { tools: [{ type: 'custom', custom: { name: 'f', format: { type: 'text', a: deep } } }] }],
    [
      'a choice',
      {
        tools: [{ type: 'function', function: { name: 'f' } }],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' }, a: deep }] },
        },
      },
    ],
  ])('in %s is left out, because only documented fields go on', (_, body) => {
    const parsed = parseChat({ model: 'm', messages: [{ role: 'user', content: '' }], ...body });
    expect(parsed.ok && JSON.stringify(parsed.chat).length).toBeLessThan(1_000);
  });

  it('that came another way is refused as well', () => {
    const tools: ChatRequest['tools'] = [{ type: 'function', function: { name: 'f', parameters: { a: deep } } }];
    expect(refusal({ chat: { ...chat(), tools }, feature: featureWith() })).toMatchObject({ code: 'invalid_body' });
  });

  it('as text in a tool call is just text', () => {
    const calls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: '['.repeat(100_000) } }];
    const messages = [{ role: 'assistant', tool_calls: calls }];
    expect(accepted({ chat: chat({ messages }), feature: featureWith() })[0].worst.inputTokens).toBeGreaterThan(
      100_000,
    );
  });
});

describe('whatever is asked', () => {
  const some = (most: number) => fc.option(fc.integer({ min: 1, max: most }), { nil: undefined, freq: 2 });
  const caps = fc.record({ maxInputTokens: some(1_000), maxOutputTokens: some(1_000), maxCostMicroUsd: some(100_000) });
  const safeguard = fc.option(
    fc.record({
      alias: fc.constantFrom('app/chat', 'app/small', undefined),
      maxInputTokens: some(500),
      maxOutputTokens: some(300),
    }),
    { nil: undefined },
  );

  it('every version is within the caps, counted as it is, the less the further on; the request stays as it was', () => {
    const seen = { normal: 0, safeguard: 0, refused: 0 };
    fc.assert(
      fc.property(fc.oneof(aChat, conversation), caps, safeguard, fc.boolean(), (sent, caps, guard, namesCap) => {
        const { maxOutputTokens: _, ...uncapped } = sent;
        const asked = namesCap ? sent : uncapped;
        const before = structuredClone(asked);
        const feature = featureWith(caps, guard);
        const made = versionsOf(
          { chat: asked, alias: DEAR, feature, safeguardAlias: safeguardAliasOf(feature, CONFIG) },
          CONFIG,
        );
        expect(asked).toEqual(before);
        if (!made.ok) {
          seen.refused++;
          expect(['feature_cap_exceeded', 'budget_exceeded']).toContain(made.error.code);
          return;
        }
        let last = Number.POSITIVE_INFINITY;
        for (const { mode, alias, chat, worst } of made.versions) {
          seen[mode]++;
          expect(worst).toEqual(worstCase(chat, alias.deployments, PRICING));
          expect(worst.microUsd).toBeLessThanOrEqual(caps.maxCostMicroUsd ?? worst.microUsd);
          const output = chat.maxOutputTokens ?? Number.NaN;
          expect(output).toBeLessThanOrEqual(caps.maxOutputTokens ?? output);
          const limit = mode === 'normal' ? caps.maxInputTokens : (guard?.maxInputTokens ?? caps.maxInputTokens);
          const input = ownTokens(inputSize(chat, alias.deployments), PRICING);
          expect(input).toBeLessThanOrEqual(limit ?? input);
          if (mode === 'normal')
            expect({ ...chat, maxOutputTokens: undefined }).toEqual({ ...asked, maxOutputTokens: undefined });
          else expect(output).toBeLessThanOrEqual(guard?.maxOutputTokens ?? output);
          const tokens = worst.inputTokens + worst.outputTokens;
          expect(tokens + worst.microUsd).toBeLessThan(last);
          last = tokens + worst.microUsd;
        }
      }),
      { numRuns: 1_000 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });
});
