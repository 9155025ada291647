/**
 * The value of carryon.config.ts, checked and with prices. The build runs this file and puts only the value into the bundle
 * (cli/workerd/config-as-data.ts), so a built Worker has neither the schemas nor the price table.
 */
import configInput from '../carryon.config.ts';
import { checkConfig, problemText } from './core/config/check.ts';
import type { CheckedConfig } from './core/config/schema.ts';
import { fillPrices } from './core/pricing/fill-prices.ts';
import { PRICE_TABLE } from './core/pricing/price-table.ts';
import { PRESETS } from './providers/presets.ts';

const check = checkConfig(configInput, PRESETS);
// `npm run build` reports the same problems with line numbers, and others too (cli/check-config.ts).
if (!check.ok) throw new Error(`carryon.config.ts: ${check.error.map(problemText).join('; ')}`);

export const CHECKED_CONFIG: CheckedConfig = fillPrices(check.value, PRICE_TABLE);
