/**
 * What Carryon serves; docs/config.md has every field. Provider hosts and keys are named by environment variable, never written here.
 * `npm run build` (and so `wrangler deploy`) checks this file: a mistake stops it and names the line and what would be right.
 */
import { defineConfig } from './worker/core/config/schema.ts';

export default defineConfig({
  aliases: {
    'app/chat': {
      deployments: [
        // Two slots filled from the environment: PROVIDER_A_API_BASE, PROVIDER_A_KEY, PROVIDER_A_MODEL, PROVIDER_A_FORMAT, …
        { id: 'a', fromEnvironment: 'PROVIDER_A', order: 1, streamTimeout: '8s' },
        { id: 'b', fromEnvironment: 'PROVIDER_B', order: 2, streamTimeout: '8s' },
        // Or a preset, with OPENAI_API_KEY as the secret and its list price:
        // { id: 'gpt', provider: 'openai', model: 'gpt-5.6-terra', order: 1 },
      ],
    },
  },
  features: {
    // Its streams resume after a broken connection. Its instructions and tools repeat, so Anthropic is told to cache them.
    chat: { alias: 'app/chat', resume: true, promptCache: true },
    // Equal questions get the same answer for an hour, and for a day more while providers are down.
    summarize: { alias: 'app/chat', cache: { scope: 'tenant', ttl: '1h', staleTtl: '24h' } },
    // With caps: a request above them, or above what a budget has left, is served by the safeguard.
    // support: {
    //   alias: 'app/chat',
    //   maxInputTokens: 60_000,
    //   maxOutputTokens: 1_000,
    //   maxCostPerRequest: 0.05,
    //   onExceed: 'degrade',
    //   safeguard: { maxInputTokens: 8_000, maxOutputTokens: 300 },
    //   limits: { monthlyUsd: 50 },
    // },
  },
  defaultFeature: 'chat',
  // Origins whose pages may call. In local mode, pages of this machine may too.
  origins: [],
  // Named sets of limits, for tenants and for keys (`--tier free`): 60, 600 and 6,000 requests a minute.
  tiers: {
    free: { rps: 1, burst: 10 },
    team: { rps: 10, burst: 50 },
    business: { rps: 100, burst: 200 },
  },
  // Who pays, and what each may use (docs/limits.md). A tenant that is not named has no limits until an operator sets some.
  // tenants: {
  //   acme: {
  //     tier: 'team',
  //     limits: { monthlyUsd: 200, dailyUsd: 20 },
  //     userLimits: { dailyUsd: 0.5, rps: 1, burst: 5, parallel: 2 },
  //     anonymousLimits: { dailyUsd: 2, rps: 2, burst: 10 },
  //     locationHint: 'weur',
  //     whenLedgerUnreachable: { budgets: 'refuse', rates: 'run' },
  //   },
  // },
  // Whom to alert at 60, 85 and 95 % of a budget (docs/alerts.md). `npm run alerts -- test` checks that it works.
  // alerts: {
  //   webhooks: [{ url: 'ALERTS_SLACK_URL', format: 'slack' }],
  // },
  // What is promised (docs/slo.md). By itself: 99.5 % answered, 95 % of first tokens within 2.5 s, $0.015 a request on average.
  // slo: {
  //   preset: 'chat',
  //   objectives: [{ name: 'chat-success', target: 99.9, promised: 99.5 }],
  //   public: ['chat-success', 'chat-ttft'],
  // },
  router: {
    numRetries: 2,
    allowedFails: 3,
    cooldownTime: '10s',
    whenAllCooling: 'try-soonest',
  },
});
