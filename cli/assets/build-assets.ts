import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SERVICE_WORKER_FILE } from '../../protocol/static-files.ts';
import { projectDirectory } from '../project.ts';
import { replaceFile } from '../replace-file.ts';
import { bundle } from '../workerd/build.ts';
import { parseHeadersFile } from '../workerd/headers-file.ts';
import { buildPages, type Files } from './build-pages.ts';
import { filesIn } from './files-in.ts';
import { DEMO } from './pages.ts';
import { servedPage } from './served-page.ts';
import { shellFiles } from './shell-files.ts';

export interface BuiltFile {
  /** The path that clients ask for, such as `/travel.js`. */
  path: string;
  bytes: number;
  gzippedBytes: number;
}

export interface BuiltAssets {
  scripts: BuiltFile[];
  /** Each page with all of its own scripts, including the ones that load later. */
  pages: BuiltFile[];
}

interface Script {
  path: string;
  entry: string;
  /** `iife` for a classic script, which has no imports. */
  format: 'iife' | 'esm';
}

export interface AssetOptions {
  /** Origins that the demo's page may call besides its own, such as a team's token server. */
  connectTo?: readonly string[];
}

const DEMO_WORKER = '/demo-sw.js';

const SCRIPTS: readonly Script[] = [
  { path: SERVICE_WORKER_FILE, entry: 'sw/worker.ts', format: 'iife' },
  { path: '/travel.js', entry: 'sw/page/travel.ts', format: 'esm' },
  { path: DEMO_WORKER, entry: 'web-demo/worker/demo-sw.ts', format: 'iife' },
];

/** Fills `directory` with the static files and nothing else, because all of it is public. Returns the sizes of scripts and pages. */
export async function buildAssets(directory: string, { connectTo = [] }: AssetOptions = {}): Promise<BuiltAssets> {
  const [built, files, ...scripts] = await Promise.all([
    buildPages(),
    copied(join(projectDirectory, 'public')),
    ...SCRIPTS.map(async (script) => [script.path, await bundled(script)] as const),
  ]);
  for (const [path, contents] of scripts) files.set(path, contents);
  const headers = [Buffer.from(files.get('/_headers') ?? '').toString('utf8'), DEMO_WORKER_HEADERS];
  const pages: BuiltFile[] = [];
  for (const [page, itsFiles] of built) {
    const served = servedPage(page, itsFiles, page.isApp ? connectTo : []);
    for (const [path, contents] of served.files) files.set(path, contents);
    headers.push(served.headers);
    pages.push(sizeOf(page.path, [...served.files.values()]));
  }
  const text = headers.join('');
  // A mistake is an error here, because a deploy would silently leave the line out.
  const { rules } = parseHeadersFile(text);
  files.set('/_headers', Buffer.from(text));
  // Only now is it known which files the demo's worker should keep.
  const shell = `const SHELL_FILES=${JSON.stringify(shellFiles(files, JSON.stringify(rules[DEMO.path])))};\n`;
  files.set(DEMO_WORKER, Buffer.concat([Buffer.from(shell), files.get(DEMO_WORKER) ?? Buffer.alloc(0)]));

  for (const [path, contents] of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await replaceFile(join(directory, path), contents, dirname(directory));
  }
  const left = (await filesIn(directory)).filter((path) => !files.has(path));
  await Promise.all(left.map((path) => rm(join(directory, path), { force: true })));
  const isScript = ([path]: [string, unknown]): boolean => path.endsWith('.js');
  return { scripts: [...files].filter(isScript).map(([path, contents]) => sizeOf(path, [contents])), pages };
}

const DEMO_WORKER_HEADERS = `
${DEMO_WORKER}
  cache-control: no-cache
`;

/** The total size of these files. Each is compressed on its own, as it is sent. */
function sizeOf(path: string, contents: readonly Uint8Array[]): BuiltFile {
  const sum = (sizes: number[]): number => sizes.reduce((one, other) => one + other, 0);
  return {
    path,
    bytes: sum(contents.map((one) => one.byteLength)),
    gzippedBytes: sum(contents.map((one) => gzipSync(one).byteLength)),
  };
}

async function copied(directory: string): Promise<Files> {
  const paths = await filesIn(directory);
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join(directory, path))] as const)));
}

async function bundled({ entry, format }: Script): Promise<Uint8Array> {
  const { outputFiles } = await bundle({
    entryPoints: [join(projectDirectory, entry)],
    outfile: 'out.js',
    bundle: true,
    format,
    target: 'es2022',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  });
  const contents = outputFiles[0]?.contents;
  if (contents === undefined) throw new Error(`esbuild wrote no script for ${entry}`);
  return contents;
}
