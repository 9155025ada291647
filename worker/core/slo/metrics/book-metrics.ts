/** The book's part of `GET /metrics` (docs/prometheus.md). Labels are names of config, tenants, and words of closed lists. */
import type { Book } from '../book/book.ts';
import type { Totals } from '../book/totals.ts';
import type { Judge } from '../judge/judge.ts';
import { reportOf, type SloReport } from '../report.ts';
import type { Slo } from '../slo.ts';
import { type Buckets, histogramText, type Metric, metricText, type Sample } from './exposition.ts';
import { type RateLimits, rateSaturation } from './rate-saturation.ts';

/** The parts of config that metrics show. */
export interface MetricsConfig extends RateLimits {
  slo: Slo;
  /** Set if answers are judged. */
  judge?: Judge | undefined;
  /** The drops of each receiver are counted under its name. */
  telemetry: { receivers: readonly { name: string }[] };
}

type CounterName = keyof Totals['counters'];

const counter = (name: string, help: string, ...labels: string[]): Metric => ({
  ...{ name: `carryon_${name}_total`, type: 'counter', help, labels },
});
const gauge = (name: string, help: string, ...labels: string[]): Metric => ({
  ...{ name: `carryon_slo_${name}`, type: 'gauge', help, labels },
});

const COUNTERS: Readonly<Record<CounterName, Metric>> = {
  requests: counter('requests', 'Questions by what they count as.', 'tenant', 'feature', 'outcome', 'code'),
  attempts: counter('attempts', 'Calls of providers.', 'deployment', 'provider', 'result'),
  failovers: counter('failovers', 'Moves to the next group of deployments.', 'feature'),
  tokens: counter('tokens', 'Tokens by kind; input holds cached, output holds reasoning.', 'deployment', 'kind'),
  costMicroUsd: counter('cost_usd', 'What requests were charged.', 'tenant', 'feature'),
  countedMicroUsd: counter('slo_cost_usd', 'What good and bad requests were charged.', 'feature'),
  cache: counter('cache', 'Requests for which the cache was asked.', 'feature', 'result'),
  events: counter('slo_events', 'Requests and reports that were good or bad for an objective.', 'objective', 'outcome'),
  dropped: counter('dropped', 'Records that were lost.', 'sink'),
};
const TTFT: Metric = {
  ...{ name: 'carryon_ttft_seconds', type: 'histogram', labels: ['feature', 'deployment'] },
  help: 'From arrival to the first content.',
};
const DURATION: Metric = {
  ...{ name: 'carryon_request_duration_seconds', type: 'histogram', labels: ['feature'] },
  help: 'From arrival to the end of a complete answer.',
};
const TARGET = gauge('target_ratio', 'The share that must be good.', 'objective');
const REMAINING = gauge('budget_remaining_ratio', 'What is left of the error budget.', 'objective');
const BURN_RATE = gauge('burn_rate', 'How many times too fast the error budget burns.', 'objective', 'window');
const SATURATION: Metric = {
  ...{ name: 'carryon_rate_limit_saturation_ratio', type: 'gauge', labels: ['scope'] },
  help: 'Requests of the last minute as a share of what rps allows.',
};

/** The text of all counters, of how each objective stands at `now`, and of how much of each rate limit is in use. */
export function bookMetrics(book: Book, config: MetricsConfig, now: number): string {
  const { objectives } = config.slo;
  const { receivers } = config.telemetry;
  const features = [...config.features.keys()];
  const { counters, durations, boundsMs } = book.totals;
  // A counter that nothing has raised yet is 0, not absent: Prometheus cannot see the rise of a series that begins with its first event.
  const zeros: Partial<Record<CounterName, string[][]>> = {
    requests: features.flatMap((feature) => ['good', 'bad'].map((outcome) => ['', feature, outcome, ''])),
    failovers: features.map((feature) => [feature]),
    costMicroUsd: features.map((feature) => ['', feature]),
    countedMicroUsd: features.map((feature) => [feature]),
    events: objectives.flatMap(({ name }) => ['good', 'bad'].map((outcome) => [name, outcome])),
    dropped: [['book'], ...(config.judge === undefined ? [] : [['judge']]), ...receivers.map(({ name }) => [name])],
  };
  const names = new Set(objectives.map(({ name }) => name));
  const isShown = ([[name = '']]: Sample<number>): boolean => names.has(name);
  const texts = (Object.keys(COUNTERS) as CounterName[]).map((name) => {
    const all = withZeros([...counters[name].entries()], zeros[name] ?? [], 0);
    if (name === 'costMicroUsd' || name === 'countedMicroUsd') return metricText(COUNTERS[name], all.map(inUsd));
    return metricText(COUNTERS[name], name === 'events' ? all.filter(isShown) : all);
  });
  const none: Buckets = { counts: [], sumMs: 0 };
  const ttft = withZeros(
    [...durations.ttft.entries()],
    features.map((feature) => [feature, '']),
    none,
  );
  const total = withZeros(
    [...durations.total.entries()],
    features.map((feature) => [feature]),
    none,
  );
  return [
    ...texts,
    histogramText(TTFT, boundsMs.ttft, ttft),
    histogramText(DURATION, boundsMs.total, total),
    ...promiseTexts(reportOf(book, config.slo, {}, now)),
    metricText(SATURATION, rateSaturation(book, config, now)),
  ].join('');
}

function promiseTexts({ objectives }: SloReport): string[] {
  const known = (labels: string[], value: number | null): Sample<number>[] => (value === null ? [] : [[labels, value]]);
  return [
    metricText(
      TARGET,
      objectives.map(({ name, target }) => [[name], target / 100]),
    ),
    metricText(
      REMAINING,
      objectives.flatMap(({ name, errorBudgetRemaining }) => known([name], errorBudgetRemaining)),
    ),
    metricText(
      BURN_RATE,
      objectives.flatMap(({ name, burnRates }) =>
        Object.entries(burnRates).flatMap(([window, rate]) => known([name, window], rate)),
      ),
    ),
  ];
}

const inUsd = ([labels, microUsd]: Sample<number>): Sample<number> => [labels, microUsd / 1e6];

function withZeros<Value>(samples: readonly Sample<Value>[], zeros: readonly string[][], zero: Value): Sample<Value>[] {
  const known = new Set(samples.map(([labels]) => labels.join('\n')));
  const missing = zeros.filter((labels) => !known.has(labels.join('\n')));
  return [...samples, ...missing.map((labels) => [labels, zero] as const)];
}
