/** A config that says something about everything that documents are made of. */
import { defineConfig } from '../../../../../worker/core/config/schema.ts';

const price = { input: 1, output: 4 };

/** As a team would write it; with a text that means no good. */
export const FILLED = defineConfig({
  publicUrl: 'https://ai.acme.example',
  aliases: {
    'app/chat': {
      deployments: [
        { id: 'gpt', provider: 'openai', model: 'gpt-5.6-terra', order: 1, streamTimeout: '8s', price },
        { id: 'claude', provider: 'anthropic', model: 'claude-sonnet-4-5', order: 2, price },
        { id: 'spare', fromEnvironment: 'PROVIDER_A', order: 2, price },
      ],
    },
    'app/cheap': { deployments: [{ id: 'mini', provider: 'openai', model: 'gpt-5.6-mini', price }] },
  },
  features: {
    chat: {
      alias: 'app/chat',
      maxInputTokens: 60_000,
      maxOutputTokens: 1_000,
      maxCostPerRequest: 0.05,
      onExceed: 'degrade',
      safeguard: { alias: 'app/cheap', maxInputTokens: 8_000, maxOutputTokens: 300 },
      limits: { monthlyUsd: 50 },
      promptCache: true,
    },
    summarize: { alias: 'app/cheap', cache: { scope: 'tenant', ttl: '1h', staleTtl: '24h' } },
  },
  defaultFeature: 'chat',
  tiers: { team: { rps: 10, burst: 50 } },
  tenants: {
    globex: {
      tier: 'team',
      class: 'gold',
      limits: { monthlyUsd: 200, dailyUsd: 20 },
      userLimits: { dailyUsd: 0.5, rps: 1, burst: 5, parallel: 2 },
      anonymousLimits: { dailyUsd: 2, tpm: 100_000 },
    },
  },
  alerts: {
    webhooks: [
      { url: 'ALERTS_SLACK_URL', format: 'slack', severities: ['incident', 'page', 'ticket'] },
      { format: 'pagerduty', routingKey: 'PAGERDUTY_KEY' },
      { url: 'ALERTS_OPS_URL', format: 'json', secret: 'ALERTS_OPS_SECRET' },
    ],
  },
  slo: {
    service: 'Support assistant of Acme <script>alert(1)</script>',
    contact: 'ops@acme.example',
    objectives: [
      {
        name: 'chat-success',
        sli: 'success',
        feature: 'chat',
        target: 99.5,
        promised: 99,
        tier: 1,
        why: 'Agents | cannot *work* without it. --> [Here](https://bad.example)',
      },
      { name: 'chat-ttft', sli: 'ttft', feature: 'chat', under: '2.5s', target: 95 },
      { name: 'chat-whole', sli: 'latency', feature: 'chat', under: '2m', target: 99, window: '7d' },
      { name: 'chat-cost-share', sli: 'cost', feature: 'chat', atMostUsd: 0.05, target: 99 },
      { name: 'chat-valid', sli: 'valid', feature: 'chat', target: 99 },
      { name: 'chat-quality', sli: 'quality', feature: 'chat', target: 90 },
      { name: 'retrieval', sli: 'external', target: 99.9, promised: 99.5, tier: 2 },
      { name: 'never-lost', sli: 'success', target: 100 },
      { name: 'chat', of: ['chat-success', 'chat-ttft'] },
    ],
    dependencies: [
      { objective: 'retrieval', touches: ['chat-success', 'chat-whole'], consumes: true },
      { objective: 'never-lost', touches: ['chat-ttft'] },
    ],
    averages: [{ name: 'chat-cost', feature: 'chat', averageUsd: 0.015 }],
    classes: { gold: { success: 99.9, ttft: '2s' }, silver: { success: 99, ttft: '5s', latency: '1m' } },
    maintenance: {
      mostMinutes: 45,
      windows: [
        {
          from: '2027-03-07T02:00:00Z',
          to: '2027-03-07T02:30:00Z',
          reason: 'A new database',
          announcedAt: '2027-03-01T09:00:00Z',
        },
      ],
    },
    policy: [
      { on: 'burn>2x/1h', objective: 'chat-success', do: ['incident', 'pin', 'safeguard'] },
      { on: 'month>50%@15', sli: 'success', do: ['freeze'] },
      { on: 'budget<20%', objective: 'globex-success', do: ['incident'] },
    ],
    credits: [
      { below: 99, percent: 10 },
      { below: 95, percent: 25 },
    ],
  },
});
