/**
 * What carryon.config.ts says, checked and with prices. A built Worker has the value alone in place of this file
 * (cli/workerd/config-as-data.ts): the build has run it, so neither the schemas nor the price table are in the bundle.
 */
import configInput from '../carryon.config.ts';
import { checkConfig, problemText } from './core/config/check.ts';
import type { CheckedConfig } from './core/config/schema.ts';
import { fillPrices } from './core/pricing/fill-prices.ts';
import { PRICE_TABLE } from './core/pricing/price-table.ts';
import { PRESETS } from './providers/presets.ts';

const check = checkConfig(configInput, PRESETS);
// `npm run build` says the same with lines, and what else is wrong (cli/check-config.ts).
if (!check.ok) throw new Error(`carryon.config.ts: ${check.error.map(problemText).join('; ')}`);

export const CHECKED_CONFIG: CheckedConfig = fillPrices(check.value, PRICE_TABLE);
