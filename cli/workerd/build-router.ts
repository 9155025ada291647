import { join } from 'node:path';
import type { CheckedConfig } from '../../worker/core/config/schema.ts';
import { type BuiltFile, buildAssets } from '../assets/build-assets.ts';
import { readConfig, warningLine } from '../check-config.ts';
import { writeOpenApi } from '../openapi/write.ts';
import { writeKnownPrices, writePriceTable } from '../prices/table.ts';
import { builtScriptPath, projectDirectory, wranglerConfigPath } from '../project.ts';
import { type BuiltWorker, buildWorker } from './build.ts';
import { coarseRateProblem } from './coarse-rate.ts';
import { readWranglerConfig, type WranglerConfig } from './wrangler-config.ts';

export interface BuiltRouter {
  config: CheckedConfig;
  built: BuiltWorker;
  /** Where the static files are; undefined where wrangler.toml has no `[assets]`. */
  assetsDirectory: string | undefined;
  /** The scripts for browsers among them. */
  browserScripts: BuiltFile[];
  wrangler: WranglerConfig;
  /** What in the config works and may surprise, a line each. */
  warnings: string[];
}

/** The router's own Worker and its static files, built to where `npm run serve` finds them; a wrong configuration stops it here, by line. */
export async function buildRouter(): Promise<BuiltRouter> {
  const read = await readConfig(join(projectDirectory, 'carryon.config.ts'));
  if (read.problems !== undefined) throw new Error(read.problems.join('\n'));
  await writePriceTable(read.prices);
  await writeKnownPrices();
  await writeOpenApi();
  const wrangler = readWranglerConfig(wranglerConfigPath);
  const problem = coarseRateProblem(wranglerConfigPath, read.config.router.publishableRate);
  if (problem !== undefined) throw new Error(problem);
  const built = await buildWorker(join(projectDirectory, wrangler.main), builtScriptPath);
  const assetsDirectory = wrangler.assets && join(projectDirectory, wrangler.assets.directory);
  const browserScripts =
    assetsDirectory === undefined ? [] : await buildAssets(assetsDirectory, { connectTo: tokenOrigins(read.config) });
  return {
    config: read.config,
    built,
    assetsDirectory,
    browserScripts,
    wrangler,
    warnings: read.warnings.map(warningLine),
  };
}

/** Where the demo's page gets its people's tokens, if not from the router itself. */
export function tokenOrigins({ demo }: CheckedConfig): string[] {
  if (demo.signIn !== 'token') return [];
  const url = URL.parse(demo.tokenUrl);
  // The Worker's own check is a pattern; here is the parser that the pattern stands for.
  if (url === null) throw new Error('carryon.config.ts demo.tokenUrl: must be a URL, and cannot be read as one');
  return [url.origin];
}
