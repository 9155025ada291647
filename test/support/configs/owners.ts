/** For tests of whose an answer is: one feature of each scope, and one whose streams go on. */
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
