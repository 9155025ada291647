/** Checks carryon.config.ts. For every mistake it names the line, what is wrong and what would be right. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ok, type Result, refused } from '../protocol/result.ts';
import { unreachableCaps } from '../worker/core/admission/unreachable-caps.ts';
import { type ConfigProblem, checkConfig, problemText } from '../worker/core/config/check.ts';
import type { PriceRow } from '../worker/core/config/config.ts';
import type { Contradiction } from '../worker/core/config/contradiction.ts';
import { contradictions } from '../worker/core/config/contradictions.ts';
import { resolveConfig } from '../worker/core/config/resolve.ts';
import type { CheckedConfig } from '../worker/core/config/schema.ts';
import { fillPrices, unpriced, withoutFee } from '../worker/core/pricing/fill-prices.ts';
import { PRESETS } from '../worker/providers/presets.ts';
import { configError } from './config-error.ts';
import { lineOf } from './config-line.ts';
import type { Variables } from './environment.ts';
import { noFee, noPrice } from './prices/no-price.ts';
import { priceRows } from './prices/table.ts';
import { projectDirectory } from './project.ts';

export interface ReadConfig {
  /** The config with every price filled in. */
  config: CheckedConfig;
  /** The rows of the price table that the config needs. */
  prices: PriceRow[];
  /** Warnings about what may surprise, one string each. */
  warnings: string[];
}

/** Reads the config. Returns its mistakes, one string each, if there are any. */
export async function readConfig(path: string): Promise<Result<ReadConfig, string[]>> {
  let input: unknown;
  try {
    // A new URL each time, so that a corrected file is read again.
    const loaded: { default?: unknown } = await import(`${pathToFileURL(path).href}?at=${Date.now()}`);
    input = loaded.default;
  } catch (error) {
    if (!existsSync(path)) return refused([`carryon.config.ts is missing: ${path}`]);
    const { line, what } = configError(readFileSync(path, 'utf8'), path, error);
    return refused([`carryon.config.ts${line === undefined ? '' : `:${line}`} ${what}`]);
  }
  if (input === undefined)
    return refused(['carryon.config.ts has no default export; write: export default defineConfig({ … })']);
  const check = checkConfig(input, PRESETS);
  const source = readFileSync(path, 'utf8');
  const lines = (problems: readonly ConfigProblem[]) => problems.map((one) => lineText(source, one));
  const environment = environmentProblems(source);
  if (!check.ok) return refused([...lines(check.error), ...environment]);
  if (environment.length > 0) return refused(environment);
  const prices = await priceRows(unpriced(check.value), PRESETS);
  const config = fillPrices(check.value, prices);
  const without = unpriced(config);
  if (without.length > 0) return refused(lines(await Promise.all(without.map((one) => noPrice(one, PRESETS)))));
  const fees = withoutFee(config);
  if (fees.length > 0) return refused(lines(fees.map(noFee)));
  const found = [...contradictions(config, input, PRESETS), ...capContradictions(config, {})];
  const errors = found.filter(({ isError }) => isError);
  if (errors.length > 0) return refused(lines(errors));
  return ok({ config, prices, warnings: lines(found) });
}

/** A warning in the form that the build and each start print. */
export const warningLine = (text: string): string => `warning: ${text}`;

const lineText = (source: string, problem: ConfigProblem): string =>
  `carryon.config.ts:${lineOf(source, problem.path)} ${problemText(problem)}`;

/** The caps that no request can meet, or only one with `max_tokens`, at the prices in config and these variables. */
export function capContradictions(config: CheckedConfig, variables: Variables): Contradiction[] {
  const { config: resolved, missing } = resolveConfig(config, variables, PRESETS);
  const unpriced = Object.values(config.aliases).flatMap(({ deployments }) =>
    deployments.flatMap(({ id, fromEnvironment, price }) => {
      const isMissing = missing.some(({ name }) => name.startsWith(`${fromEnvironment}_`) && !name.endsWith('_KEY'));
      return fromEnvironment !== undefined && price === undefined && isMissing ? [id] : [];
    }),
  );
  return unreachableCaps(config, resolved, new Set(unpriced));
}

/** Mistakes with `process.env`. The build runs the config and bundles its value, so a secret would be written into the script. */
function environmentProblems(source: string): string[] {
  return source.split('\n').flatMap((line, index) => {
    if (!/^(?!\s*(?:\/\/|\*|\/\*)).*\bprocess\.env\b/.test(line)) return [];
    const instead = 'write the value itself, or fromEnvironment: "PROVIDER_A" for a deployment (PROVIDER_A_MODEL …)';
    return [`carryon.config.ts:${index + 1} process.env does not exist when the Worker runs; ${instead}`];
  });
}

if (import.meta.main) {
  const read = await readConfig(process.argv[2] ?? join(projectDirectory, 'carryon.config.ts'));
  for (const line of read.ok ? read.value.warnings.map(warningLine) : read.error) console.error(line);
  if (!read.ok) process.exit(1);
}
