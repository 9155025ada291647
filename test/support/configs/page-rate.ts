/** A small rate, for tests of the rate of an address with publishable keys. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: { 'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
  features: { chat: { resume: true } },
  defaultFeature: 'chat',
  tiers: {},
  router: { publishableRate: 5 },
} satisfies ConfigInput;
