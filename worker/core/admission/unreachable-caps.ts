/** Finds caps below what a request holds in any case. They are reported at build and at start, when prices are known. */
import type { ChatRequest } from '../../../protocol/chat.ts';
import type { Alias, Config, Feature } from '../config/config.ts';
import type { Contradiction } from '../config/contradiction.ts';
import type { LimitsInput } from '../config/limits-schema.ts';
import type { CheckedConfig } from '../config/schema.ts';
import { usdText } from '../pricing/cost.ts';
import { safeguardAliasOf, versionsOf } from './versions.ts';

/** The shortest question there is. */
const QUESTION: ChatRequest = {
  model: '',
  messages: [{ role: 'user', content: '?' }],
  stream: false,
  includeUsage: false,
  rest: {},
};

interface Held {
  microUsd: number;
  tokens: number;
}

/** `unpriced` are deployments whose price is not known here, so that nothing can be said about the costs of their aliases. */
export function unreachableCaps(
  checked: CheckedConfig,
  config: Config,
  unpriced: ReadonlySet<string>,
): Contradiction[] {
  const isPriced = ({ deployments }: Alias): boolean => !deployments.some(({ id }) => unpriced.has(id));
  const features = [...config.features.values()];
  const aliases = [...config.aliases.values()];
  const pairs = features.flatMap((feature) => aliases.map((alias) => ({ feature, alias })));
  const smallest = pairs.map(({ feature, alias }) => ({
    isPriced: isPriced(alias) && isSafeguardPriced(feature, config, isPriced),
    held: leastHeld({ ...QUESTION, maxOutputTokens: 1 }, withoutCost(feature), alias, config),
  }));
  const least: Held = {
    // An alias without a price could be cheaper than all others.
    microUsd: smallest.every((one) => one.isPriced) ? Math.min(...smallest.map(({ held }) => held.microUsd)) : 0,
    tokens: Math.min(...smallest.map(({ held }) => held.tokens)),
  };
  const plain = features.flatMap((feature) => {
    const alias = config.aliases.get(feature.alias);
    if (alias === undefined) return [];
    const known = isPriced(alias) && isSafeguardPriced(feature, config, isPriced);
    const held = leastHeld(QUESTION, withoutCost(feature), alias, config);
    return [{ feature, alias, held: known ? held : { ...held, microUsd: 0 } }];
  });
  return [
    ...plain.flatMap(({ feature, alias }) => ofRequestCap(feature, alias, config, isPriced(alias))),
    ...limitsIn(checked).flatMap(({ path, limits, feature }) => {
      const asked = plain.filter((one) => feature === undefined || one.feature.name === feature);
      return ofLimits(path, limits, least, asked);
    }),
  ];
}

const withoutCost = (feature: Feature): Feature => ({
  ...feature,
  caps: { ...feature.caps, maxCostMicroUsd: undefined },
});

function isSafeguardPriced({ safeguard }: Feature, { aliases }: Config, isPriced: (alias: Alias) => boolean): boolean {
  const alias = safeguard?.alias === undefined ? undefined : aliases.get(safeguard.alias);
  return alias === undefined || isPriced(alias);
}

/** The least that any version of a request holds, or 0 if the request is refused for another reason. */
function leastHeld(chat: ChatRequest, feature: Feature, alias: Alias, config: Config): Held {
  const safeguardAlias = safeguardAliasOf(feature, config);
  const result = versionsOf({ chat, alias, feature, safeguardAlias }, config);
  if (!result.ok) return { microUsd: 0, tokens: 0 };
  const worsts = result.versions.map(({ worst }) => worst);
  return {
    microUsd: Math.min(...worsts.map(({ microUsd }) => microUsd)),
    tokens: Math.min(...worsts.map(({ inputTokens, outputTokens }) => inputTokens + outputTokens)),
  };
}

function ofRequestCap(feature: Feature, alias: Alias, config: Config, isPriced: boolean): Contradiction[] {
  const { name, caps } = feature;
  if (caps.maxCostMicroUsd === undefined || !isPriced) return [];
  const path = ['features', name, 'maxCostPerRequest'];
  const safeguardAlias = safeguardAliasOf(feature, config);
  const refused = (chat: ChatRequest): boolean => !versionsOf({ chat, alias, feature, safeguardAlias }, config).ok;
  const holds = (chat: ChatRequest): string => usdText(leastHeld(chat, withoutCost(feature), alias, config).microUsd);
  const smallest = { ...QUESTION, maxOutputTokens: 1 };
  if (refused(smallest)) {
    const message = `is less than any request may cost: the smallest holds $${holds(smallest)}, so all would be refused; write more`;
    return [{ path, message, isError: true }];
  }
  if (!refused(QUESTION)) return [];
  const message = `refuses every request that names no max_tokens: with ${caps.defaultMaxOutputTokens} tokens of output the shortest holds $${holds(QUESTION)}; write at least that, or a smaller maxOutputTokens`;
  return [{ path, message, isError: false }];
}

interface WrittenLimits {
  path: string[];
  limits: LimitsInput;
  feature?: string;
}

function limitsIn({ tiers, tenants, features }: CheckedConfig): WrittenLimits[] {
  return [
    ...Object.entries(tiers).map(([name, limits]) => ({ path: ['tiers', name], limits })),
    ...Object.entries(tenants).flatMap(([name, tenant]) =>
      (['limits', 'userLimits', 'anonymousLimits'] as const).map((which) => ({
        path: ['tenants', name, which],
        limits: tenant[which],
      })),
    ),
    ...Object.entries(features).map(([name, { limits }]) => ({
      path: ['features', name, 'limits'],
      limits,
      feature: name,
    })),
  ];
}

const FIELDS = [
  { field: 'monthlyUsd', of: 'microUsd', scale: 1e6, text: (amount: number) => `$${usdText(amount)}` },
  { field: 'dailyUsd', of: 'microUsd', scale: 1e6, text: (amount: number) => `$${usdText(amount)}` },
  { field: 'tpm', of: 'tokens', scale: 1, text: (amount: number) => `${amount} tokens` },
] as const;

function ofLimits(
  path: string[],
  limits: LimitsInput,
  least: Held,
  plain: readonly { feature: Feature; held: Held }[],
): Contradiction[] {
  return FIELDS.flatMap(({ field, of, scale, text }): Contradiction[] => {
    const limit = (limits[field] ?? 0) * scale;
    // 0 is a way to refuse everything, and has its own warning (limit-contradictions.ts).
    if (limit === 0) return [];
    if (limit < least[of]) {
      const message = `is less than any request may come to: the smallest holds ${text(least[of])}, so all would be refused; write more`;
      return [{ path: [...path, field], message, isError: true }];
    }
    const refused = plain.filter(({ held }) => held[of] > limit);
    const [first] = refused;
    if (first === undefined) return [];
    const names = refused.map(({ feature }) => `"${feature.name}"`).join(', ');
    const most = Math.max(...refused.map(({ held }) => held[of]));
    const message = `refuses every request for ${names} that names no max_tokens: the shortest holds ${text(most)}; write at least that, or a smaller features.${first.feature.name}.maxOutputTokens`;
    return [{ path: [...path, field], message, isError: false }];
  });
}
