import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SERVICE_WORKER_FILE } from '../../protocol/static-files.ts';
import { projectDirectory } from '../project.ts';
import { replaceFile } from '../replace-file.ts';
import { bundle } from '../workerd/build.ts';
import { parseHeadersFile } from '../workerd/headers-file.ts';
import { buildDemo, type Files } from './build-demo.ts';
import { demoPage } from './demo-page.ts';
import { filesIn } from './files-in.ts';
import { shellFiles } from './shell-files.ts';

export interface BuiltFile {
  /** The path that clients ask for, such as `/travel.js`. */
  path: string;
  bytes: number;
  gzippedBytes: number;
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

/** Fills `directory` with the static files and nothing else, because all of it is public. Returns the sizes of the scripts. */
export async function buildAssets(directory: string, { connectTo = [] }: AssetOptions = {}): Promise<BuiltFile[]> {
  const [built, files, ...scripts] = await Promise.all([
    buildDemo(),
    copied(join(projectDirectory, 'public')),
    ...SCRIPTS.map(async (script) => [script.path, await bundled(script)] as const),
  ]);
  for (const [path, contents] of scripts) files.set(path, contents);
  const page = demoPage(built, connectTo);
  for (const [path, contents] of page.files) files.set(path, contents);
  const headers = Buffer.concat([files.get('/_headers') ?? Buffer.alloc(0), Buffer.from(page.headers)]);
  // A mistake is an error here; a deploy would silently leave the line out.
  parseHeadersFile(headers.toString('utf8'));
  files.set('/_headers', headers);
  // Only now is it known which files the demo's worker should keep.
  const shell = `const SHELL_FILES=${JSON.stringify(shellFiles(files, page.headers))};\n`;
  files.set(DEMO_WORKER, Buffer.concat([Buffer.from(shell), files.get(DEMO_WORKER) ?? Buffer.alloc(0)]));

  for (const [path, contents] of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await replaceFile(join(directory, path), contents, dirname(directory));
  }
  const left = (await filesIn(directory)).filter((path) => !files.has(path));
  await Promise.all(left.map((path) => rm(join(directory, path), { force: true })));
  return [...files]
    .filter(([path]) => path.endsWith('.js'))
    .map(([path, contents]) => ({
      path,
      bytes: contents.byteLength,
      gzippedBytes: gzipSync(contents).byteLength,
    }));
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
