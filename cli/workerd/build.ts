import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type BuildOptions as EsbuildOptions, type Metafile, stop } from 'esbuild';
import { replaceFile } from '../replace-file.ts';
import { configAsData } from './config-as-data.ts';

export interface BuiltWorker {
  /** The one ES module that workerd runs. */
  scriptPath: string;
  bytes: number;
  gzippedBytes: number;
  metafile: Metafile;
  /** Environment variables that the code names, such as `KEY_SECRET` or a key's variable in `carryon.config.ts`. */
  variableNames: string[];
}

export interface BuildOptions {
  /** Another file in place of `carryon.config.ts`, for tests, which need shorter times. */
  configPath?: string;
}

/** Bundles a Worker for workerd. `wrangler deploy` uploads the router's bundle, because `main` of wrangler.toml is this script. */
export async function buildWorker(
  entryPath: string,
  scriptPath: string,
  { configPath }: BuildOptions = {},
): Promise<BuiltWorker> {
  const { metafile, outputFiles } = await bundle({
    entryPoints: [entryPath],
    outfile: scriptPath,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    supported: { using: true },
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    define: { 'process.env.NODE_ENV': '"production"', 'navigator.userAgent': '"Cloudflare-Workers"' },
    minify: true,
    sourcemap: 'linked',
    logLevel: 'silent',
    plugins: [configAsData(configPath)],
  });
  await mkdir(dirname(scriptPath), { recursive: true });
  await Promise.all(outputFiles.map((file) => replaceFile(file.path, file.contents)));
  await replaceFile(join(dirname(scriptPath), 'metafile.json'), JSON.stringify(metafile));
  const code = outputFiles.find((file) => file.path.endsWith('.js'));
  if (code === undefined) throw new Error(`esbuild wrote no script for ${entryPath}`);
  return {
    scriptPath,
    bytes: code.contents.byteLength,
    gzippedBytes: gzipSync(code.contents).byteLength,
    metafile,
    variableNames: variableNamesIn(code.text),
  };
}

let bundling = 0;

/** Bundles in memory, and ends esbuild's process when no other bundle is in progress. */
export async function bundle(options: EsbuildOptions) {
  bundling += 1;
  try {
    return await build({ ...options, metafile: true, write: false });
  } finally {
    bundling -= 1;
    // Otherwise esbuild's process would stay as long as this process runs.
    if (bundling === 0) await stop();
  }
}

/** Names that look like variables: `OPENAI_API_KEY` anywhere, `OPENAI` only as a whole string. */
function variableNamesIn(code: string): string[] {
  const names = code.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|(?<=["'`])[A-Z][A-Z0-9]+(?=["'`])/g);
  return [...new Set(names)].sort();
}
