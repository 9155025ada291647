/** Checks carryon.config.ts and names, for every mistake, the line, what is wrong and what would be right. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ConfigProblem, checkConfig, problemText } from '../worker/core/config/check.ts';
import type { PriceRow } from '../worker/core/config/config.ts';
import type { CheckedConfig } from '../worker/core/config/schema.ts';
import { fillPrices, unpriced, withoutFee } from '../worker/core/pricing/fill-prices.ts';
import { PRESETS } from '../worker/providers/presets.ts';
import { configError } from './config-error.ts';
import { lineOf } from './config-line.ts';
import { noFee, noPrice } from './prices/no-price.ts';
import { priceRows } from './prices/table.ts';
import { projectDirectory } from './project.ts';

export type ReadConfig = { config: CheckedConfig; prices: PriceRow[]; problems?: never } | { problems: string[] };

/** The config with every price filled in and the rows of the price table that it needs; or its mistakes, one text each. */
export async function readConfig(path: string): Promise<ReadConfig> {
  let input: unknown;
  try {
    // Its own address each time, so that a corrected file is read again.
    const loaded: { default?: unknown } = await import(`${pathToFileURL(path).href}?at=${Date.now()}`);
    input = loaded.default;
  } catch (error) {
    if (!existsSync(path)) return { problems: [`carryon.config.ts is not there: ${path}`] };
    const { line, what } = configError(readFileSync(path, 'utf8'), path, error);
    return { problems: [`carryon.config.ts${line === undefined ? '' : `:${line}`} ${what}`] };
  }
  if (input === undefined)
    return { problems: ['carryon.config.ts has no default export; write: export default defineConfig({ … })'] };
  const check = checkConfig(input, PRESETS);
  const lines = (problems: readonly ConfigProblem[]) => {
    const source = readFileSync(path, 'utf8');
    return problems.map((one) => `carryon.config.ts:${lineOf(source, one.path)} ${problemText(one)}`);
  };
  if (!check.ok) return { problems: lines(check.problems) };
  const prices = await priceRows(unpriced(check.config), PRESETS);
  const config = fillPrices(check.config, prices);
  const without = unpriced(config);
  if (without.length > 0) return { problems: lines(await Promise.all(without.map((one) => noPrice(one, PRESETS)))) };
  const fees = withoutFee(config);
  if (fees.length > 0) return { problems: lines(fees.map(noFee)) };
  return { config, prices };
}

if (import.meta.main) {
  const { problems = [] } = await readConfig(process.argv[2] ?? join(projectDirectory, 'carryon.config.ts'));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
}
