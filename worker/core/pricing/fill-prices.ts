import type { PriceRow } from '../config/config.ts';
import type { CheckedConfig } from '../config/schema.ts';
import { billsEachRequest } from './fee-per-request.ts';

/** A deployment that names a provider's model, and no price of its own. */
export interface Unpriced {
  path: (string | number)[];
  provider: string;
  model: string;
}

/** What the price table has to know; after `fillPrices`, what it does not. Slots bring their prices along. */
export function unpriced(config: CheckedConfig): Unpriced[] {
  return Object.entries(config.aliases).flatMap(([name, { deployments }]) =>
    deployments.flatMap(({ provider, model, price }, index) =>
      provider === undefined || model === undefined || price !== undefined
        ? []
        : [{ path: ['aliases', name, 'deployments', index], provider, model }],
    ),
  );
}

/** Deployments whose model bills each request, and whose price does not say how much (fee-per-request.ts). */
export function withoutFee(config: CheckedConfig): Unpriced[] {
  return Object.entries(config.aliases).flatMap(([name, { deployments }]) =>
    deployments.flatMap(({ provider = '', model = '', price }, index) =>
      price === undefined || price.usdPerRequest !== undefined || !billsEachRequest(model)
        ? []
        : [{ path: ['aliases', name, 'deployments', index], provider, model }],
    ),
  );
}

/** The config with the table's prices where it has none of its own. */
export function fillPrices(config: CheckedConfig, rows: readonly PriceRow[]): CheckedConfig {
  const priceOf = (provider: string | undefined, model: string | undefined) => {
    const listed = rows.find((row) => row.provider === provider && row.model === model)?.price;
    // The list's prices are whole: where it has no tiers, long requests cost no more.
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
