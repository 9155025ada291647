import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { filesIn } from '../assets/files-in.ts';
import { type CapnpValue, EmbeddedFile } from './capnp.ts';
import { parseHeadersFile } from './headers-file.ts';
import { simulators } from './storage-services.ts';

/** A directory of static files, prepared for workerd. */
export interface Assets {
  directory: string;
  /** The paths that are served. */
  paths: readonly string[];
  /** The file that lists them in Cloudflare's format. */
  manifestPath: string;
  /** Each file's path and type, by the hash of its contents. */
  byHash: Readonly<Record<string, { filePath: string; contentType: string }>>;
  /** The configuration of Cloudflare's asset Worker. */
  configuration: object;
}

export const ASSETS_SERVICE = 'assets';
const [FILES_SERVICE, DISK] = ['assets-files', 'assets-disk'];

/** The types that Cloudflare sends. A file of any other kind stops the start, because it would be served without a type. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'video/mp2t',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** The file that says how the others are served. It is not served itself. */
const HEADERS_FILE = '/_headers';

/** Reads the directory as it is now. Files that are built later need a new start. */
export async function readAssets(directory: string, manifestPath: string): Promise<Assets> {
  if (!existsSync(directory)) throw new Error(`there are no static files in ${directory}; npm run build makes them`);
  const paths = (await filesIn(directory)).filter((path) => path !== HEADERS_FILE);
  const byHash: Record<string, { filePath: string; contentType: string }> = {};
  const entries: Buffer[] = [];
  for (const path of paths) {
    const contentType = CONTENT_TYPES[extname(path)];
    if (contentType === undefined) throw new Error(`cli/workerd/assets.ts has no content type for ${path}`);
    // The hash includes the path, because two equal files may have different types.
    const hash = sha256(path, await readFile(join(directory, path))).subarray(0, HASH_BYTES);
    entries.push(Buffer.concat([sha256(path).subarray(0, HASH_BYTES), hash, Buffer.alloc(ENTRY_TAIL_BYTES)]));
    byHash[hash.toString('hex')] = { filePath: path.slice(1), contentType };
  }
  // The entries are sorted, because Cloudflare's Worker searches them by bisection.
  await writeFile(manifestPath, Buffer.concat([Buffer.alloc(MANIFEST_HEADER_BYTES), ...entries.sort(Buffer.compare)]));
  const headersPath = join(directory, HEADERS_FILE);
  const headers = existsSync(headersPath) && { headers: parseHeadersFile(await readFile(headersPath, 'utf8')) };
  return { directory, paths, manifestPath, byHash, configuration: { ...headers } };
}

/** The layout of Cloudflare's manifest. */
const [MANIFEST_HEADER_BYTES, HASH_BYTES, ENTRY_TAIL_BYTES] = [20, 16, 8];

const sha256 = (...parts: (string | Buffer)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** Cloudflare's own asset Worker in front of a directory, so that pages, redirects, `_headers`, `etag` and 304 behave as they do there. */
export function assetServices({ directory, manifestPath, byHash, configuration }: Assets): CapnpValue[] {
  return [
    { name: DISK as string, disk: { path: directory } },
    {
      name: FILES_SERVICE as string,
      worker: {
        ...assetWorker('assets-kv', ['nodejs_compat']),
        bindings: [
          { name: 'MINIFLARE_BLOBS', service: DISK as string },
          { name: 'ASSETS_REVERSE_MAP', json: JSON.stringify(byHash) },
        ],
      },
    },
    {
      name: ASSETS_SERVICE,
      worker: {
        ...assetWorker('assets', ['nodejs_compat', 'enable_ctx_exports']),
        bindings: [
          { name: 'ASSETS_KV_NAMESPACE', kvNamespace: FILES_SERVICE as string },
          { name: 'ASSETS_MANIFEST', data: new EmbeddedFile(manifestPath) },
          { name: 'CONFIG', json: JSON.stringify(configuration) },
        ],
      },
    },
  ];
}

const assetWorker = (script: string, compatibilityFlags: string[]) => ({
  modules: [{ name: 'assets.js', esModule: new EmbeddedFile(join(simulators, 'assets', `${script}.worker.js`)) }],
  compatibilityDate: '2024-07-31',
  compatibilityFlags,
});

/** The router's script behind its static files. */
export const assetsFirstModules = (scriptPath: string, { paths }: Assets): CapnpValue[] => [
  { name: 'assets-first.js', esModule: new EmbeddedFile(join(import.meta.dirname, 'assets-first.mjs')) },
  { name: 'worker.js', esModule: new EmbeddedFile(scriptPath) },
  { name: 'file-paths.json', json: JSON.stringify(paths) },
];
