import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SERVICE_WORKER_FILE } from '../../protocol/static-files.ts';
import { projectDirectory } from '../project.ts';
import { replaceFile } from '../replace-file.ts';
import { bundle } from '../workerd/build.ts';
import { buildDemo } from './build-demo.ts';
import { filesIn } from './files-in.ts';

export interface BuiltFile {
  /** As a client asks for it, such as `/travel.js`. */
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

const SCRIPTS: readonly Script[] = [
  { path: SERVICE_WORKER_FILE, entry: 'sw/worker.ts', format: 'iife' },
  { path: '/travel.js', entry: 'sw/page/travel.ts', format: 'esm' },
];

/** Fills `directory` with the static files, and with nothing else, because all of it is public. Gives the sizes of the scripts. */
export async function buildAssets(directory: string): Promise<BuiltFile[]> {
  const [demo, ...scripts] = await Promise.all([
    buildDemo(),
    ...SCRIPTS.map(async (script) => [script.path, await bundled(script)] as const),
  ]);
  const files = new Map([...(await copied(join(projectDirectory, 'public'))), ...demo, ...scripts]);
  for (const [path, contents] of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await replaceFile(join(directory, path), contents, dirname(directory));
  }
  const left = (await filesIn(directory)).filter((path) => !files.has(path));
  await Promise.all(left.map((path) => rm(join(directory, path), { force: true })));
  return scripts.map(([path, contents]) => ({
    path,
    bytes: contents.byteLength,
    gzippedBytes: gzipSync(contents).byteLength,
  }));
}

async function copied(directory: string): Promise<[path: string, contents: Uint8Array][]> {
  const paths = await filesIn(directory);
  return Promise.all(paths.map(async (path) => [path, await readFile(join(directory, path))]));
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
