/** The other provider judges every answer. */
import { defineConfig } from '../../../worker/core/config/schema.ts';

export default defineConfig({
  aliases: {
    'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] },
    'app/judge': { deployments: [{ id: 'b', fromEnvironment: 'PROVIDER_B' }] },
  },
  features: { chat: { alias: 'app/chat' } },
  defaultFeature: 'chat',
  slo: {
    objectives: [{ name: 'quality', sli: 'quality', target: 90 }],
    judge: { alias: 'app/judge', sample: 1, dailyUsd: 1 },
  },
});
