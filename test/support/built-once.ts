/** Builds that the test files of one run share: each Worker and the static files are built once, by the first file that needs them. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssets } from '../../cli/assets/build-assets.ts';
import { buildWorker } from '../../cli/workerd/build.ts';

/** The variable that names the run's directory. */
const VARIABLE = 'CARRYON_TEST_BUILDS';

interface Run {
  onTestsRerun?(forget: () => Promise<void>): void;
}

/** Runs before the tests of a project. All projects of a run share one directory. A watcher's next run builds again. */
export function setup(run: Run): undefined | (() => Promise<void>) {
  if (process.env[VARIABLE] !== undefined) return undefined;
  const forget = () => rm(process.env[VARIABLE] as string, { recursive: true, force: true });
  const renew = () => {
    process.env[VARIABLE] = mkdtempSync(join(tmpdir(), 'carryon-builds-'));
  };
  renew();
  run.onTestsRerun?.(async () => {
    await forget();
    renew();
  });
  return forget;
}

/** What to use in place of `carryon.config.ts`: a file, or the text of one. */
type Config = { configPath?: string } | { configText: string };

/** The script of a Worker. Outside a test run it is built into `ownDirectory`. */
export async function builtWorker(entryPath: string, ownDirectory: string, config: Config = {}): Promise<string> {
  const what = `worker ${JSON.stringify([entryPath, config])}`;
  const directory = await builtOnce(what, ownDirectory, async (into) => {
    const configPath = 'configText' in config ? join(into, 'config.ts') : config.configPath;
    if (configPath !== undefined && 'configText' in config) await writeFile(configPath, config.configText);
    await buildWorker(entryPath, join(into, 'worker.js'), { ...(configPath && { configPath }) });
  });
  return join(directory, 'worker.js');
}

/** The directory of static files. Outside a test run it is in `ownDirectory`. */
export async function builtAssets(ownDirectory: string): Promise<string> {
  return join(await builtOnce('assets', ownDirectory, (into) => buildAssets(join(into, 'assets'))), 'assets');
}

/** The directory of one build. */
async function builtOnce(
  what: string,
  ownDirectory: string,
  build: (into: string) => Promise<unknown>,
): Promise<string> {
  const shared = process.env[VARIABLE];
  if (shared === undefined) {
    await build(ownDirectory);
    return ownDirectory;
  }
  const directory = join(shared, createHash('sha256').update(what).digest('hex').slice(0, 16));
  if (existsSync(directory)) return directory;
  const into = await mkdtemp(join(shared, 'building-'));
  await build(into);
  // Another test file may have been faster. Its build is the same.
  await rename(into, directory).catch((error) => {
    if (!existsSync(directory)) throw error;
  });
  return directory;
}
