import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { projectDirectory } from './project.ts';

/** The path in `CARRYON_STATE`, relative to the project. */
export const statePath = (environment: NodeJS.ProcessEnv): string => environment.CARRYON_STATE || '.carryon/state';

/** The directory of keys, health and counts. It is created if needed. If that fails, the error names the variable. */
export async function stateDirectory(environment: NodeJS.ProcessEnv): Promise<string> {
  const directory = resolve(projectDirectory, statePath(environment));
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return directory;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isFile = code === 'EEXIST' || code === 'ENOTDIR';
    const what = isFile ? 'is a file, or below one' : `cannot be written (${code})`;
    throw new Error(`the state directory ${directory} ${what}; choose another with CARRYON_STATE`);
  }
}
