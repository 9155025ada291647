import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuiltWorker, buildWorker } from '../../cli/workerd/build.ts';
import { readWranglerConfig, type WranglerConfig } from '../../cli/workerd/wrangler-config.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const RESULTS = join(ROOT, 'bench', 'results');
/** Not in git. */
export const TEMPORARY = join(RESULTS, 'tmp');

/** What subjects are made of: both Workers built by the same function, the bindings and flags of `wrangler.toml`. */
export interface Workshop {
  wrangler: WranglerConfig;
  carryon: BuiltWorker;
  bare: BuiltWorker;
  upstreamPort: number;
  /** Builds and states of this run; two runs may go on at once. */
  directory: string;
}

export async function openWorkshop(upstreamPort: number): Promise<Workshop> {
  const directory = join(TEMPORARY, String(process.pid));
  mkdirSync(directory, { recursive: true });
  sweep();
  const wrangler = readWranglerConfig(join(ROOT, 'wrangler.toml'));
  const carryon = await buildWorker(join(ROOT, wrangler.main), join(directory, 'carryon', 'worker.js'));
  const bare = await buildWorker(join(ROOT, 'bench', 'bare.ts'), join(directory, 'bare', 'worker.js'));
  return { wrangler, carryon, bare, upstreamPort, directory };
}

export function closeWorkshop({ directory }: Workshop): void {
  rmSync(directory, { recursive: true, force: true });
}

/** Takes away what interrupted runs have left; a directory's name is its run's process id. */
function sweep(): void {
  for (const name of readdirSync(TEMPORARY)) {
    if (/^\d+$/.test(name) && !isRunning(Number(name))) rmSync(join(TEMPORARY, name), { recursive: true, force: true });
  }
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
