import type { PriceRow } from '../config/config.ts';
import type { CheckedConfig } from '../config/schema.ts';

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

/** The config with the table's prices where it has none of its own. */
export function fillPrices(config: CheckedConfig, rows: readonly PriceRow[]): CheckedConfig {
  const priceOf = (provider: string | undefined, model: string | undefined) =>
    rows.find((row) => row.provider === provider && row.model === model)?.price;
  const aliases = Object.entries(config.aliases).map(([name, alias]) => {
    const deployments = alias.deployments.map((one) => ({
      ...one,
      price: one.price ?? priceOf(one.provider, one.model),
    }));
    return [name, { ...alias, deployments }] as const;
  });
  return { ...config, aliases: Object.fromEntries(aliases) };
}
