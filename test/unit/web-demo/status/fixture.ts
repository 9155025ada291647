/** Reports as `GET /slo` answers them. */
import type { AveragePromise, Promised, SharePromise, StatusReport } from '../../../../web-demo/status/report.ts';
import type { publicReport } from '../../../../worker/core/slo/public-report.ts';

/** It compiles as long as the router answers what the page reads. */
export const asRead = (answer: ReturnType<typeof publicReport>): StatusReport => answer;

export const NOW = Date.UTC(2026, 10, 28, 14, 2);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const share = (given: Partial<SharePromise> = {}): Promised & { kind: 'share' } => ({
  kind: 'share',
  name: 'chat-success',
  sli: 'success',
  feature: 'chat',
  under: null,
  atMostUsd: null,
  of: [],
  promised: 99.5,
  target: 99.5,
  window: '30d',
  value: 0.9971,
  state: 'healthy',
  exhaustsAt: null,
  ...given,
});

export const average = (given: Partial<AveragePromise> = {}): Promised & { kind: 'average' } => ({
  kind: 'average',
  name: 'chat-cost',
  feature: 'chat',
  averageUsd: 0.015,
  window: '30d',
  valueUsd: 0.0093,
  state: 'healthy',
  ...given,
});

export const reportOf = (given: Partial<StatusReport> = {}): StatusReport => ({
  service: 'Support assistant of Acme',
  contact: 'ops@acme.example',
  at: NOW,
  objectives: [share()],
  averages: [average()],
  incidents: [],
  maintenance: [],
  drills: [],
  ...given,
});
