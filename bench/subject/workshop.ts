import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuiltFile, buildAssets } from '../../cli/assets/build-assets.ts';
import { type BuiltWorker, buildWorker } from '../../cli/workerd/build.ts';
import { readWranglerConfig, type WranglerConfig } from '../../cli/workerd/wrangler-config.ts';
import type { WorkerName } from './subject.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const RESULTS = join(ROOT, 'bench', 'results');
/** Not in git. */
export const TEMPORARY = join(RESULTS, 'tmp');
/** Linux' file system in memory. */
const IN_MEMORY = '/dev/shm';
const STATES_NAME = 'carryon-bench-';

export type StateIn = 'memory' | 'disk';

/** What subjects are made of: all Workers built by the same function, the bindings and flags of `wrangler.toml`. */
export interface Workshop extends Record<WorkerName, BuiltWorker> {
  wrangler: WranglerConfig;
  /** Static files, and the sizes of the scripts among them. */
  assetsDirectory: string;
  browserScripts: BuiltFile[];
  upstreamPort: number;
  /** Builds of this run; two runs may go on at once. */
  directory: string;
  /** What the subjects store. */
  stateDirectory: string;
  /** Behind the Cache API; undefined: on disk, as `npm run serve` has it. */
  cacheScriptPath: string | undefined;
}

/** Where state goes unless the disk is asked for: an object's every write waits for the disk's own confirmation, which on a
 * shared disk says how busy that is, and no object on Cloudflare's network waits for this one. */
export const usualState = (): StateIn => (existsSync(IN_MEMORY) ? 'memory' : 'disk');

export async function openWorkshop(upstreamPort: number, stateIn = usualState()): Promise<Workshop> {
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
    browserScripts: await buildAssets(assetsDirectory),
    carryon: await build(wrangler.main, 'carryon'),
    withoutLedger: await build('bench/without-ledger/entry.mjs', 'withoutLedger'),
    bare: await build('bench/bare.ts', 'bare'),
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

/** Takes away what interrupted runs have left; a directory's name ends in its run's process id. */
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
