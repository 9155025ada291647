/** The real product for one test file: the built Worker under plain workerd, beside the sandbox, both on free ports. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCountedWorker } from '../../bench/counting/build.ts';
import { withSandboxProviders } from '../../cli/local-defaults.ts';
import { workerEntryPath, wranglerConfigPath } from '../../cli/project.ts';
import { type RunningWorkerd, startWorkerd } from '../../cli/workerd/start-workerd.ts';
import { readWranglerConfig } from '../../cli/workerd/wrangler-config.ts';
import type { ProviderName } from '../../sandbox/ask.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { startSandbox } from '../../sandbox/start.ts';
import { builtAssets, builtWorker } from './built-once.ts';
import { LANES, type LaneKind, laneAlias, laneId } from './configs/lanes.ts';
import { startGate, type TrafficGate } from './traffic-gate.ts';

export interface BenchOptions {
  /** The name of a file in configs/. By default it is `carryon.config.ts` itself. */
  config?:
    | 'demo'
    | 'page-rate'
    | 'front-ends'
    | 'steady'
    | 'quick'
    | 'deadline'
    | 'refuse'
    | 'budgets'
    | 'owners'
    | 'alerts'
    | 'judge'
    | 'telemetry'
    | 'promises'
    | 'truth'
    | 'support';
  /** The entry of another Worker, which wraps the product's own. */
  entryPath?: string;
  /** The path of a config elsewhere, in place of `config`. */
  configPath?: string;
  /** True if the Worker counts its calls to the platform and shows them at `COUNTS_PATH`. */
  isCounted?: boolean;
  /** The names of the isolates. The first one runs the objects. */
  isolates?: readonly string[];
  /** Sets `CARRYON_LOCAL` and the sandbox as both providers. If false, only `variables` are set. */
  local?: boolean;
  variables?: Readonly<Record<string, string>>;
  /** True if provider A speaks Anthropic's format, and B OpenAI's. */
  swapped?: boolean;
  /** True to put the gate in front of provider A. */
  gated?: boolean;
}

/** Two deployments that no other test has used. */
export interface Lane {
  alias: string;
  /** The deployment that is asked first. */
  a: string;
  b: string;
}

export interface Bench {
  sandbox: Sandbox;
  /** The sandbox's names for the two providers. */
  a: ProviderName;
  b: ProviderName;
  /** The gate in front of provider A, if `gated`. */
  gate: TrafficGate;
  /** The URL of the first isolate. */
  url: string;
  urls: Readonly<Record<string, string>>;
  /** Everything that the Workers have logged so far. */
  log: readonly string[];
  lane(kind: LaneKind): Lane;
  /**
   * Simulates a power cut, then restarts with the same state and ports, and with `more` variables if given. `whileDown` may change
   * the stored state in between.
   */
  killAndRestart(more?: Readonly<Record<string, string>>, whileDown?: (stateDirectory: string) => void): Promise<void>;
  stop(): Promise<void>;
}

export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const { config, isolates = ['carryon'], local = true, variables = {}, swapped, gated } = options;
  const directory = await mkdtemp(join(tmpdir(), 'carryon-e2e-'));
  const sandbox = await startSandbox({ pace: 'fast' });
  const [a, b]: [ProviderName, ProviderName] = swapped ? ['anthropic', 'openai'] : ['openai', 'anthropic'];
  const gate = await startGate(sandbox[a].port);
  const log: string[] = [];
  let workerd: RunningWorkerd | undefined;
  let urls: Readonly<Record<string, string>> = {};
  let [scriptPath, assetsDirectory] = ['', ''];
  const wrangler = readWranglerConfig(wranglerConfigPath);
  const formats = { PROVIDER_A_FORMAT: a, PROVIDER_B_FORMAT: b };
  const addresses = gated ? { ...sandbox, [a]: { url: gate.url } } : sandbox;
  const start = async (more: Readonly<Record<string, string>> = {}) => {
    const portOf = (name: string) => Number(new URL(urls[name] ?? 'http://free:0').port);
    workerd = await startWorkerd({
      services: isolates.map((name) => ({ name, port: portOf(name), scriptPath })),
      stateDirectory: join(directory, 'state'),
      wrangler,
      assetsDirectory,
      variables: local
        ? { ...withSandboxProviders({ ...formats, ...variables, ...more }, addresses), CARRYON_LOCAL: '1' }
        : { ...variables, ...more },
      onLog: (line) => log.push(line),
    });
    ({ urls } = workerd);
    return workerd.url;
  };
  const stateDirectory = join(directory, 'state');
  const killAndRestart: Bench['killAndRestart'] = async (more, whileDown) => {
    workerd?.kill('SIGKILL');
    await workerd?.exited;
    whileDown?.(stateDirectory);
    await start(more);
  };
  let url: string;
  const stop = async () => {
    await workerd?.stop();
    await Promise.all([gate.close(), sandbox.close()]);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const configPath = options.configPath ?? (config && join(import.meta.dirname, 'configs', `${config}.ts`));
    scriptPath = await builtWorker(options.entryPath ?? workerEntryPath, directory, {
      ...(configPath && { configPath }),
    });
    if (options.isCounted) scriptPath = await buildCountedWorker({ carryon: { scriptPath }, wrangler, directory });
    assetsDirectory = await builtAssets(directory);
    url = await start();
  } catch (error) {
    await stop();
    throw error;
  }

  const used: Partial<Record<LaneKind, number>> = {};
  const lane = (kind: LaneKind): Lane => {
    const number = (used[kind] ?? 0) + 1;
    if (number > LANES) throw new Error(`no lane of kind ${kind} is left; raise LANES`);
    used[kind] = number;
    return { alias: laneAlias(kind, number), a: `${laneId(kind, number)}-a`, b: `${laneId(kind, number)}-b` };
  };
  return { sandbox, a, b, gate, url, urls, log, lane, killAndRestart, stop };
}
