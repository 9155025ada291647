/** A router whose every cent can be checked: what the providers would bill is compared with what its ledger says. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withSandboxProviders } from '../../cli/local-defaults.ts';
import { wranglerConfigPath } from '../../cli/project.ts';
import { type RunningWorkerd, startWorkerd } from '../../cli/workerd/start-workerd.ts';
import { readWranglerConfig } from '../../cli/workerd/wrangler-config.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { startSandbox } from '../../sandbox/start.ts';
import { admin } from './ask.ts';
import { builtWorker } from './built-once.ts';
import { until } from './until.ts';

export interface BudgetBenchOptions {
  /** How many isolates share the objects. */
  isolates?: number;
  variables?: Readonly<Record<string, string>>;
}

export interface Settlement {
  leaseId: string;
  scopes: string[];
  mode: string;
  origin: string;
  standing: string;
  grantedAt: number;
  grantedMicroUsd: number;
  spentMicroUsd: number;
  estimated: boolean;
  overGranted: boolean;
}

export interface Books {
  spent: number;
  held: number;
  unsettled: number;
  /** The settlements, newest first, at most 50. */
  settlements: Settlement[];
}

/** A new tenant with one key. */
export interface Payer {
  tenant: string;
  key: string;
  keyId: string;
  limit(limits: Record<string, unknown>): Promise<void>;
  /** This month's figures of the tenant, or of one of its scopes. */
  books(scope?: string): Promise<Books>;
  /** The figures once nothing is held any more. */
  atRest(limitMs?: number): Promise<Books>;
}

export class BudgetBench {
  readonly sandbox: Sandbox;
  readonly log: string[] = [];
  readonly #directory: string;
  readonly #options: BudgetBenchOptions;
  #scriptPath = '';
  #workerd: RunningWorkerd | undefined;
  #payers = 0;

  private constructor(sandbox: Sandbox, directory: string, options: BudgetBenchOptions) {
    this.sandbox = sandbox;
    this.#directory = directory;
    this.#options = options;
  }

  static async start(options: BudgetBenchOptions = {}): Promise<BudgetBench> {
    const directory = await mkdtemp(join(tmpdir(), 'carryon-budget-'));
    const bench = new BudgetBench(await startSandbox({ pace: 'fast' }), directory, options);
    try {
      bench.#scriptPath = await builtWorker(join(import.meta.dirname, 'vanishing-worker.js'), directory, {
        configPath: join(import.meta.dirname, 'configs', 'metered.ts'),
      });
      await bench.#start();
    } catch (error) {
      await bench.stop();
      throw error;
    }
    return bench;
  }

  async #start(): Promise<void> {
    const { isolates = 1, variables = {} } = this.#options;
    const scriptPath = this.#scriptPath;
    this.#workerd = await startWorkerd({
      services: Array.from({ length: isolates }, (_, index) => ({ name: `isolate-${index}`, port: 0, scriptPath })),
      stateDirectory: join(this.#directory, 'state'),
      wrangler: readWranglerConfig(wranglerConfigPath),
      variables: { ...withSandboxProviders(variables, this.sandbox), CARRYON_LOCAL: '1' },
      onLog: (line) => this.log.push(line),
    });
  }

  /** The URL of the first isolate. */
  get url(): string {
    return this.urls[0] as string;
  }

  get urls(): string[] {
    return Object.values(this.#workerd?.urls ?? {});
  }

  /** Simulates a power cut, then restarts with the same state. */
  async killAndRestart(): Promise<void> {
    this.#workerd?.kill('SIGKILL');
    await this.#workerd?.exited;
    await this.#start();
  }

  /** How often a ledger has started. */
  get births(): number {
    return this.log.filter((line) => line === 'a ledger is born').length;
  }

  async vanish(tenant: string): Promise<void> {
    const response = await fetch(`${this.url}/vanish?tenant=${tenant}`);
    await response.text();
  }

  /** What both providers would bill, in micro-USD. */
  get billed(): number {
    const { openai, anthropic } = this.sandbox.counts();
    return openai.billedMicroUsd + anthropic.billedMicroUsd;
  }

  async payer(limits: Record<string, unknown> = {}): Promise<Payer> {
    const tenant = `payer-${++this.#payers}`;
    const made = await this.#admin<{ key: string; id: string }>('keys', 'POST', { tenant });
    const limit = async (body: Record<string, unknown>) => {
      await this.#admin(`tenants/${tenant}/limits`, 'PUT', { scope: 'tenant', ...body });
    };
    if (Object.keys(limits).length > 0) await limit(limits);
    const books = async (scope = 'tenant'): Promise<Books> => {
      const path = `ledger/${tenant}?scope=${encodeURIComponent(scope)}`;
      const { scopes, settlements } = await this.#admin<Ledger>(path);
      const [row] = scopes;
      if (row === undefined) throw new Error(`no ${scope} in the ledger of ${tenant}`);
      const { spentMicroUsd: spent, reservedMicroUsd: held, unsettledMicroUsd: unsettled } = row;
      return { spent, held, unsettled, settlements };
    };
    const atRest = (limitMs = 20_000) =>
      until(
        `nothing of ${tenant} is held`,
        async () => {
          const seen = await books();
          return seen.held === 0 && seen;
        },
        limitMs,
      );
    return { tenant, key: made.key, keyId: made.id, limit, books, atRest };
  }

  async #admin<Reply>(path: string, method = 'GET', body?: unknown): Promise<Reply> {
    const response = await admin(this.url, path, { method, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Reply;
  }

  async stop(): Promise<void> {
    await this.#workerd?.stop();
    await this.sandbox.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

interface Ledger {
  scopes: {
    scope: string;
    period: string;
    spentMicroUsd: number;
    reservedMicroUsd: number;
    unsettledMicroUsd: number;
  }[];
  settlements: Settlement[];
}
