import { join } from 'node:path';
import type { CheckedConfig } from '../../worker/core/config/schema.ts';
import { readConfig, warningLine } from '../check-config.ts';
import { writeKnownPrices, writePriceTable } from '../prices/table.ts';
import { builtScriptPath, projectDirectory, wranglerConfigPath } from '../project.ts';
import { type BuiltWorker, buildWorker } from './build.ts';
import { readWranglerConfig, type WranglerConfig } from './wrangler-config.ts';

export interface BuiltRouter {
  config: CheckedConfig;
  built: BuiltWorker;
  wrangler: WranglerConfig;
  /** What in the config works and may surprise, a line each. */
  warnings: string[];
}

/** The router's own Worker, built to where `npm run serve` finds it; a wrong configuration stops it here, by line. */
export async function buildRouter(): Promise<BuiltRouter> {
  const read = await readConfig(join(projectDirectory, 'carryon.config.ts'));
  if (read.problems !== undefined) throw new Error(read.problems.join('\n'));
  await writePriceTable(read.prices);
  await writeKnownPrices();
  const wrangler = readWranglerConfig(wranglerConfigPath);
  const built = await buildWorker(join(projectDirectory, wrangler.main), builtScriptPath);
  return { config: read.config, built, wrangler, warnings: read.warnings.map(warningLine) };
}
