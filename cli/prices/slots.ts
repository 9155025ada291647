import type { Price } from '../../worker/core/config/config.ts';
import type { CheckedConfig } from '../../worker/core/config/schema.ts';
import { slotsIn } from '../check-variables.ts';
import type { Variables } from '../environment.ts';
import { listAt, PRICE_LIST } from './list.ts';
import { listedPrice } from './listed-price.ts';

/** The slots' prices that the list knows, for the Worker's `NAME_PRICE`. Where anything is set of a price, all of it is yours. */
export async function knownSlotPrices(
  config: CheckedConfig,
  variables: Variables,
  at = new Date(),
): Promise<Variables> {
  const known: Variables = {};
  for (const slot of slotsIn(config)) {
    const [apiBase, model] = [variables[`${slot}_API_BASE`], variables[`${slot}_MODEL`]];
    const isOwn = Object.keys(variables).some((name) => name === `${slot}_PRICE` || name.startsWith(`${slot}_PRICE_`));
    if (apiBase === undefined || model === undefined || isOwn) continue;
    const list = await listAt(apiBase);
    const price = list && listedPrice(list, model, at);
    // Whole: where the list has no tiers there are none.
    if (price) known[`${slot}_PRICE`] = JSON.stringify({ tiers: [], ...price });
  }
  return known;
}

/** A line for each, so that nobody is surprised by what is counted. */
export function knownSlotLines(known: Variables): string[] {
  return Object.entries(known).map(([name, price]) => {
    const { input, output } = JSON.parse(price) as Price;
    const slot = name.replace(/_PRICE$/, '');
    return `${slot} is counted at ${input} USD per million tokens in and ${output} out, the list price of ${PRICE_LIST.publishedAt}`;
  });
}
