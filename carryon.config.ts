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
        { id: 'a', fromEnvironment: 'PROVIDER_A', order: 1, timeout: '30s', streamTimeout: '8s' },
        { id: 'b', fromEnvironment: 'PROVIDER_B', order: 2, timeout: '30s', streamTimeout: '8s' },
        // Or by preset, with OPENAI_API_KEY as the secret:
        // { id: 'gpt', provider: 'openai', model: 'gpt-5.6-terra', order: 1, price: { input: 1.25, output: 10 } },
      ],
    },
  },
  features: {
    chat: { alias: 'app/chat' },
    summarize: { alias: 'app/chat' },
  },
  defaultFeature: 'chat',
  // Pages that may call. Locally every origin may.
  origins: [],
  router: {
    numRetries: 2,
    allowedFails: 3,
    cooldownTime: '10s',
    totalTimeout: '45s',
    whenAllCooling: 'try-soonest',
  },
});
