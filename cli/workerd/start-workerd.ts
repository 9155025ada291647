import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { readAssets } from './assets.ts';
import { STATE_PARTS, type WorkerService, workerdConfig } from './config.ts';
import { type GuardedProcess, spawnGuarded } from './guarded-process.ts';
import { readableLine } from './log-lines.ts';
import { lockState } from './state-lock.ts';
import type { WranglerConfig } from './wrangler-config.ts';

export interface StartOptions {
  services: readonly WorkerService[];
  /** The default is 127.0.0.1. */
  host?: string;
  stateDirectory: string;
  /** Empties the state once it is locked, because another command may be running on it. */
  fresh?: boolean;
  wrangler: WranglerConfig;
  /** The Workers' variables and secrets. */
  variables: Readonly<Record<string, string>>;
  /**
   * The directory of static files (`buildAssets`). They are served before the Worker is called, and bound to it. Undefined if there are
   * none.
   */
  assetsDirectory?: string | undefined;
  /** A Worker to use as the Cache API's store. By default the store is on disk. */
  cacheScriptPath?: string;
  /** Receives what the Workers log, line by line. */
  onLog?: (line: string, from: 'stdout' | 'stderr') => void;
  /** A stream that workerd itself writes to, in place of `onLog`, if workerd will outlive this process. */
  output?: Writable;
}

export interface RunningWorkerd {
  /** The URL of the first service. */
  url: string;
  /** The URL of every service, by name. */
  urls: Readonly<Record<string, string>>;
  /** workerd's process id, for measuring it. */
  pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Call this before this process becomes another program. workerd then ends with that program. */
  guardByProcessId(): void;
  /** Sends SIGTERM, then SIGKILL. Resolves when workerd is gone and the state is free. */
  stop(): Promise<void>;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Streams that are still open are cut after this time, so that Ctrl-C ends within two seconds. */
const STOP_GRACE_MS = 1_000;

/** Runs plain `workerd serve`. Resolves when every service listens; rejects with workerd's own message if one cannot. */
export async function startWorkerd(options: StartOptions): Promise<RunningWorkerd> {
  const { services, stateDirectory, variables, assetsDirectory, onLog = (line) => console.log(line) } = options;
  const host = bracketed(options.host ?? '127.0.0.1');
  const lock = await lockState(stateDirectory);
  try {
    for (const part of STATE_PARTS.map((name) => join(stateDirectory, name))) {
      if (options.fresh) await rm(part, { recursive: true, force: true });
      await mkdir(part, { recursive: true });
    }
    const configPath = join(stateDirectory, 'workerd.capnp');
    const variableNames = Object.keys(variables);
    const manifestPath = join(stateDirectory, 'assets.manifest');
    const assets = assetsDirectory === undefined ? undefined : await readAssets(assetsDirectory, manifestPath);
    await writeFile(configPath, workerdConfig({ ...options, host, variableNames, assets }));
    const workerd = spawnGuarded(
      binaryPath(),
      workerdArguments(configPath),
      { ...variables },
      {
        output: options.output,
        inherits: lock.descriptor,
      },
    );
    const exited = workerd.exited.finally(lock.release);
    const output: string[] = [];
    let ready = false;
    for (const from of ['stdout', 'stderr'] as const) {
      onLine(workerd[from], (rawLine) => {
        const line = readableLine(rawLine);
        if (line === undefined) return;
        if (ready) onLog(line, from);
        else output.push(line);
      });
    }
    const ports = await Promise.race([listening(workerd.control, services), failed(workerd, output, services)]);
    ready = true;
    for (const line of output) onLog(line, 'stderr');
    return running(workerd, exited, host, ports);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function workerdArguments(configPath: string): string[] {
  return ['serve', configPath, '--experimental', '--import-path=/', '--control-fd=3'];
}

/** Brackets an IPv6 address, as it is written before a port. */
function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function binaryPath(): string {
  return (createRequire(import.meta.url)('workerd') as { default: string }).default;
}

function onLine(stream: Readable, receive: (line: string) => void): void {
  createInterface({ input: stream }).on('line', receive);
}

/** workerd reports each socket on the control descriptor once it listens. */
function listening(control: Readable, services: readonly WorkerService[]): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  return new Promise((resolve) => {
    onLine(control, (line) => {
      const event = JSON.parse(line) as { event: string; socket: string; port: number };
      if (event.event !== 'listen') return;
      ports.set(event.socket, event.port);
      if (ports.size === services.length) resolve(ports);
    });
  });
}

async function failed(workerd: GuardedProcess, output: string[], services: readonly WorkerService[]): Promise<never> {
  const { code, signal } = await workerd.exited;
  const said = output.join('\n');
  const taken = /Socket \\?"(.+?)\\?": bind\(\): .*Address already in use/.exec(said)?.[1];
  const port = services.find((service) => service.name === taken)?.port;
  if (port !== undefined) throw new PortTakenError(port);
  throw new Error(`workerd ended before it was ready (${signal ?? `exit code ${code}`})${said && `:\n${said}`}`);
}

class PortTakenError extends Error {
  readonly port: number;
  constructor(port: number) {
    super(`port ${port} is taken by another process`);
    this.port = port;
  }
}

function running(
  workerd: GuardedProcess,
  exited: RunningWorkerd['exited'],
  host: string,
  ports: Map<string, number>,
): RunningWorkerd {
  const reachable = ['0.0.0.0', '*', '[::]'].includes(host) ? '127.0.0.1' : host;
  const urls = Object.fromEntries([...ports].map(([name, port]) => [name, `http://${reachable}:${port}`]));
  return {
    url: Object.values(urls)[0] as string,
    urls,
    pid: workerd.pid,
    kill: workerd.kill,
    guardByProcessId: workerd.guardByProcessId,
    exited,
    async stop() {
      workerd.kill('SIGTERM');
      const insist = setTimeout(() => workerd.kill('SIGKILL'), STOP_GRACE_MS);
      await exited;
      clearTimeout(insist);
    },
  };
}
