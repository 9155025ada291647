import type { ShownAlert, ShownObjective } from '../../../../web-demo/operator/core/replies.ts';

export const NOW = Date.UTC(2026, 10, 27, 14, 2, 11);

/** A kept promise of success. */
export const objective = (more: Partial<ShownObjective> = {}): ShownObjective => ({
  ...{ name: 'chat-success', sli: 'success', feature: 'chat', tenant: null, under: null, atMostUsd: null, of: [] },
  ...{ target: 99.5, promised: 99, window: '30d', value: 0.9971, state: 'healthy', good: 9_971, total: 10_000 },
  excluded: {},
  errorBudgetRemaining: 0.42,
  budget: { allowed: 50, spent: 29, remaining: 21, outageMinutes: 90 },
  burnRates: { '5m': 7.9, '30m': 7, '1h': 6.8, '2h': 6.5, '6h': 6.4, '1d': 3.1, '3d': 1.6 },
  burnAlerts: [
    { long: '1h', short: '5m', severity: 'page', burnRate: 14.4, wantedBurnRate: 14.4 },
    { long: '6h', short: '30m', severity: 'page', burnRate: 6, wantedBurnRate: 6 },
  ],
  exhaustsAt: null,
  month: { month: '2026-11', value: 0.99, kept: true, budgetSpent: 0.1, good: 1, total: 1, excluded: {} },
  ...more,
});

export const alert = (more: Partial<ShownAlert> = {}): ShownAlert => ({
  ...{ name: 'burn/chat-success/6h', severity: 'ticket', objective: 'chat-success' },
  ...{ feature: 'chat', tenant: null, since: NOW - 60_000, firedAt: NOW, burnRate: 6.4, runbook: null },
  text: 'Success of chat burns its error budget 6.4 times too fast over six hours.',
  ...{ silencedUntil: null, acknowledgedBy: null, acknowledgedAt: null },
  ...more,
});
