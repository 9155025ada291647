import { resolveConfig } from '../../worker/core/config/resolve.ts';
import type { CheckedConfig } from '../../worker/core/config/schema.ts';
import { knownPrice } from '../../worker/core/pricing/known-price.ts';
import { PRESETS } from '../../worker/providers/presets.ts';
import { slotsIn } from '../check-variables.ts';
import type { Variables } from '../environment.ts';
import { listAt, PRICE_LIST } from './list.ts';
import { listedPrice } from './listed-price.ts';

/**
 * The prices that the list knows for slots, for the Worker's `NAME_PRICE`. If the operator has set any part of a slot's price, the list
 * adds nothing to it.
 */
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
    // This is a whole price, so without tiers in the list there are none.
    if (price) known[`${slot}_PRICE`] = JSON.stringify({ tiers: [], ...price });
  }
  return known;
}

/** Lines with the price that counts for every slot with a real provider, so that it surprises nobody. `given`: the Worker's variables. */
export function slotPriceLines(config: CheckedConfig, given: Variables, known: Variables): string[] {
  const { config: resolved, missing } = resolveConfig(config, given, PRESETS);
  const deployments = new Map(
    [...resolved.aliases.values()].flatMap((alias) => alias.deployments.map((one) => [one.id, one])),
  );
  const written = Object.values(config.aliases).flatMap((alias) => alias.deployments);
  const said = new Set<string>();
  return written.flatMap(({ id, fromEnvironment: slot, price: own }) => {
    const deployment = deployments.get(id);
    if (slot === undefined || own !== undefined || deployment === undefined || said.has(slot)) return [];
    said.add(slot);
    const { apiBase, model, price } = deployment;
    // The sandbox has its own price, and a slot that is not filled yet has none.
    if (apiBase === '' || model === '' || given[`${slot}_KEY`] === 'sandbox-key') return [];
    if (missing.some(({ name }) => name.startsWith(`${slot}_PRICE`)))
      return [`${slot} has no price, and the list does not know "${model}" there; write ${pasteLine(slot)}`];
    const { input, output, cacheWrite } = price;
    const cost = `${slot} costs ${input} USD per million input tokens and ${output} per million output tokens`;
    const isSaid = Object.keys(given).some((name) => name === `${slot}_PRICE` || name.startsWith(`${slot}_PRICE_`));
    if (known[`${slot}_PRICE`] !== undefined) return [`${cost}, the list price of ${PRICE_LIST.publishedAt}`];
    if (!isSaid) return [`${cost}, a guess: the list does not know "${model}" there; write ${pasteLine(slot)}`];
    const listed = knownPrice(apiBase, model) === undefined ? '' : ' or by the list, whichever is dearer';
    return [`${cost} (${cacheWrite} for input written to a cache), by its variables${listed}`];
  });
}

/** A whole price in the form that `.dev.vars` and `wrangler secret bulk` take. */
const pasteLine = (slot: string): string =>
  `${slot}_PRICE={"input":…,"output":…,"cachedInput":…,"cacheWrite":…}, in USD per million tokens`;
