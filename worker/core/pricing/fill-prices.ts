import type { PriceRow } from '../config/config.ts';
import type { CheckedConfig } from '../config/schema.ts';
import { billsEachRequest } from './fee-per-request.ts';

/** A deployment that names a provider's model and no price. */
export interface Unpriced {
  path: (string | number)[];
  provider: string;
  model: string;
}

/**
 * Deployments whose price must come from the price table. After `fillPrices`, they are those that the table does not know. Slots
 * have prices of their own.
 */
export function unpriced(config: CheckedConfig): Unpriced[] {
  return Object.entries(config.aliases).flatMap(([name, { deployments }]) =>
    deployments.flatMap(({ provider, model, price }, index) =>
      provider === undefined || model === undefined || price !== undefined
        ? []
        : [{ path: ['aliases', name, 'deployments', index], provider, model }],
    ),
  );
}

/** Deployments whose model bills each request (fee-per-request.ts) and whose price does not say how much. */
export function withoutFee(config: CheckedConfig): Unpriced[] {
  return Object.entries(config.aliases).flatMap(([name, { deployments }]) =>
    deployments.flatMap(({ provider = '', model = '', price }, index) =>
      price === undefined || price.usdPerRequest !== undefined || !billsEachRequest(model)
        ? []
        : [{ path: ['aliases', name, 'deployments', index], provider, model }],
    ),
  );
}

/** The config, with the table's price for each deployment that has none. */
export function fillPrices(config: CheckedConfig, rows: readonly PriceRow[]): CheckedConfig {
  const priceOf = (provider: string | undefined, model: string | undefined) => {
    const listed = rows.find((row) => row.provider === provider && row.model === model)?.price;
    // The list's prices are complete: without tiers, long requests cost no more.
    return listed && { tiers: [], ...listed };
  };
  const aliases = Object.entries(config.aliases).map(([name, alias]) => {
    const deployments = alias.deployments.map((one) => ({
      ...one,
      price: one.price ?? priceOf(one.provider, one.model),
    }));
    return [name, { ...alias, deployments }] as const;
  });
  return { ...config, aliases: Object.fromEntries(aliases) };
}
