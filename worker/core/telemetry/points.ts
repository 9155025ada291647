/** Data points of metrics, while a batch is added up. */
import type { Dialect, Names } from './names.ts';
import { type AnyValue, type Attribute, attributesOf } from './otlp.ts';

const DELTA = 1;

/** What something is, in each dialect, and its value; undefined: nothing is known. */
export type Fact = readonly [Names, AnyValue | undefined];

/** How a metric is counted: with `bounds` a histogram, otherwise a sum. */
export interface Measure {
  /** UCUM. */
  unit: string;
  bounds?: readonly number[];
  /** Its sum is no whole number. */
  isFraction?: boolean;
}

interface Point {
  attributes: Attribute[];
  count: number;
  sum: number;
  /** How many values lie at or below each bound, and above all of them. */
  buckets: number[];
}

/** Points by metric and attributes. */
export class Points {
  readonly #dialect: Dialect;
  readonly #metrics = new Map<string, { measure: Measure; points: Map<string, Point> }>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Nothing where the dialect has no such metric. */
  add(names: Names, measure: Measure, facts: readonly Fact[], value: number): void {
    const name = names[this.#dialect];
    if (name === undefined) return;
    const metric = this.#metrics.get(name) ?? { measure, points: new Map<string, Point>() };
    this.#metrics.set(name, metric);
    const attributes = attributesOf(facts, this.#dialect);
    const key = JSON.stringify(attributes);
    const { bounds = [] } = measure;
    const point = metric.points.get(key) ?? { attributes, count: 0, sum: 0, buckets: Array(bounds.length + 1).fill(0) };
    metric.points.set(key, point);
    const above = bounds.findIndex((bound) => value <= bound);
    const bucket = above === -1 ? bounds.length : above;
    point.buckets[bucket] = (point.buckets[bucket] ?? 0) + 1;
    point.count++;
    point.sum += value;
  }

  /** As `Metric` messages. */
  told(times: { startTimeUnixNano: string; timeUnixNano: string }) {
    return [...this.#metrics].map(([name, { measure, points }]) => {
      const { unit, bounds, isFraction } = measure;
      const told = [...points.values()].map(({ attributes, count, sum, buckets }) => {
        const common = { attributes, ...times };
        if (bounds === undefined) return { ...common, ...(isFraction ? { asDouble: sum } : { asInt: String(sum) }) };
        return { ...common, count: String(count), sum, bucketCounts: buckets.map(String), explicitBounds: bounds };
      });
      const data = { aggregationTemporality: DELTA, dataPoints: told };
      return bounds === undefined
        ? { name, unit, sum: { ...data, isMonotonic: true } }
        : { name, unit, histogram: data };
    });
  }
}
