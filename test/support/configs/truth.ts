/** For the test of what the book reports. The models' names make aliases answer, fail over, fail, break off or wait. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

type DeploymentInput = ConfigInput['aliases'][string]['deployments'][number];

const deployment = (id: string, order: number, model = 'sandbox'): DeploymentInput => ({
  ...{ id, order, model, provider: 'openai-compatible' },
  ...{ apiBase: 'PROVIDER_A_API_BASE', key: 'PROVIDER_A_KEY', price: { input: 1, output: 4 } },
  ...{ timeout: '60s', streamTimeout: '60s', idleTimeout: '60s' },
});

/** The milliseconds to the first token of the `slow/…` aliases. There is an odd number of them, so that the median is one of them. */
export const DELAYS_MS = [150, 200, 260, 340, 450, 600, 1_000] as const;

const slow = (delayMs: number) => ({
  deployments: [deployment(`slow-${delayMs}`, 1, `sandbox:slow-first-token?delayMs=${delayMs}`)],
});

export default {
  aliases: {
    good: { deployments: [deployment('good', 1)] },
    'fails-over': { deployments: [deployment('failing', 1, 'sandbox:503'), deployment('standby', 2)] },
    down: { deployments: [deployment('down', 1, 'sandbox:500')] },
    cut: { deployments: [deployment('cut', 1, 'sandbox:cut-mid-stream')] },
    // The client leaves long before this time, but the run goes on until then.
    silent: {
      deployments: [{ ...deployment('silent', 1, 'sandbox:hang-before-first-token'), streamTimeout: '5s' }],
    },
    dripping: { deployments: [deployment('dripping', 1, 'sandbox:drip?delayMs=100')] },
    ...Object.fromEntries(DELAYS_MS.map((delayMs) => [`slow/${delayMs}`, slow(delayMs)])),
  },
  features: {
    chat: { alias: 'good', resume: true },
    timed: { alias: 'good' },
    cached: { alias: 'good', cache: { scope: 'tenant', ttl: '1h', staleTtl: '1h' } },
  },
  defaultFeature: 'chat',
  slo: {
    objectives: [
      { name: 'all', sli: 'success', target: 99 },
      ...['chat', 'timed', 'cached'].map((feature) => ({
        ...{ name: `${feature}-success`, sli: 'success' as const, feature, target: 99 },
      })),
      // The limit lies between two delays, so it is beyond doubt on which side a request is.
      { name: 'timed-ttft', sli: 'ttft', feature: 'timed', under: '800ms', target: 90 },
    ],
  },
  router: { allowedFails: 1_000, numRetries: 0, totalTimeout: '60s' },
} satisfies ConfigInput;
