/** Rules about the router as a whole. */
import { RUNBOOK, type Rule, type RuleGroup, type Severity } from './rule.ts';

const labels = { objective: 'none' };
const TOKENS = 'carryon:output_tokens:rate10m';
const REJECTED = 'carryon:provider_rejected:sum';
const LATELY_REJECTED = 'carryon:provider_rejected:increase10m';

interface RouterAlert {
  alert: string;
  expr: string;
  forAt?: string;
  severity: Severity;
  summary: string;
  description: string;
}

const ALERTS: readonly RouterAlert[] = [
  {
    alert: 'CarryonNotScraped',
    expr: 'absent(carryon_build_info)',
    forAt: '5m',
    severity: 'page',
    summary: 'The router has not been scraped for 5m',
    description:
      'GET /metrics does not answer, or METRICS_TOKEN does not match. No other alert of the router can fire.',
  },
  {
    // Compares with the same hours of last week, because there is less traffic at night.
    alert: 'CarryonThroughputLow',
    expr: `${TOKENS} < 0.7 * avg_over_time(${TOKENS}[1h] offset 1w)`,
    forAt: '10m',
    severity: 'ticket',
    summary: 'Fewer than 70 % of the output tokens that were usual a week ago',
    description: 'The router writes {{ $value | humanize }} output tokens per second.',
  },
  {
    alert: 'CarryonProviderRejects',
    expr: `${LATELY_REJECTED} > 4.5\nand ${LATELY_REJECTED} > 3 * avg_over_time(${LATELY_REJECTED}[1d] offset 10m)`,
    severity: 'ticket',
    summary: 'Providers reject more requests than usual',
    description: '{{ $value | humanize }} requests in 10m were rejected as wrong. A provider may have changed its API.',
  },
  {
    alert: 'CarryonRateLimitNear',
    expr: 'carryon_rate_limit_saturation_ratio > 0.9',
    forAt: '5m',
    severity: 'note',
    summary: '{{ $labels.scope }} uses more than 90 % of its rate limit',
    description: '{{ $labels.scope }} uses {{ $value | humanizePercentage }} of its requests a second.',
  },
  {
    alert: 'CarryonDeploymentRests',
    expr: 'carryon_deployment_resting == 1',
    forAt: '10m',
    severity: 'ticket',
    summary: 'Deployment {{ $labels.deployment }} is in cooldown',
    description: 'It has failed for 10m. Requests go to the other deployments of its alias.',
  },
  {
    alert: 'CarryonRecordsDropped',
    expr: 'increase(carryon_dropped_total[10m]) > 0',
    severity: 'ticket',
    summary: 'Records for {{ $labels.sink }} are lost',
    description: '{{ $value | humanize }} records in 10m did not reach {{ $labels.sink }}.',
  },
];

export const routerGroup = (): RuleGroup => ({
  name: 'carryon-router',
  interval: '1m',
  rules: [
    { record: TOKENS, expr: 'sum(rate(carryon_tokens_total{kind="output"}[10m]))', labels },
    {
      record: REJECTED,
      expr: 'sum(carryon_requests_total{code="provider_rejected"}) or sum(0 * carryon_build_info)',
      labels,
    },
    { record: LATELY_REJECTED, expr: `increase(${REJECTED}[10m])`, labels },
    ...ALERTS.map(
      ({ alert, expr, forAt, severity, summary, description }): Rule => ({
        ...{ alert, expr, ...(forAt && { for: forAt }), labels: { ...labels, severity } },
        annotations: { summary, description, runbook: RUNBOOK },
      }),
    ),
  ],
});
