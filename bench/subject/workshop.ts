import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuiltFile, buildAssets } from '../../cli/assets/build-assets.ts';
import { type BuiltWorker, buildWorker } from '../../cli/workerd/build.ts';
import { readWranglerConfig, type WranglerConfig } from '../../cli/workerd/wrangler-config.ts';
import type { WorkerName } from './subject.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const RESULTS = join(ROOT, 'bench', 'results');
/** The directory of temporary files, which git ignores. */
export const TEMPORARY = join(RESULTS, 'tmp');
/** Linux' file system in memory. */
const ENTRY = 'worker/index.ts';
const IN_MEMORY = '/dev/shm';
const STATES_NAME = 'carryon-bench-';

export type StateIn = 'memory' | 'disk';

/** The Worker of another checkout, to be measured in the same slots. */
export interface Against {
  directory: string;
  commit: string;
  built: BuiltWorker;
  /** The checkout's own wrangler config, because its bindings and objects may differ. */
  wrangler: WranglerConfig;
}

/** What subjects are made from: all Workers, built by the same function, and the bindings and flags of `wrangler.toml`. */
export interface Workshop extends Record<WorkerName, BuiltWorker> {
  wrangler: WranglerConfig;
  against: Against | undefined;
  /** The directory of static files. `browserScripts` has the sizes of the scripts among them. */
  assetsDirectory: string;
  browserScripts: BuiltFile[];
  upstreamPort: number;
  /** The directory of this run's builds, because two runs may be under way at once. */
  directory: string;
  /** The subjects' state. */
  stateDirectory: string;
  /** The Worker behind the Cache API. If undefined, it is the simulator on disk that `npm run serve` uses. */
  cacheScriptPath: string | undefined;
}

/** State is kept in memory by default. On disk every write of an object would wait for an fsync, which measures how busy this machine's
 * disk is. No object on Cloudflare's network waits for that. */
export const usualState = (): StateIn => (existsSync(IN_MEMORY) ? 'memory' : 'disk');

export interface WorkshopOptions {
  stateIn?: StateIn;
  /** Another checkout of this project, with its dependencies installed. */
  againstDirectory?: string | undefined;
}

export async function openWorkshop(
  upstreamPort: number,
  { stateIn = usualState(), againstDirectory }: WorkshopOptions = {},
): Promise<Workshop> {
  const directory = join(TEMPORARY, String(process.pid));
  mkdirSync(directory, { recursive: true });
  sweep(TEMPORARY, '');
  if (existsSync(IN_MEMORY)) sweep(IN_MEMORY, STATES_NAME);
  const wrangler = readWranglerConfig(join(ROOT, 'wrangler.toml'));
  const build = (entry: string, name: string) => buildWorker(join(ROOT, entry), join(directory, name, 'worker.js'));
  const assetsDirectory = join(directory, 'assets');
  return {
    wrangler,
    assetsDirectory,
    browserScripts: (await buildAssets(assetsDirectory)).scripts,
    carryon: await build(ENTRY, 'carryon'),
    withoutLedger: await build('bench/without-ledger/entry.mjs', 'withoutLedger'),
    withoutRecords: await build('bench/without-records/entry.mjs', 'withoutRecords'),
    bare: await build('bench/reference/bare.ts', 'bare'),
    least: await build('bench/reference/least.ts', 'least'),
    gatewayFloor: await build('bench/reference/gateway-floor.ts', 'gatewayFloor'),
    streamFloor: await build('bench/reference/stream-floor.ts', 'streamFloor'),
    against: againstDirectory === undefined ? undefined : await buildAgainst(againstDirectory, directory),
    cacheScriptPath:
      stateIn === 'memory' ? (await build('bench/cache/memory-cache.ts', 'cache')).scriptPath : undefined,
    upstreamPort,
    directory,
    stateDirectory: stateIn === 'memory' ? join(IN_MEMORY, `${STATES_NAME}${process.pid}`) : join(directory, 'states'),
  };
}

export function closeWorkshop({ directory, stateDirectory }: Workshop): void {
  for (const made of [directory, stateDirectory]) rmSync(made, { recursive: true, force: true });
}

async function buildAgainst(given: string, buildDirectory: string): Promise<Against> {
  const directory = resolve(given);
  const wranglerPath = join(directory, 'wrangler.toml');
  if (!existsSync(wranglerPath)) throw new Error(`--against=${given}: no wrangler.toml there; name another checkout`);
  const wrangler = readWranglerConfig(wranglerPath);
  const built = await buildWorker(join(directory, ENTRY), join(buildDirectory, 'against', 'worker.js'));
  return { directory, commit: commitOf(directory) ?? basename(directory), built, wrangler };
}

/** The checkout's commit, with `-dirty` if files have changed since; undefined without git. */
export function commitOf(directory: string): string | undefined {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** Deletes what interrupted runs have left behind. A directory's name ends with the process id of its run. */
function sweep(place: string, prefix: string): void {
  for (const name of readdirSync(place)) {
    const processId = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (/^\d+$/.test(processId) && !isRunning(Number(processId))) {
      rmSync(join(place, name), { recursive: true, force: true });
    }
  }
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
