/**
 * Everything for one file of browser tests: the built router in production mode, a provider that counts its calls, the line between router
 * and browser, a front end on another origin, and one Chromium. A test takes a context of its own from it:
 *
 *     const bench = await startTravelBench();
 *     afterEach(() => bench.reset());
 *     afterAll(() => bench.stop());
 *
 *     test('a question asked before is answered offline', async () => {
 *       const context = await bench.newContext();
 *       const page = await bench.openPage(context, { person: 'ana' });      // travel mode on, at `window.travel`
 *       const first = await bench.ask(page, { prompt: 'Why?' });            // the page's own fetch, read to its end
 *       await bench.line.down();                                            // the router is gone; or context.setOffline(true)
 *       const again = await bench.ask(page, { prompt: 'Why?' });
 *       expect(again.headers['x-carryon-travel']).toBe('stale');
 *       expect(contentOf(again)).toBe(answerTo('Why?', 1));                 // the first call's answer
 *       expect(bench.provider.calls).toEqual(['Why?']);
 *     });
 *
 * `bench.line` fails on demand: `fault({ kind: 'cut', afterEvents: 10 }, { times: Infinity, match: isStream })`, and `line.seen` has every
 * request that reached it. `bench.provider.set({ words: 200, paceMs: 5, pauseAfter: 50 })` paces the answers. `{ foreign: true }` opens the
 * page of the other origin, whose worker is `importScripts('ROUTER/sw.js')`. `startAsk` gives an ask that runs: look at it with `until`.
 * Restarts of the browser and a search of the disk: `openProfile` in browser.ts, its context made ready by `bench.adopt(context)`.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { workerEntryPath, wranglerConfigPath } from '../../../cli/project.ts';
import { type RunningWorkerd, startWorkerd } from '../../../cli/workerd/start-workerd.ts';
import { readWranglerConfig } from '../../../cli/workerd/wrangler-config.ts';
import type { ConfigInput } from '../../../worker/core/config/schema.ts';
import { builtAssets, builtWorker } from '../../support/built-once.ts';
import { launchBrowser } from './browser.ts';
import { callRouter } from './call-router.ts';
import usualConfig from './config.ts';
import type { BrowserKind } from './find-chromium.ts';
import { type Line, openLine } from './line.ts';
import { type PageAnswer, type PageAsk, type RunningAsk, startAsk, withAsker } from './page.ts';
import { startProvider, type TestProvider } from './provider.ts';
import { HTML, SCRIPT, type Site, startSite } from './site.ts';

export const ADMIN_KEY = 'browser-tests-admin-key-of-32-characters';
const TENANT = 'acme';
/** As long as `until` waits: a busy machine is slow, and only what never comes fails. */
const PATIENT_MS = 120_000;
/** Linux' file system in memory: the router's ledger waits for the disk with every question. */
const IN_MEMORY = '/dev/shm';

/** Stand for the two origins in a build, which files share although each has ports of its own. */
const STAND_INS = ['http://line.stand-in.localhost', 'http://foreign.stand-in.localhost'];

const withOrigins = (script: string, origins: readonly string[]): string =>
  STAND_INS.reduce((text, standIn, index) => text.replaceAll(standIn, origins[index] ?? ''), script);

export interface OpenOptions {
  /** Undefined: travel mode is not turned on. */
  person?: string | null | undefined;
  /** What `getToken` gives, and what the page's asks are sent with; the publishable key where it is left out. */
  credential?: string;
  /** The page of the other origin. */
  foreign?: boolean;
}

export interface TravelBench {
  browser: Browser;
  provider: TestProvider;
  line: Line;
  foreign: Site;
  /** The other origin's worker, as a front end deploys it first. */
  foreignWorker: string;
  /** Deploys another one, until `reset`. */
  deployForeign(worker: string): void;
  /** Past the line. */
  routerUrl: string;
  secretKey: string;
  publishableKey: string;
  /** A secret key that a page may use. */
  browserKey: string;
  /** What the router has logged. */
  log: readonly string[];
  newContext(): Promise<BrowserContext>;
  /** Makes a context from elsewhere, such as a profile's, ready for `openPage`; it is yours to close. */
  adopt(context: BrowserContext): Promise<BrowserContext>;
  openPage(context: BrowserContext, options?: OpenOptions): Promise<Page>;
  /** Turns travel mode on in a page that is open already, such as after a reload. */
  travel(page: Page, options?: OpenOptions): Promise<void>;
  startAsk(page: Page, ask?: PageAsk): Promise<RunningAsk>;
  ask(page: Page, ask?: PageAsk): Promise<PageAnswer>;
  /** A user's token, minted with the secret key. */
  token(user: string, more?: { features?: string[]; ttlSeconds?: number }): Promise<string>;
  /** All that the tenant was charged so far, settled or held. */
  spentMicroUsd(): Promise<{ spent: number; held: number }>;
  /** Kills the router without notice, and starts it on the same state and port. */
  restartRouter(): Promise<void>;
  /** For `afterEach`: contexts closed, the line up, the first foreign worker back, faults, calls and what was seen forgotten. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export interface TravelBenchOptions {
  /** Over config.ts. */
  config?: Partial<ConfigInput>;
  /** Default: the headless shell. */
  browserKind?: BrowserKind;
  /** Of the router, over those that it is started with. */
  variables?: Readonly<Record<string, string>>;
}

export async function startTravelBench({
  config = {},
  browserKind = 'shell',
  variables = {},
}: TravelBenchOptions = {}): Promise<TravelBench> {
  // First, so that a missing browser is told before anything is built.
  const browser = await launchBrowser(browserKind);
  const directory = await mkdtemp(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'carryon-browser-'));
  const provider = await startProvider();
  let workerd: RunningWorkerd | undefined;
  const pages = { '/page': '<!doctype html><title>a page of the router’s own origin</title>' };
  const line = await openLine(() => workerd?.url ?? '', pages);
  const foreign = await startSite(
    new Map([['/', { type: HTML, text: '<!doctype html><title>a page of another origin</title>' }]]),
  );
  const foreignWorker = `importScripts('${line.origin}/sw.js');\n`;
  const deployForeign = (text: string) => void foreign.files.set('/sw.js', { type: SCRIPT, text });
  deployForeign(foreignWorker);
  const log: string[] = [];
  const contexts: BrowserContext[] = [];
  const credentials = new WeakMap<Page, string>();
  const stop = async () => {
    await browser.close();
    await workerd?.stop();
    await Promise.all([line.close(), foreign.close(), provider.close()]);
    await rm(directory, { recursive: true, force: true });
  };

  try {
    const wrangler = readWranglerConfig(wranglerConfigPath);
    const text = `export default ${JSON.stringify({ ...usualConfig, origins: STAND_INS, ...config })};\n`;
    const built = await readFile(await builtWorker(workerEntryPath, directory, { configText: text }), 'utf8');
    const scriptPath = join(directory, 'with-origins.js');
    const origins = [line.origin, foreign.origin];
    await writeFile(scriptPath, withOrigins(built, origins));
    const assetsDirectory = await builtAssets(directory);
    const start = async () => {
      workerd = await startWorkerd({
        services: [{ name: 'carryon', port: Number(new URL(workerd?.url ?? 'http://free:0').port), scriptPath }],
        stateDirectory: join(directory, 'state'),
        assetsDirectory,
        wrangler,
        variables: {
          KEY_SECRET: 'browser-tests-key-secret-of-32-characters',
          ADMIN_KEY,
          PROVIDER_A_API_BASE: `${provider.origin}/v1`,
          PROVIDER_A_KEY: 'sk-nobody',
          PROVIDER_A_MODEL: 'test-model',
          PROVIDER_A_FORMAT: 'openai',
          PROVIDER_A_PRICE_INPUT: '1',
          PROVIDER_A_PRICE_OUTPUT: '10',
          ...variables,
        },
        onLog: (text) => log.push(text),
      });
    };
    await start();
    const routerUrl = (workerd as RunningWorkerd | undefined)?.url ?? '';

    const call = <Reply>(method: string, path: string, credential: string, body?: object): Promise<Reply> =>
      callRouter(`${routerUrl}${path}`, method, credential, body);
    const makeKey = async (more: object) =>
      (await call<{ key: string }>('POST', '/admin/keys', ADMIN_KEY, { tenant: TENANT, ...more })).key;
    const secretKey = await makeKey({});
    const publishableKey = await makeKey({ kind: 'publishable', origins });
    const browserKey = await makeKey({ browser: true });

    const adopt = async (context: BrowserContext) => {
      await withAsker(context);
      context.setDefaultTimeout(PATIENT_MS);
      return context;
    };
    const bench: TravelBench = {
      ...{
        browser,
        provider,
        line,
        foreign,
        foreignWorker,
        deployForeign,
        routerUrl,
        secretKey,
        publishableKey,
        browserKey,
        log,
        stop,
        adopt,
      },
      async newContext() {
        const context = await adopt(await browser.newContext());
        contexts.push(context);
        return context;
      },
      async openPage(context, options = {}) {
        const page = await context.newPage();
        await page.goto(options.foreign ? `${foreign.origin}/` : `${line.origin}/page`);
        await bench.travel(page, options);
        return page;
      },
      async travel(page, { person, credential = publishableKey } = {}) {
        credentials.set(page, credential);
        if (person === undefined) return;
        // As text: the test runner rewrites an import in a function.
        await page.evaluate(`(async () => {
          const { travelMode } = await import('${line.origin}/travel.js');
          const getToken = () => ${JSON.stringify(credential)};
          globalThis.travel = await travelMode({ person: ${JSON.stringify(person)}, getToken });
        })()`);
      },
      startAsk: (page, ask = {}) => startAsk(page, line.origin, credentials.get(page) ?? publishableKey, ask),
      ask: async (page, ask) => (await bench.startAsk(page, ask)).ended(),
      token: async (user, more = {}) =>
        (await call<{ token: string }>('POST', '/v1/tokens', secretKey, { user, ...more })).token,
      async spentMicroUsd() {
        const path = `/admin/ledger/${TENANT}`;
        type Scope = { scope: string; spentMicroUsd: number; reservedMicroUsd: number };
        const { scopes } = await call<{ scopes: Scope[] }>('GET', path, ADMIN_KEY);
        const tenant = scopes.find(({ scope }) => scope === 'tenant');
        return { spent: tenant?.spentMicroUsd ?? 0, held: tenant?.reservedMicroUsd ?? 0 };
      },
      async restartRouter() {
        workerd?.kill('SIGKILL');
        await workerd?.exited;
        await start();
      },
      async reset() {
        await Promise.all(contexts.splice(0).map((context) => context.close()));
        deployForeign(foreignWorker);
        line.clear();
        await line.up();
        line.seen.splice(0);
        provider.reset();
        provider.calls.splice(0);
      },
    };
    return bench;
  } catch (error) {
    await stop();
    throw error;
  }
}
