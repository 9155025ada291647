/** For tests of what is billed, booked and held. It has the sandbox's prices and no cooldowns, and the tests set all limits. */
import { DEFAULT_PRICES, type Prices } from '../../../sandbox/billing.ts';
import { IMAGE_TOKENS } from '../../../sandbox/tokens.ts';
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

const priced = (prices: Prices) => ({
  input: prices.inputUsdPerMillion,
  output: prices.outputUsdPerMillion,
  cachedInput: prices.cachedInputUsdPerMillion,
  cacheWrite: prices.cacheWriteUsdPerMillion,
});
const price = priced(DEFAULT_PRICES);
const PATIENT = { price, timeout: '60s', streamTimeout: '60s', idleTimeout: '60s' };
const preset = (provider: string, slot: string) => ({
  ...{ id: `preset-${provider}`, provider, model: `sandbox-${provider}` },
  ...{ apiBase: `${slot}_API_BASE`, key: `${slot}_KEY`, ...PATIENT },
});
/** For one provider that hangs. */
const IMPATIENT = { price, timeout: '400ms', streamTimeout: '400ms', idleTimeout: '400ms' };
/** For providers that hang among many others. */
const HASTY = { price, timeout: '4s', streamTimeout: '2s', idleTimeout: '2s' };
/** For providers that hang, if a request that a busy machine delays has no other deployment to go to. */
const UNHURRIED = { price, timeout: '15s', streamTimeout: '15s', idleTimeout: '15s' };

/** The prices of the `anthropic` sandbox for tests that want a cheaper alias. */
export const CHEAP_PRICES: Prices = {
  inputUsdPerMillion: 0.2,
  outputUsdPerMillion: 0.8,
  cachedInputUsdPerMillion: 0.1,
  cacheWriteUsdPerMillion: 0.2,
};

export default {
  aliases: {
    'app/openai': { deployments: [{ id: 'openai', fromEnvironment: 'PROVIDER_A', ...PATIENT }] },
    'app/anthropic': { deployments: [{ id: 'anthropic', fromEnvironment: 'PROVIDER_B', ...PATIENT }] },
    /** These take all parameters that the two providers' own presets let through. */
    'preset/openai': { deployments: [preset('openai', 'PROVIDER_A')] },
    'preset/anthropic': { deployments: [preset('anthropic', 'PROVIDER_B')] },
    'hasty/openai': { deployments: [{ id: 'hasty-openai', fromEnvironment: 'PROVIDER_A', ...IMPATIENT }] },
    'hasty/anthropic': { deployments: [{ id: 'hasty-anthropic', fromEnvironment: 'PROVIDER_B', ...IMPATIENT }] },
    /** Both providers at once. Each has half of the traffic, and each is the other's failover. */
    'app/both': {
      deployments: [
        { id: 'both-a', fromEnvironment: 'PROVIDER_A', ...HASTY },
        { id: 'both-b', fromEnvironment: 'PROVIDER_B', ...HASTY },
      ],
    },
    'unhurried/both': {
      deployments: [
        { id: 'unhurried-a', fromEnvironment: 'PROVIDER_A', ...UNHURRIED },
        { id: 'unhurried-b', fromEnvironment: 'PROVIDER_B', ...UNHURRIED },
      ],
    },
    'app/cheap': {
      deployments: [{ id: 'cheap', fromEnvironment: 'PROVIDER_B', ...PATIENT, price: priced(CHEAP_PRICES) }],
    },
  },
  features: {
    chat: { alias: 'app/openai' },
    search: { alias: 'app/openai' },
    strict: { alias: 'app/openai', maxInputTokens: 1_000, maxOutputTokens: 200, maxCostPerRequest: 0.0015 },
    guarded: {
      alias: 'app/openai',
      maxInputTokens: 2_000,
      maxOutputTokens: 400,
      maxCostPerRequest: 0.0035,
      onExceed: 'degrade',
      safeguard: { alias: 'app/cheap', maxInputTokens: 500, maxOutputTokens: 30 },
    },
  },
  defaultFeature: 'chat',
  // This is how the sandbox counts, which adds nothing of its own. So there is no slack in which a bug could hide.
  pricing: { overheadTokensPerRequest: 0, overheadTokensPerTool: 0, tokensPerImage: IMAGE_TOKENS },
  router: { allowedFails: 1_000, cooldownTime: '100ms', totalTimeout: '20s', maxStreamDuration: '20s' },
} satisfies ConfigInput;
