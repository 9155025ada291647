/** Writes worker/core/pricing/price-table.ts, the price list's rows for the models that config names, and known-prices.ts. */
import { join } from 'node:path';
import type { Preset, PriceRow } from '../../worker/core/config/config.ts';
import type { Unpriced } from '../../worker/core/pricing/fill-prices.ts';
import { projectDirectory } from '../project.ts';
import { replaceChanged } from '../replace-file.ts';
import { knownPricesSource } from './known.ts';
import { listOf, PRICE_LIST } from './list.ts';
import { listedPrice } from './listed-price.ts';
import { printPriceTable } from './print-table.ts';

type Presets = Readonly<Record<string, Preset>>;

export const priceTablePath = join(projectDirectory, 'worker/core/pricing/price-table.ts');

/** The list's rows for these models, sorted and without repeats. */
export async function priceRows(models: readonly Unpriced[], presets: Presets, at = new Date()): Promise<PriceRow[]> {
  const rows = new Map<string, PriceRow>();
  for (const { provider, model } of models) {
    const list = presets[provider]?.pricesFrom;
    const listed = list === undefined ? undefined : await listOf(list);
    const price = listed && listedPrice(listed, model, at);
    if (price) rows.set(`${provider} ${model}`, { provider, model, checkedAt: PRICE_LIST.publishedAt, price });
  }
  return [...rows.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

export const writePriceTable = (rows: readonly PriceRow[], path = priceTablePath): Promise<void> =>
  replaceChanged(path, printPriceTable(rows));

export const knownPricesPath = join(projectDirectory, 'worker/core/pricing/known-prices.ts');

export const writeKnownPrices = async (path = knownPricesPath): Promise<void> =>
  replaceChanged(path, await knownPricesSource());
