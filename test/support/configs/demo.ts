/** For tests of a deployed demo that everybody may use, with the key from a variable. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: { 'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
  features: { chat: { resume: true } },
  defaultFeature: 'chat',
  demo: { signIn: 'publishable', key: 'DEMO_KEY' },
} satisfies ConfigInput;
