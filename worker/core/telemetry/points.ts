/** Adds up the data points of a batch of metrics. */
import { type Dialect, telemetryName } from './names.ts';
import { type Attribute, attributesOf, type Facts } from './otlp.ts';

const DELTA = 1;

/** How a metric is counted. With `bounds` it is a histogram, otherwise a sum. */
export interface Measure {
  /** In the notation of UCUM. */
  unit: string;
  bounds?: readonly number[];
}

interface Point {
  attributes: Attribute[];
  count: number;
  sum: number;
  /** How many values are in each bucket: at or below its bound, or above all bounds in the last one. */
  buckets: number[];
}

/** Points by metric and attributes. */
export class Points {
  readonly #dialect: Dialect;
  readonly #metrics = new Map<string, { measure: Measure; points: Map<string, Point> }>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Adds a value. Does nothing if the dialect has no such metric. */
  add(metric: string, measure: Measure, facts: Facts, value: number): void {
    const name = telemetryName(metric, this.#dialect);
    if (name === undefined) return;
    const known = this.#metrics.get(name) ?? { measure, points: new Map<string, Point>() };
    this.#metrics.set(name, known);
    const attributes = attributesOf(facts, this.#dialect);
    const key = JSON.stringify(attributes);
    const { bounds = [] } = measure;
    const point = known.points.get(key) ?? { attributes, count: 0, sum: 0, buckets: Array(bounds.length + 1).fill(0) };
    known.points.set(key, point);
    const above = bounds.findIndex((bound) => value <= bound);
    const bucket = above === -1 ? bounds.length : above;
    point.buckets[bucket] = (point.buckets[bucket] ?? 0) + 1;
    point.count++;
    point.sum += value;
  }

  /** The points as OTLP's `Metric` messages. */
  messages(times: { startTimeUnixNano: string; timeUnixNano: string }) {
    return [...this.#metrics].map(([name, { measure, points }]) => {
      const { unit, bounds } = measure;
      const dataPoints = [...points.values()].map(({ attributes, count, sum, buckets }) => {
        const common = { attributes, ...times };
        if (bounds === undefined) return { ...common, asDouble: sum };
        return { ...common, count: String(count), sum, bucketCounts: buckets.map(String), explicitBounds: bounds };
      });
      const data = { aggregationTemporality: DELTA, dataPoints };
      return bounds === undefined
        ? { name, unit, sum: { ...data, isMonotonic: true } }
        : { name, unit, histogram: data };
    });
  }
}
