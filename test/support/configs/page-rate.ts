/** For tests of an address's rate with publishable keys: a small rate. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: { 'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
  features: { chat: { resume: true } },
  defaultFeature: 'chat',
  tiers: {},
  router: { publishableRate: 5 },
} satisfies ConfigInput;
