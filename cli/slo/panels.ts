/** The dashboard's panels: the queries of each, with their legends. */
export interface Panel {
  title: string;
  description: string;
  /** The unit by Grafana's name. */
  unit: string;
  queries: readonly (readonly [legend: string, expr: string])[];
  type?: 'bargauge';
  thresholds?: readonly { color: string; value: number | null }[];
}

const OBJECTIVE = '{objective=~"$objective"}';
const OF_FEATURE = 'feature=~"$feature"';
const COUNTED = `carryon_requests_total{${OF_FEATURE},outcome=~"good|bad"}`;

const quantile = (share: number, metric: string): string =>
  `histogram_quantile(${share}, sum by (feature, le) (rate(${metric}_bucket{${OF_FEATURE}}[$__rate_interval])))`;
const quantiles = (metric: string, ...percents: number[]): Panel['queries'] =>
  percents.map((percent) => [`{{feature}} p${percent}`, quantile(percent / 100, metric)]);
const perSecond = (by: string, counter: string): string => `sum by (${by}) (rate(${counter}[$__rate_interval]))`;

export const PANELS: readonly Panel[] = [
  {
    title: 'Error budget left',
    description: "Of the objective's window, as the router counts it. Below 0 it is overspent.",
    unit: 'percentunit',
    queries: [['{{objective}}', `carryon_slo_budget_remaining_ratio${OBJECTIVE}`]],
    type: 'bargauge',
    thresholds: [
      { color: 'red', value: null },
      { color: 'orange', value: 0.2 },
      { color: 'green', value: 0.5 },
    ],
  },
  {
    title: 'Burn rate over an hour',
    description: '1 spends the budget exactly by the end of the window. The default page is at 14.4.',
    unit: 'none',
    queries: [['{{objective}}', 'carryon_slo_burn_rate{objective=~"$objective",window="1h"}']],
  },
  {
    title: 'Success',
    description: 'Good requests of those that count.',
    unit: 'percentunit',
    queries: [
      [
        '{{feature}}',
        `${perSecond('feature', `carryon_requests_total{${OF_FEATURE},outcome="good"}`)} / ${perSecond('feature', COUNTED)}`,
      ],
    ],
  },
  {
    title: 'Requests by outcome',
    description: 'Excluded are requests that count neither for nor against a promise, such as those with a bad key.',
    unit: 'reqps',
    queries: [['{{outcome}}', perSecond('outcome', `carryon_requests_total{${OF_FEATURE}}`)]],
  },
  {
    title: 'Requests that were refused or failed',
    description: 'By the error code that the client got.',
    unit: 'reqps',
    queries: [['{{code}}', perSecond('code', `carryon_requests_total{${OF_FEATURE},code!=""}`)]],
  },
  {
    title: 'Time to first content',
    description:
      'From the arrival of a request. The histogram has exact bounds at what is promised; between bounds it is estimated.',
    unit: 's',
    queries: quantiles('carryon_ttft_seconds', 50, 95),
  },
  {
    title: 'Duration of requests',
    description: 'From arrival to the end of the answer.',
    unit: 's',
    queries: quantiles('carryon_request_duration_seconds', 50, 95, 99),
  },
  {
    title: 'Cost of a request',
    description: 'On average, of requests that are good or bad.',
    unit: 'currencyUSD',
    queries: [
      [
        '{{feature}}',
        `${perSecond('feature', `carryon_slo_cost_usd_total{${OF_FEATURE}}`)} / ${perSecond('feature', COUNTED)}`,
      ],
    ],
  },
  {
    title: 'Spending by tenant',
    description: 'USD per hour. Tenants beyond the 200 with the most traffic are in "other".',
    unit: 'currencyUSD',
    queries: [['{{tenant}}', `topk(10, 3600 * ${perSecond('tenant', `carryon_cost_usd_total{${OF_FEATURE}}`)})`]],
  },
  {
    title: 'Attempts at providers',
    description: 'By deployment and result.',
    unit: 'reqps',
    queries: [['{{deployment}} {{result}}', perSecond('deployment, result', 'carryon_attempts_total')]],
  },
  {
    title: 'Failovers and deployments in cooldown',
    description: 'Moves to the next group of an alias, and deployments in cooldown.',
    unit: 'none',
    queries: [
      ['failovers per second, {{feature}}', perSecond('feature', `carryon_failovers_total{${OF_FEATURE}}`)],
      ['{{deployment}} in cooldown', 'carryon_deployment_resting == 1'],
    ],
  },
  {
    title: 'Tokens',
    description: 'Per second, by kind.',
    unit: 'none',
    queries: [['{{kind}}', perSecond('kind', 'carryon_tokens_total')]],
  },
  {
    title: 'Answers from the cache',
    description: 'The share of requests that it answered, of those that looked in it.',
    unit: 'percentunit',
    queries: [
      [
        '{{feature}}',
        `${perSecond('feature', `carryon_cache_total{${OF_FEATURE},result="hit"}`)} / ${perSecond('feature', `carryon_cache_total{${OF_FEATURE}}`)}`,
      ],
    ],
  },
  {
    title: 'Rate limits in use',
    description: 'Requests of the last minute against what the limit allows.',
    unit: 'percentunit',
    queries: [['{{scope}}', 'topk(10, carryon_rate_limit_saturation_ratio)']],
  },
];
