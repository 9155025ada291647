/**
 * What Carryon routes. Provider hosts and keys are named here by environment variable, never written here.
 * Checked by `npm run build` (and so by `wrangler deploy`): a mistake names its line and what would be right.
 */
import { defineConfig } from './worker/core/config/schema.ts';

export default defineConfig({
  aliases: {
    'app/chat': {
      deployments: [
        // Two slots filled from the environment: PROVIDER_A_API_BASE, PROVIDER_A_KEY, PROVIDER_A_MODEL, PROVIDER_A_FORMAT, …
        { id: 'a', fromEnvironment: 'PROVIDER_A', order: 1, streamTimeout: '8s' },
        { id: 'b', fromEnvironment: 'PROVIDER_B', order: 2, streamTimeout: '8s' },
        // Or by preset, with OPENAI_API_KEY as the secret and the list's price:
        // { id: 'gpt', provider: 'openai', model: 'gpt-5.6-terra', order: 1 },
      ],
    },
  },
  features: {
    // Its streams go on where a connection broke; its instructions and tools come again, and Anthropic is told to keep them.
    chat: { alias: 'app/chat', resume: true, promptCache: true },
    // Equal questions get the answer that was given already, for an hour; for a day where providers are down.
    summarize: { alias: 'app/chat', cache: { scope: 'tenant', ttl: '1h', staleTtl: '24h' } },
    // With caps: what is above them, or above what a budget has left, is served by the safeguard.
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
  // Pages that may call. In local mode those of this machine may too.
  origins: [],
  // Named sets of limits, for tenants and for keys (`--tier free`): 60, 600 and 6,000 requests a minute.
  tiers: {
    free: { rps: 1, burst: 10 },
    team: { rps: 10, burst: 50 },
    business: { rps: 100, burst: 200 },
  },
  // Who pays, and what each may use (docs/limits.md). A tenant that is not named here has no limits until an operator sets some.
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
  // Who hears of a budget before it ends, at 60, 85 and 95 % (docs/alerts.md). `npm run alerts -- test` proves that it works.
  // alerts: {
  //   webhooks: [{ url: 'ALERTS_SLACK_URL', format: 'slack' }],
  // },
  router: {
    numRetries: 2,
    allowedFails: 3,
    cooldownTime: '10s',
    whenAllCooling: 'try-soonest',
  },
});
