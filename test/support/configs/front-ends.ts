/** For tests of what a front end learns and may do. It has a feature of each kind. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: { 'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
  features: {
    chat: { resume: true },
    never: { resume: true, travelTtl: '0s' },
    cached: { travelTtl: '1h', cache: { scope: 'tenant', ttl: '1h', staleTtl: '24h' } },
    guarded: { resume: true, maxOutputTokens: 100, onExceed: 'degrade', safeguard: { maxOutputTokens: 50 } },
  },
  defaultFeature: 'chat',
  tiers: {},
  tenants: { shows: { showsProvider: true }, hides: { showsProvider: false } },
} satisfies ConfigInput;
