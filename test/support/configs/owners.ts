/** For tests of who owns an answer: one feature per scope, and one with resumable streams. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: { 'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
  features: {
    chat: { resume: true },
    ours: { cache: { scope: 'tenant' } },
    mine: { cache: { scope: 'user' } },
  },
  defaultFeature: 'chat',
  tiers: {},
} satisfies ConfigInput;
