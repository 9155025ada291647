import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type CapnpValue, EmbeddedFile } from './capnp.ts';

/**
 * KV and the Cache API on local disk: miniflare's simulators, in plain workerd without miniflare. Each is an entry Worker in front
 * of a Durable Object that keeps names in SQLite and values as files. They use node-internal modules and unreleased APIs, so workerd
 * runs with `--experimental`.
 */
export const simulators = join(dirname(createRequire(import.meta.url).resolve('miniflare')), 'workers');

const KV_SERVICE = 'kv';
export const CACHE_SERVICE = 'cache';

/** The library that the simulators import. */
export const simulatorExtension: CapnpValue = {
  modules: [{ name: 'miniflare:shared', esModule: simulator('shared/index.worker.js') }],
};

/** `cacheScriptPath`: another Worker behind the Cache API. */
export function storageServices(kvDirectory: string, cacheDirectory: string, cacheScriptPath?: string): CapnpValue[] {
  return [
    ...simulated(KV_SERVICE, 'KVNamespaceObject', 'shared/object-entry', 'kv/namespace', kvDirectory),
    ...(cacheScriptPath === undefined
      ? simulated(CACHE_SERVICE, 'CacheObject', 'cache/cache-entry', 'cache/cache', cacheDirectory)
      : [{ name: CACHE_SERVICE, worker: workerOf(new EmbeddedFile(cacheScriptPath)) }]),
  ];
}

/** The designator of a KV binding. The entry Worker gets the namespace as props and keeps one database for each namespace. */
export function kvNamespace(binding: string): CapnpValue {
  return { name: KV_SERVICE, props: { json: JSON.stringify({ MINIFLARE_NAMESPACE: binding }) } };
}

function simulated(name: string, className: string, entry: string, object: string, directory: string): CapnpValue[] {
  const serviceName = `${name}-object`;
  const diskName = `${name}-disk`;
  return [
    { name: diskName, disk: { path: directory, writable: true } },
    {
      name,
      worker: {
        ...simulatorWorker(entry),
        bindings: [{ name: 'MINIFLARE_OBJECT', durableObjectNamespace: { className, serviceName } }],
      },
    },
    {
      name: serviceName,
      worker: {
        ...simulatorWorker(object),
        durableObjectNamespaces: [{ className, uniqueKey: `miniflare-${className}` }],
        durableObjectStorage: { localDisk: diskName },
        bindings: [{ name: 'MINIFLARE_BLOBS', service: diskName }],
      },
    },
  ];
}

const simulatorWorker = (script: string) => workerOf(simulator(`${script}.worker.js`));

function workerOf(esModule: EmbeddedFile) {
  return {
    modules: [{ name: 'storage.js', esModule }],
    compatibilityDate: '2023-07-24',
    compatibilityFlags: ['nodejs_compat', 'experimental'],
  };
}

function simulator(path: string): EmbeddedFile {
  return new EmbeddedFile(join(simulators, path));
}
