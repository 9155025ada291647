/** The pages as Vite builds them, taken from a cache if none of their inputs has changed. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { projectDirectory } from '../project.ts';
import { replaceFile } from '../replace-file.ts';
import { filesIn } from './files-in.ts';
import { PAGES, type Page } from './pages.ts';

/** Contents by the path that clients ask for, such as `/demo-assets/index-1a2b3c4d.js`. */
export type Files = Map<string, Uint8Array>;

interface ViteOutput {
  /** Every file that went into a script. */
  modules: string[];
  /** The files of each page, by its path. */
  pages: Record<string, [path: string, base64: string][]>;
}

const SOURCE = join(projectDirectory, 'web-demo');
const BUILDER = join(import.meta.dirname, 'vite-build.mjs');
const CACHE = join(projectDirectory, 'node_modules', '.cache', 'carryon-pages');

/** Everything a build depends on, except packages, whose versions the lock file names. */
const INPUTS = ['web-demo', 'protocol', 'cli/why/words.ts', 'cli/assets/pages.ts', 'cli/assets/vite-build.mjs'].concat([
  'tsconfig.base.json',
  'package-lock.json',
]);

/** The files that Vite makes from each page. */
export async function buildPages(): Promise<[Page, Files][]> {
  const name = `${await hashOf(INPUTS)}.json`;
  const path = join(CACHE, name);
  const cached = await readFile(path, 'utf8').catch(() => undefined);
  const text = cached ?? (await runVite());
  const { modules, pages } = JSON.parse(text) as ViteOutput;
  if (cached === undefined) {
    checkInputs(modules);
    await mkdir(CACHE, { recursive: true });
    await replaceFile(path, text);
    const others = (await readdir(CACHE)).filter((other) => other.endsWith('.json') && other !== name);
    await Promise.all(others.map((other) => rm(join(CACHE, other), { force: true })));
  }
  return PAGES.map((page) => {
    const files = pages[page.path] ?? [];
    return [page, new Map(files.map(([file, base64]) => [file, Buffer.from(base64, 'base64')]))];
  });
}

async function runVite(): Promise<string> {
  const options = {
    cwd: projectDirectory,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NODE_ENV: 'production' },
  };
  const { stdout } = await promisify(execFile)(process.execPath, [BUILDER, SOURCE, JSON.stringify(PAGES)], options);
  return stdout;
}

/** A module from anywhere else could change without causing a new build. */
function checkInputs(modules: readonly string[]): void {
  const known = [...INPUTS, 'node_modules'];
  // A name that begins with a zero byte is Vite's own.
  for (const id of modules.filter((one) => !one.startsWith('\0'))) {
    const path = relative(projectDirectory, id.split('?')[0] as string).replaceAll(sep, '/');
    if (!known.some((input) => path === input || path.startsWith(`${input}/`)))
      throw new Error(`a page imports ${path}, which cli/assets/build-pages.ts does not check for changes`);
  }
}

/** A hash of files and directories, by name and contents. */
async function hashOf(inputs: readonly string[]): Promise<string> {
  const paths = await Promise.all(inputs.map(async (input) => (input.includes('.') ? [input] : withFiles(input))));
  const hash = createHash('sha256');
  for (const path of paths.flat()) {
    const contents = await readFile(join(projectDirectory, path));
    hash.update(`${path}\0${contents.byteLength}\0`).update(contents);
  }
  return hash.digest('hex');
}

const withFiles = async (directory: string): Promise<string[]> =>
  (await filesIn(join(projectDirectory, directory))).map((path) => directory + path);
