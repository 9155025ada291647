/** Limits for every kind of scope. An operator overrides them in the tests. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: {
    'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A', timeout: '60s', streamTimeout: '60s' }] },
  },
  features: { chat: {}, support: { limits: { monthlyUsd: 50 } } },
  defaultFeature: 'chat',
  tiers: { free: { rps: 1, burst: 10 }, paid: { monthlyUsd: 3, parallel: 5 } },
  tenants: {
    acme: {
      tier: 'free',
      limits: { monthlyUsd: 200, dailyUsd: 20, burst: 1_000 },
      userLimits: { dailyUsd: 0.5 },
      anonymousLimits: { dailyUsd: 2 },
    },
  },
} satisfies ConfigInput;
