/** Promises that some requests keep and others do not. First content within 10 ms can only come from the cache. */
import { type ConfigInput, defineConfig } from '../../../worker/core/config/schema.ts';

export const PROMISED: ConfigInput['slo'] = {
  objectives: [
    { name: 'success', sli: 'success', target: 99.5 },
    { name: 'at-once', sli: 'ttft', feature: 'search', under: '10ms', target: 50 },
    { name: 'in-time', sli: 'latency', feature: 'search', under: '1s', target: 95 },
    { name: 'cheap', sli: 'cost', feature: 'search', atMostUsd: 0.000001, target: 90 },
    { name: 'both', of: ['success', 'at-once'] },
  ],
};

export default defineConfig({
  aliases: {
    'app/chat': {
      deployments: [
        { id: 'a', fromEnvironment: 'PROVIDER_A', order: 1 },
        { id: 'b', fromEnvironment: 'PROVIDER_B', order: 2 },
      ],
    },
  },
  features: {
    chat: { alias: 'app/chat' },
    search: { alias: 'app/chat', cache: { scope: 'tenant', ttl: '1h' } },
  },
  defaultFeature: 'chat',
  origins: [],
  tiers: {},
  router: { numRetries: 0, allowedFails: 3, cooldownTime: '1s', whenAllCooling: 'try-soonest' },
  slo: PROMISED,
});
