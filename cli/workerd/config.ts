import { join } from 'node:path';
import { ASSETS_SERVICE, type Assets, assetServices, assetsFirstModules } from './assets.ts';
import { type CapnpValue, EmbeddedFile, printCapnp } from './capnp.ts';
import { CACHE_SERVICE, kvNamespace, simulatorExtension, storageServices } from './storage-services.ts';
import type { WranglerConfig } from './wrangler-config.ts';

/** One listening Worker. Several in one config are several isolates that share KV, cache and Durable Objects. */
export interface WorkerService {
  name: string;
  /** The port; with 0 the system chooses one. */
  port: number;
  scriptPath: string;
  /** True for a Worker with only its script and variables, without KV, objects and cache, as the benchmark's references are. */
  bare?: boolean;
  /** The address of an HTTP server that a bare service reaches by the binding `UPSTREAM`. */
  handsOnTo?: string;
}

export interface WorkerdConfigOptions {
  services: readonly WorkerService[];
  host: string;
  stateDirectory: string;
  wrangler: WranglerConfig;
  /** Variables of every Worker. Their values come from workerd's environment, so no secret is in the file. */
  variableNames: readonly string[];
  /** Static files. If undefined, there are none, and no binding for them. */
  assets?: Assets | undefined;
  /** A Worker to use as the Cache API's store. By default the store is on disk. */
  cacheScriptPath?: string;
}

/** The directories of the state, which `--fresh` deletes. */
export const STATE_PARTS = ['durable-objects', 'kv', 'cache'] as const;

const OBJECTS_DISK = 'durable-objects-disk';

/** The config file for `workerd serve`. */
export function workerdConfig(options: WorkerdConfigOptions): string {
  const [objectsDirectory, kvDirectory, cacheDirectory] = STATE_PARTS.map((part) => join(options.stateDirectory, part));
  // The first full service runs the objects. The others reach them there, as isolates on Cloudflare do.
  const owner = options.services.find((service) => !service.bare)?.name;
  const config: CapnpValue = {
    services: [
      ...options.services.map((service) => ({ name: service.name, worker: worker(service, owner, options) })),
      ...(owner === undefined
        ? []
        : storageServices(kvDirectory as string, cacheDirectory as string, options.cacheScriptPath)),
      ...(options.assets === undefined ? [] : assetServices(options.assets)),
      ...options.services.flatMap(({ name, handsOnTo: address }) =>
        address === undefined ? [] : [{ name: upstreamOf(name), external: { address, http: {} } }],
      ),
      { name: OBJECTS_DISK, disk: { path: objectsDirectory as string, writable: true } },
      // Providers may be on this machine (the sandbox) or on a private network.
      { name: 'internet', network: { allow: ['public', 'private'], tlsOptions: { trustBrowserCas: true } } },
    ],
    sockets: options.services.map((service) => ({
      name: service.name,
      address: `${options.host}:${service.port}`,
      http: {},
      service: service.name,
    })),
    extensions: [simulatorExtension],
  };
  return `using Workerd = import "/workerd/workerd.capnp";\n\nconst config :Workerd.Config = ${printCapnp(config)};\n`;
}

const upstreamOf = (name: string): string => `${name}-upstream`;

function worker(service: WorkerService, owner: string | undefined, options: WorkerdConfigOptions): CapnpValue {
  const { wrangler, assets } = options;
  const variables = options.variableNames.map((name) => ({ name, fromEnvironment: name }));
  const base = {
    modules: [{ name: 'worker.js', esModule: new EmbeddedFile(service.scriptPath) }],
    compatibilityDate: wrangler.compatibilityDate,
    compatibilityFlags: wrangler.compatibilityFlags,
  };
  if (service.bare || owner === undefined) {
    const upstream = service.handsOnTo === undefined ? [] : [{ name: 'UPSTREAM', service: upstreamOf(service.name) }];
    return { ...base, bindings: [...variables, ...upstream] };
  }
  const isOwner = service.name === owner;
  return {
    ...base,
    ...(assets !== undefined && { modules: assetsFirstModules(service.scriptPath, assets) }),
    bindings: [
      ...variables,
      ...(assets === undefined || wrangler.assets === undefined
        ? []
        : [{ name: wrangler.assets.binding, service: ASSETS_SERVICE }]),
      ...wrangler.kvBindings.map((name) => ({ name, kvNamespace: kvNamespace(name) })),
      ...wrangler.durableObjects.map(({ binding, className }) => ({
        name: binding,
        durableObjectNamespace: isOwner ? { className } : { className, serviceName: owner },
      })),
    ],
    ...(isOwner && {
      durableObjectNamespaces: wrangler.durableObjects.map(({ className }) => ({
        className,
        uniqueKey: `carryon-${className}`,
        enableSql: true,
      })),
      durableObjectStorage: { localDisk: OBJECTS_DISK },
    }),
    cacheApiOutbound: CACHE_SERVICE,
  };
}
