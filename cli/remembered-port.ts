import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { projectDirectory } from './project.ts';
import { statePath } from './state-directory.ts';

/** The file with the port of the router that last ran on this state, so that commands that call the router need no `PORT`. */
const FILE = 'port';

export async function rememberPort(stateDirectory: string, url: string): Promise<void> {
  await writeFile(join(stateDirectory, FILE), new URL(url).port);
}

/** The port; undefined if no router has run on this state yet. */
export function rememberedPort(environment: NodeJS.ProcessEnv): number | undefined {
  try {
    const port = Number(readFileSync(join(resolve(projectDirectory, statePath(environment)), FILE), 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
  } catch {
    return undefined;
  }
}
