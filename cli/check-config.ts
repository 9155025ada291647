/** Checks carryon.config.ts and names, for every mistake, the line, what is wrong and what would be right. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ConfigProblem, checkConfig, problemText } from '../worker/core/config/check.ts';
import type { CheckedConfig } from '../worker/core/config/schema.ts';
import { PRESETS } from '../worker/providers/presets.ts';
import { configError } from './config-error.ts';
import { lineOf } from './config-line.ts';
import { projectDirectory } from './project.ts';

export type ReadConfig = { config: CheckedConfig; problems?: never } | { problems: string[] };

/** The config, or its mistakes, one text each. */
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
  if (check.ok) return { config: check.config };
  const source = readFileSync(path, 'utf8');
  const line = (path: ConfigProblem['path']) => `carryon.config.ts:${lineOf(source, path)}`;
  return { problems: check.problems.map((problem) => `${line(problem.path)} ${problemText(problem)}`) };
}

if (import.meta.main) {
  const { problems = [] } = await readConfig(process.argv[2] ?? join(projectDirectory, 'carryon.config.ts'));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
}
