/**
 * The demo on the built router in local mode, with two providers to unplug: `a` is asked first, `b` where it fails.
 *
 *     const demo = await startDemoBench();
 *     afterEach(() => demo.reset());
 *     afterAll(() => demo.stop());
 *
 *     const page = await demo.open(await demo.newContext());          // the page at `/`, in English
 *     demo.a.set({ text: '# A heading\n\nand text', paceMs: 5 });      // what provider A says from now on
 *     await demo.line.down();                                         // the router is gone; or context.setOffline(true)
 */
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { ConfigInput } from '../../../worker/core/config/schema.ts';
import { patiently } from '../../support/patiently.ts';
import { ADMIN_KEY, startTravelBench, type TravelBench } from './bench.ts';
import { startProvider, type TestProvider } from './provider.ts';

const CONFIG: Partial<ConfigInput> = {
  aliases: {
    'app/chat': {
      deployments: [
        { id: 'a', fromEnvironment: 'PROVIDER_A', order: 1 },
        { id: 'b', fromEnvironment: 'PROVIDER_B', order: 2 },
      ],
    },
  },
  features: { chat: { alias: 'app/chat', resume: true } },
  router: { numRetries: 0, allowedFails: 1, cooldownTime: '10s' },
  // Providers fail on purpose here; the strip would say so.
  slo: { public: [] },
};

export interface DemoBench
  extends Pick<TravelBench, 'browser' | 'line' | 'log' | 'restartRouter' | 'adopt' | 'routerUrl'> {
  a: TestProvider;
  b: TestProvider;
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** The page, loaded. `path`: such as `/?x=1`. */
  open(context: BrowserContext, path?: string): Promise<Page>;
  /** For `afterEach`: as the travel bench's, with both providers plugged in again. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** `config`: over the one above. `models`: what the two providers' models are called. */
export async function startDemoBench(
  config: Partial<ConfigInput> = {},
  models = { a: 'model-of-a', b: 'model-of-b' },
): Promise<DemoBench> {
  const b = await startProvider();
  const bench = await startTravelBench({
    config: { ...CONFIG, ...config },
    variables: {
      CARRYON_LOCAL: '1',
      PROVIDER_A_MODEL: models.a,
      PROVIDER_B_API_BASE: `${b.origin}/v1`,
      PROVIDER_B_KEY: 'sk-nobody',
      PROVIDER_B_MODEL: models.b,
      PROVIDER_B_FORMAT: 'openai',
      PROVIDER_B_PRICE_INPUT: '1',
      PROVIDER_B_PRICE_OUTPUT: '10',
    },
  }).catch(async (error) => {
    await b.close();
    throw error;
  });
  const { browser, line, log, restartRouter, adopt, routerUrl } = bench;
  const contexts: BrowserContext[] = [];
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const undo = (what: string) => patiently(() => fetch(`${routerUrl}/admin/${what}`, { method: 'DELETE', headers }));
  return {
    ...{ browser, line, log, restartRouter, adopt, routerUrl, a: bench.provider, b },
    async newContext(options = {}) {
      const context = await adopt(await browser.newContext({ locale: 'en-GB', ...options }));
      contexts.push(context);
      return context;
    },
    async open(context, path = '/') {
      const page = await context.newPage();
      await page.goto(`${line.origin}${path}`);
      return page;
    },
    async reset() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      await bench.reset();
      b.reset();
      b.calls.splice(0);
      for (const what of ['faults/a', 'faults/b', 'cooldowns/a', 'cooldowns/b']) await undo(what);
    },
    async stop() {
      await bench.stop();
      await b.close();
    },
  };
}
