/** Two deployments of one alias, an answer cache, and all kinds of telemetry. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: {
    'app/chat': {
      deployments: [
        { id: 'a', fromEnvironment: 'PROVIDER_A', order: 1, timeout: '60s', streamTimeout: '60s' },
        { id: 'b', fromEnvironment: 'PROVIDER_B', order: 2, timeout: '60s', streamTimeout: '60s' },
      ],
    },
  },
  features: {
    chat: { alias: 'app/chat', maxOutputTokens: 100 },
    cached: { alias: 'app/chat', maxOutputTokens: 100, cache: { ttl: '1h', scope: 'tenant' } },
  },
  defaultFeature: 'chat',
  router: { numRetries: 0, allowedFails: 100 },
  telemetry: {
    otlp: { url: 'OTLP_URL', headers: 'OTLP_HEADERS' },
    langfuse: { url: 'LANGFUSE_URL', publicKey: 'LANGFUSE_PK', secretKey: 'LANGFUSE_SK' },
    logs: true,
  },
} satisfies ConfigInput;
