/** Metrics as Prometheus reads them: its text format, version 0.0.4. */
import { bucketBound } from './bucket-bound.ts';

/** What a metric is, without its values. */
export interface Metric {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
}

/** The values of the metric's labels, in their order, and what was counted. */
export type Sample<Value> = readonly [labels: readonly string[], value: Value];

/** A duration's counts by bucket. The last bucket is above all bounds. */
export interface Buckets {
  counts: readonly number[];
  sumMs: number;
}

/** The text of a counter or gauge. */
export function metricText(metric: Metric, samples: Iterable<Sample<number>>): string {
  let text = headText(metric);
  for (const [labels, value] of samples) text += line(metric.name, metric.labels, labels, value);
  return text;
}

/** The text of a histogram, in seconds. */
export function histogramText(metric: Metric, boundsMs: readonly number[], samples: Iterable<Sample<Buckets>>): string {
  const { name } = metric;
  const withBound = [...metric.labels, 'le'];
  const bounds = [...boundsMs.map(bucketBound), '+Inf'];
  let text = headText(metric);
  for (const [labels, { counts, sumMs }] of samples) {
    let count = 0;
    bounds.forEach((bound, index) => {
      count += counts[index] ?? 0;
      text += line(`${name}_bucket`, withBound, [...labels, bound], count);
    });
    text += line(`${name}_sum`, metric.labels, labels, sumMs / 1_000);
    text += line(`${name}_count`, metric.labels, labels, count);
  }
  return text;
}

const headText = ({ name, type, help }: Metric): string => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;

function line(name: string, names: readonly string[], values: readonly string[], value: number): string {
  const labels = names.map((label, index) => `${label}="${escaped(values[index] ?? '')}"`).join(',');
  return `${name}${labels && `{${labels}}`} ${numberText(value)}\n`;
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const numberText = (value: number): string =>
  Number.isFinite(value) || Number.isNaN(value) ? String(value) : `${value < 0 ? '-' : '+'}Inf`;
