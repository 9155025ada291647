import type { ConfigProblem } from '../../worker/core/config/check.ts';
import type { Preset } from '../../worker/core/config/config.ts';
import type { Unpriced } from '../../worker/core/pricing/fill-prices.ts';
import { listOf } from './list.ts';
import { similarModels } from './listed-price.ts';

/** The problem of a model that the price list does not have, with the line to write. */
export async function noPrice(
  { path, provider, model }: Unpriced,
  presets: Readonly<Record<string, Preset>>,
): Promise<ConfigProblem> {
  const name = presets[provider]?.pricesFrom;
  const list = name === undefined ? undefined : await listOf(name);
  const similar = list === undefined ? [] : similarModels(list, model);
  const others = similar.length > 0 ? ` (but ${similar.map((id) => `"${id}"`).join(', ')})` : '';
  const why =
    list === undefined
      ? `there is no price list for ${provider}`
      : `the price list of ${provider} has no "${model}"${others}`;
  const source = list?.pricing_urls?.[0] ?? "the provider's own page";
  const line = `price: { input: …, output: … }, // USD per million tokens, from ${source}`;
  return { path: [...path, 'price'], message: `is missing, and ${why}; add the line\n    ${line}` };
}

/** The problem of a model that bills a search with each request, which no usage reports, with the price to write. */
export const noFee = ({ path, model }: Unpriced): ConfigProblem => ({
  path: [...path, 'price'],
  message:
    `needs usdPerRequest, because "${model}" bills a search with each request; write the whole price\n` +
    '    price: { input: …, output: …, usdPerRequest: … }, // USD per million tokens, and per request; 0 if it is free',
});
