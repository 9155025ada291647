/** A month of figures for the operator page, as the admin API would tell them: an outage, a slow decay, an alert that fires. */
import type { Page } from 'playwright-core';
import type { Evaluation } from '../../../worker/core/slo/evaluate.ts';
import type { DurationHistory, MoneyReport, ObjectiveHistory } from '../../../worker/core/slo/history.ts';
import type { IncidentPage } from '../../../worker/core/slo/incident.ts';

const [HOUR, DAY] = [3_600_000, 86_400_000];

/** The same for each run. */
const wave = (index: number): number => Math.abs(Math.sin(index * 12.9898) * 43_758.5453) % 1;

type Told = Omit<Evaluation, 'days'> & { tier?: number; dependsOn?: object[]; touches?: string[]; days?: string[] };

const objective = (more: Partial<Told> & { name: string }): Told => ({
  ...{
    sli: 'success',
    feature: 'chat',
    tenant: null,
    under: null,
    atMostUsd: null,
    of: [],
    target: 99.5,
    promised: 99,
  },
  ...{ window: '30d', value: 0.9971, state: 'healthy', good: 54_107, total: 54_264, excluded: { budget: 3 } },
  errorBudgetRemaining: 0.88,
  budget: { allowed: 271.3, spent: 157, remaining: 114.3, outageMinutes: 91 },
  burnRates: { '5m': 0.2, '30m': 0.3, '1h': 0.4, '2h': 0.4, '6h': 0.5, '1d': 0.6, '3d': 0.7 },
  burnAlerts: [
    { long: '1h', short: '5m', severity: 'page', burnRate: 14.4, wantedBurnRate: 14.4 },
    { long: '6h', short: '30m', severity: 'page', burnRate: 6, wantedBurnRate: 6 },
    { long: '1d', short: '2h', severity: 'ticket', burnRate: 3, wantedBurnRate: 3 },
    { long: '3d', short: '6h', severity: 'ticket', burnRate: 1, wantedBurnRate: 1 },
  ],
  exhaustsAt: null,
  month: { month: '2026-11', value: 0.997, kept: true, budgetSpent: 0.5, good: 1, total: 1, excluded: {} },
  ...more,
});

export function figures(now: number) {
  const objectives = [
    objective({
      ...{ name: 'chat-success', state: 'burning', errorBudgetRemaining: 0.42, exhaustsAt: now + 9 * DAY, tier: 1 },
      burnRates: { '5m': 7.9, '30m': 7.2, '1h': 6.8, '2h': 6.6, '6h': 6.4, '1d': 3.1, '3d': 1.6 },
      dependsOn: [{ objective: 'retrieval', state: 'burning', consumes: true }],
    }),
    objective({ name: 'chat-ttft', sli: 'ttft', under: '2.5s', target: 95, value: 0.9942 }),
    objective({ name: 'chat-all', sli: 'composite', of: ['chat-success', 'retrieval'], value: 0.9952, tier: 1 }),
    objective({
      ...{ name: 'retrieval', sli: 'external', feature: null, state: 'burning', value: 0.9981, tier: 2 },
      touches: ['chat-success'],
    }),
    objective({
      name: 'summarize-success',
      feature: 'summarize',
      state: 'exhausted',
      value: 0.981,
      errorBudgetRemaining: -2.8,
    }),
    objective({
      name: 'hooli-success',
      tenant: 'hooli',
      state: 'no_data',
      value: null,
      good: 0,
      total: 0,
      errorBudgetRemaining: null,
    }),
  ];
  const averages = [
    {
      name: 'chat-cost',
      feature: 'chat',
      averageUsd: 0.015,
      window: '30d',
      valueUsd: 0.0093,
      state: 'healthy',
      total: 54_264,
    },
  ];
  const from = now - 30 * DAY;
  const width = 6 * HOUR;
  const left = (index: number): number =>
    index < 42 ? 0.98 - index * 0.0002 : index < 98 ? 0.81 - index * 0.0001 : 0.8 - (index - 98) * 0.0175;
  const history: ObjectiveHistory = {
    ...{ objective: 'chat-success', tenant: null, from, to: now, widthMs: width },
    points: Array.from({ length: 120 }, (_, index) => {
      const isGap = index > 60 && index < 64;
      const [total, bad] = isGap ? [0, 0] : [450, index === 42 ? 40 : Math.round(wave(index) * 2)];
      const value = total === 0 ? null : (total - bad) / total;
      return { at: from + index * width, good: total - bad, total, value, budgetRemaining: isGap ? null : left(index) };
    }),
    marks: [
      { kind: 'incident', from: from + 42 * width, to: from + 42 * width + 38 * 60_000, text: 'A down' },
      { kind: 'drill', from: from + 74 * width, to: from + 74 * width + 600_000, text: 'drill' },
      { kind: 'maintenance', from: from + 88 * width, to: from + 91 * width, text: 'storage moves' },
    ],
  };
  const points = (base: number) =>
    Array.from({ length: 30 }, (_, index) => ({
      at: from + index * DAY,
      ...(index === 12
        ? { p50: null, p95: null, p99: null }
        : {
            p50: base * (0.5 + wave(index) * 0.1),
            p95: base * (index === 11 ? 2.1 : 1.4 + wave(index + 50) * 0.4),
            p99: base * (index === 11 ? 3.6 : 2 + wave(index + 90) * 0.7),
          }),
    }));
  const durations: DurationHistory = { feature: 'chat', widthMs: DAY, ttftMs: points(1_100), totalMs: points(4_000) };
  const month = new Date(now).toISOString().slice(0, 7);
  const dayOfMonth = new Date(now).getUTCDate();
  const money: MoneyReport = {
    ...{ tenant: 'acme', tenants: ['acme', 'hooli'], month, at: now, spentUsd: 171, projectedUsd: 184, capUsd: 200 },
    ladder: [
      { percent: 60, usd: 120, isSafeguard: false, reachedAt: now - 9 * DAY },
      { percent: 85, usd: 170, isSafeguard: false, reachedAt: now - DAY },
      { percent: 95, usd: 190, isSafeguard: true, reachedAt: null },
    ],
    days: Array.from({ length: dayOfMonth }, (_, index) => ({
      day: `${month}-${String(index + 1).padStart(2, '0')}`,
      costUsd: 171 / dayOfMonth + (index % 2 === 0 ? 0.4 : -0.4),
      requests: 1_800 + index,
    })),
    where: [
      { feature: 'chat', model: 'gpt-5-mini', requests: 41_210, costUsd: 96.4 },
      { feature: 'chat', model: 'claude-haiku-4-5', requests: 9_877, costUsd: 48.12 },
      { feature: 'summarize', model: 'gpt-5-mini', requests: 3_020, costUsd: 26.11 },
      { feature: 'summarize', model: null, requests: 8_412, costUsd: 0 },
    ],
    failedUsd: 0.37,
    isAmongOthers: false,
  };
  const firing = [
    {
      ...{
        name: 'burn/chat-success/6h',
        type: 'slo.burning',
        severity: 'page',
        objective: 'chat-success',
        feature: 'chat',
      },
      ...{
        tenant: null,
        since: now - 2 * HOUR,
        firedAt: now - HOUR,
        burnRate: 6.4,
        runbook: 'https://runbooks.example/a',
      },
      text: 'Success of chat burns its error budget 6.4 times too fast over six hours; 3 % of requests fail, most at deployment a.',
      ...{ silencedUntil: null, acknowledgedBy: null, acknowledgedAt: null, acknowledgedNote: null },
    },
    {
      ...{
        name: 'threshold/throughput/all',
        type: 'slo.threshold',
        severity: 'ticket',
        objective: null,
        feature: null,
      },
      ...{ tenant: null, since: now - HOUR, firedAt: now - HOUR, burnRate: null, runbook: null },
      text: 'Traffic is 0.6 of what it was in the same hours of last week.',
      ...{ silencedUntil: null, acknowledgedBy: 'ana', acknowledgedAt: now - 600_000, acknowledgedNote: null },
    },
  ];
  const incident = { feature: 'chat', tenant: null, objective: 'chat-success', note: null, publicNote: null };
  const incidents: IncidentPage = {
    incidents: [
      {
        ...{
          ...incident,
          id: 'one',
          openedAt: now - HOUR,
          closedAt: null,
          title: 'Success of chat burns 6.4 times too fast',
        },
        ...{ openedBy: 'policy:chat-success', closedBy: null, note: 'Provider A says that a region is down.' },
        actions: [{ at: now - HOUR, text: 'Pinned app/chat to b for 30 minutes.' }],
      },
      {
        ...{
          ...incident,
          id: 'two',
          openedAt: now - 19 * DAY,
          closedAt: now - 19 * DAY + 38 * 60_000,
          title: 'A down',
        },
        ...{ openedBy: 'policy:chat-success', closedBy: 'ana', actions: [], publicNote: 'Some answers took longer.' },
      },
    ],
    ...{ next: null, mttrMinutes: 38, mtbfMinutes: 17_280 },
  };
  const cooldowns = {
    cooldowns: [
      { deployment: 'a', until: now + 8_000, since: now - 40_000, cause: 'server_error', cooldownMs: 60_000 },
    ],
    ...{ drillCooldowns: [], learnt: [] },
  };
  return {
    ...{ 'slo/history': history, 'slo/durations': durations, money, incidents, cooldowns },
    slo: { service: 'Carryon', contact: null, at: now, objectives, averages, incidents: [], maintenance: [] },
    firing: { firing },
    silences: {
      silences: [{ objective: 'retrieval', until: now + HOUR, reason: 'The vendor knows.', who: 'ana' }],
      held: [],
    },
  };
}

/** The page is told these in place of what the router knows. */
export async function tellFigures(page: Page, now: number): Promise<void> {
  for (const [path, body] of Object.entries(figures(now))) {
    await page.route(
      (url) => url.pathname === `/admin/${path}`,
      (route) => (route.request().method() === 'GET' ? route.fulfill({ json: body }) : route.fallback()),
    );
  }
}
