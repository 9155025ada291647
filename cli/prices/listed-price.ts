import type { MatchLogic, ModelInfo, ModelPrice, Provider, TieredPrices } from '@pydantic/genai-prices';
import type { Price, TokenPrices } from '../../worker/core/config/config.ts';
import { EDITION, plainName } from '../../worker/core/pricing/known-price.ts';

/**
 * The price of `model` in its provider's list, valid from `at` until the list says otherwise; undefined if the list does not know
 * the model. If a price depends on something that neither the usage nor the Worker can tell, the highest counts, because a budget must hold.
 */
export function listedPrice(
  provider: Provider,
  model: string,
  at: Date,
  until: 'the list says otherwise' | 'dearest from then on' = 'the list says otherwise',
): Price | undefined {
  const found = provider.models.find(({ match }) => isNamed(match, plainName(model)));
  const inForce = found === undefined ? [] : pricesInForce(found, at);
  const announced = found === undefined || until === 'the list says otherwise' ? [] : pricesAnnounced(found, at);
  const listed = [...inForce, ...announced];
  // A model without one of the two prices is not a chat model, or it is free for now.
  if (listed.length === 0 || listed.some((one) => one.input_mtok === undefined || one.output_mtok === undefined))
    return;
  const starts = listed.flatMap((one) =>
    Object.values(one).flatMap((value) => tiersOf(value).map(({ start }) => start)),
  );
  // A tier begins above its start.
  const lengths = [...new Set(starts)].map((start) => start + 1).sort((one, other) => one - other);
  const perThousand = Math.max(...listed.map((one) => rate(one, ['requests_kcount'], 0) ?? 0));
  return {
    ...tokenPrices(listed, 0),
    ...(perThousand > 0 && { usdPerRequest: perThousand / 1000 }),
    ...(lengths.length > 0 && {
      tiers: lengths.map((fromInputTokens) => ({ fromInputTokens, ...tokenPrices(listed, fromInputTokens) })),
    }),
  };
}

/** Names in the list that begin like `model`, the most similar first. */
export function similarModels({ models }: Provider, model: string): string[] {
  const shared = (id: string): number => {
    const end = [...id].findIndex((letter, index) => letter !== model[index]);
    return end < 0 ? id.length : end;
  };
  return models
    .map(({ id }) => id)
    .filter((id) => shared(id) > Math.max(5, model.length / 2))
    .sort((one, other) => shared(other) - shared(one))
    .slice(0, 3);
}

/**
 * Whether an entry of the list is for this very model. The package's own matching takes claude-sonnet-5-5 for a claude-sonnet-5, but
 * a budget that counts with the price of a similar model would not hold.
 */
function isNamed(match: MatchLogic, model: string): boolean {
  if ('or' in match) return match.or.some((one) => isNamed(one, model));
  if ('and' in match) return match.and.every((one) => isNamed(one, model) || isNotExcluded(one, model));
  if ('regex' in match) return /^\^(?!\(\?!).*\$$/.test(match.regex) && new RegExp(match.regex).test(model);
  if ('equals' in match) return model === match.equals.toLowerCase();
  if ('contains' in match) return model === match.contains.toLowerCase();
  if ('ends_with' in match) return model === match.ends_with.toLowerCase();
  const start = match.starts_with.toLowerCase();
  return model.startsWith(start) && EDITION.test(model.slice(start.length));
}

/** The list excludes audio models with a negative lookahead. */
const isNotExcluded = (match: MatchLogic, model: string): boolean =>
  'regex' in match && match.regex.startsWith('^(?!') && new RegExp(match.regex).test(model);

/** The prices in force at a time. Later entries win, but an entry for a time of day leaves the earlier ones in force at other times. */
function pricesInForce({ prices }: ModelInfo, at: Date): ModelPrice[] {
  if (!Array.isArray(prices)) return [prices];
  const inForce: ModelPrice[] = [];
  for (const { constraint, prices: listed } of prices.toReversed()) {
    if (constraint?.type === 'start_date' && at < new Date(constraint.start_date)) continue;
    inForce.push(listed);
    if (constraint?.type !== 'time_of_date') return inForce;
  }
  return inForce;
}

function pricesAnnounced({ prices }: ModelInfo, at: Date): ModelPrice[] {
  if (!Array.isArray(prices)) return [];
  return prices.flatMap(({ constraint, prices: listed }) =>
    constraint?.type === 'start_date' && at < new Date(constraint.start_date) ? [listed] : [],
  );
}

/** The highest price of each kind of token. A usage counts pictures among its tokens. Sound is never sent (docs/parameters.md). */
function tokenPrices(listed: readonly ModelPrice[], inputTokens: number): TokenPrices {
  const each = listed.map((one) => {
    const input = rate(one, ['input_mtok', 'input_image_mtok'], inputTokens) ?? 0;
    const output = rate(one, ['output_mtok', 'output_image_mtok'], inputTokens) ?? 0;
    return {
      input,
      output,
      cachedInput: rate(one, ['cache_read_mtok', 'cache_image_read_mtok'], inputTokens) ?? input,
      // The price of a cache that is kept for minutes. An hour costs more, but Carryon never asks for it.
      cacheWrite: rate(one, ['cache_write_mtok'], inputTokens) ?? input,
      reasoning: rate(one, ['output_reasoning_mtok'], inputTokens) ?? output,
    };
  });
  const most = (kind: keyof TokenPrices) => Math.max(...each.map((one) => one[kind]));
  return {
    input: most('input'),
    output: most('output'),
    cachedInput: most('cachedInput'),
    cacheWrite: most('cacheWrite'),
    ...(listed.some((one) => one.output_reasoning_mtok !== undefined) && { reasoning: most('reasoning') }),
  };
}

/** The highest of these prices at this number of input tokens; undefined if the list has none of them. */
function rate(listed: ModelPrice, names: readonly string[], inputTokens: number): number | undefined {
  const rates = names.flatMap((name) => {
    const value = listed[name];
    if (value === undefined) return [];
    const base = typeof value === 'number' ? value : value.base;
    return tiersOf(value).findLast(({ start }) => inputTokens > start)?.price ?? base;
  });
  return rates.length === 0 ? undefined : Math.max(...rates);
}

const tiersOf = (value: number | TieredPrices | undefined) =>
  typeof value === 'object' ? value.tiers.toSorted((one, other) => one.start - other.start) : [];
