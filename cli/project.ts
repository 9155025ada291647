import { join, relative, resolve } from 'node:path';

/** The project's directory, whatever directory a command is run from. */
export const projectDirectory = join(import.meta.dirname, '..');

export const wranglerConfigPath = join(projectDirectory, 'wrangler.toml');
export const workerEntryPath = join(projectDirectory, 'worker', 'index.ts');
/** `main` of wrangler.toml. */
export const builtScriptPath = join(projectDirectory, 'dist', 'worker.js');

/** The file of local variables and secrets, never committed. `CARRYON_DEV_VARS` names another file, or none if it is empty (for tests). */
export function devVarsPath(environment: NodeJS.ProcessEnv): string | undefined {
  const chosen = environment.CARRYON_DEV_VARS ?? '.dev.vars';
  return chosen === '' ? undefined : resolve(projectDirectory, chosen);
}

/** A file's path as a command prints it: from the current directory if the file is in it. */
export function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
