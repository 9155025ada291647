/** The config that the commands in the docs are about: the one that ships, and a feature with a safeguard. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: {
    'app/chat': {
      deployments: [
        { id: 'a', fromEnvironment: 'PROVIDER_A', order: 1 },
        { id: 'b', fromEnvironment: 'PROVIDER_B', order: 2 },
      ],
    },
  },
  features: {
    chat: { alias: 'app/chat', resume: true, promptCache: true },
    summarize: { alias: 'app/chat', cache: { scope: 'tenant', ttl: '1h', staleTtl: '24h' } },
    support: { alias: 'app/chat', onExceed: 'degrade', safeguard: { maxOutputTokens: 300 } },
  },
  defaultFeature: 'chat',
  tiers: { free: { rps: 1, burst: 10 } },
} satisfies ConfigInput;
