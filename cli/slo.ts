/** `npm run slo -- prometheus`: the promises of carryon.config.ts as files for Prometheus, Alertmanager, Grafana and sloth. */
import { mkdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { resolveConfig } from '../worker/core/config/resolve.ts';
import { PRESETS } from '../worker/providers/presets.ts';
import { readConfig, warningLine } from './check-config.ts';
import { readFlags, UsageError } from './flags.ts';
import { projectDirectory } from './project.ts';
import { replaceChanged } from './replace-file.ts';
import { exitWithError } from './shutdown.ts';
import { prometheusFiles } from './slo/prometheus-files.ts';

const USAGE = `npm run slo -- prometheus [--out DIR]   writes rules, a dashboard, a sloth file and examples (to slo/prometheus)

It reads carryon.config.ts and calls nothing. docs/prometheus.md says what to do with the files.`;

try {
  await run(process.argv.slice(2));
} catch (error) {
  exitWithError(error);
}

async function run([command, ...args]: string[]): Promise<void> {
  if (command === 'prometheus') return prometheus(args);
  if (command !== undefined) readFlags([command], {}, USAGE);
  throw new UsageError('Say what to make of the promises: prometheus', USAGE);
}

async function prometheus(args: string[]): Promise<void> {
  const { out } = readFlags(args, { out: { type: 'string' } }, USAGE);
  const read = await readConfig(join(projectDirectory, 'carryon.config.ts'));
  if (read.problems !== undefined) throw new Error(read.problems.join('\n'));
  for (const warning of read.warnings) console.error(warningLine(warning));
  const { config } = resolveConfig(read.config, process.env, PRESETS);
  const directory = resolve(projectDirectory, out ?? 'slo/prometheus');
  await mkdir(directory, { recursive: true });
  for (const [name, text] of prometheusFiles(config)) {
    await replaceChanged(join(directory, name), text);
    console.log(relative(process.cwd(), join(directory, name)));
  }
}
