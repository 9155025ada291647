/** A feature with a safeguard, and a webhook of each format. */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

export default {
  aliases: {
    'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A', timeout: '60s', streamTimeout: '60s' }] },
    'app/cheap': { deployments: [{ id: 'b', fromEnvironment: 'PROVIDER_B', timeout: '60s', streamTimeout: '60s' }] },
  },
  features: {
    chat: { alias: 'app/chat', maxOutputTokens: 100 },
    guarded: {
      ...{ alias: 'app/chat', maxOutputTokens: 200, onExceed: 'degrade' },
      safeguard: { alias: 'app/cheap', maxOutputTokens: 20 },
    },
  },
  defaultFeature: 'chat',
  // On a busy machine the default promises would be broken, and their alerts would come between the alerts of budgets.
  slo: { objectives: [], averages: [] },
  alerts: {
    webhooks: [
      { url: 'ALERTS_SLACK_URL', format: 'slack' },
      { url: 'ALERTS_JSON_URL', format: 'json', secret: 'ALERTS_JSON_SECRET' },
      {
        ...{ routingKey: 'ALERTS_PAGER_KEY', url: 'ALERTS_PAGER_URL', format: 'pagerduty' },
        severities: ['incident', 'page', 'ticket', 'note'],
      },
    ],
  },
} satisfies ConfigInput;
