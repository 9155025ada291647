/** For tests of a deployed demo: everybody may use it, with the key of a variable. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: { 'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
  features: { chat: { resume: true } },
  defaultFeature: 'chat',
  demo: { signIn: 'publishable', key: 'DEMO_KEY' },
} satisfies ConfigInput;
