import { join } from 'node:path';
import type { CheckedConfig } from '../../worker/core/config/schema.ts';
import { type BuiltAssets, buildAssets } from '../assets/build-assets.ts';
import { readConfig, warningLine } from '../check-config.ts';
import { writeKnownPrices, writePriceTable } from '../prices/table.ts';
import { builtScriptPath, projectDirectory, workerEntryPath, wranglerConfigPath } from '../project.ts';
import { type BuiltWorker, buildWorker } from './build.ts';
import { coarseRateProblem } from './coarse-rate.ts';
import { readWranglerConfig, type WranglerConfig } from './wrangler-config.ts';

export interface BuiltRouter {
  config: CheckedConfig;
  built: BuiltWorker;
  /** The directory of static files; undefined if wrangler.toml has no `[assets]`. */
  assetsDirectory: string | undefined;
  /** The sizes of the scripts and pages among the static files. */
  assets: BuiltAssets;
  wrangler: WranglerConfig;
  /** Warnings about the config, one per line. */
  warnings: string[];
}

/** Builds the router's Worker and its static files. A mistake in the configuration is an error that names its line. */
export async function buildRouter(): Promise<BuiltRouter> {
  const read = await readConfig(join(projectDirectory, 'carryon.config.ts'));
  if (!read.ok) throw new Error(read.error.join('\n'));
  const { config, prices, warnings } = read.value;
  await writePriceTable(prices);
  await writeKnownPrices();
  const wrangler = readWranglerConfig(wranglerConfigPath);
  const problem = coarseRateProblem(wranglerConfigPath, config.router.publishableRate);
  if (problem !== undefined) throw new Error(problem);
  const built = await buildWorker(workerEntryPath, builtScriptPath);
  const assetsDirectory = wrangler.assets && join(projectDirectory, wrangler.assets.directory);
  const assets =
    assetsDirectory === undefined
      ? { scripts: [], pages: [] }
      : await buildAssets(assetsDirectory, { connectTo: tokenOrigins(config) });
  return {
    config,
    built,
    assetsDirectory,
    assets,
    wrangler,
    warnings: warnings.map(warningLine),
  };
}

/** The origin of the demo's token server, if its tokens do not come from the router itself. */
export function tokenOrigins({ demo }: CheckedConfig): string[] {
  if (demo.signIn !== 'token') return [];
  const url = URL.parse(demo.tokenUrl);
  // The Worker checks with a pattern. The CLI has the real parser.
  if (url === null) throw new Error('carryon.config.ts demo.tokenUrl: must be a URL, and cannot be read as one');
  return [url.origin];
}
