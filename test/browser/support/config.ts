/** For tests in a browser: one provider, asked once, so that its calls can be counted. `origins` are known when the ports are. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: { 'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
  features: {
    /** Streams resume; answers are kept for a week. */
    chat: { resume: true },
    /** Asked once, without a key. */
    plain: {},
    /** Nothing is kept in the browser. */
    never: { resume: true, travelTtl: '0s' },
    /** Kept for a moment. */
    brief: { resume: true, travelTtl: '2s' },
  },
  defaultFeature: 'chat',
  tiers: {},
  router: { numRetries: 0, allowedFails: 1000 },
} satisfies ConfigInput;
