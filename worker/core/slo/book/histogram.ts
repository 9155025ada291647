/** Durations in buckets, each 9 % wider than the one before (OpenTelemetry's exponential histogram, scale 3). */
import type { Layout } from './layout.ts';
import { RingColumns } from './ring-columns.ts';

const PER_DOUBLING = 8;
/** The bucket of one hour. A longer duration is counted as an hour. */
const LAST_BUCKET = Math.ceil(PER_DOUBLING * Math.log2(3_600_000));
const BASE = 2 ** (1 / PER_DOUBLING);
/** A bucket's lower bound times this is the value that is at most 4.33 % from either end of the bucket. */
const MIDDLE = (2 * BASE) / (1 + BASE);

const NAMES = Array.from({ length: LAST_BUCKET + 2 }, (_, bucket) => String(bucket));

/** Durations over time, in milliseconds: 10-minute histograms for a day, daily ones for 90 days. */
export class Histogram {
  readonly #rings: RingColumns;

  constructor(layout: Layout) {
    this.#rings = new RingColumns(layout);
  }

  add(ms: number, at: number): void {
    this.#rings.moveTo(at);
    this.#rings.count(NAMES[bucketOf(ms)] ?? '0');
  }

  /** Percentiles by nearest rank, accurate to within 4.33 %, or to within 0.5 ms below 1 ms. Undefined if the window holds no durations. */
  percentiles(shares: readonly number[], windowMs: number, now: number): number[] | undefined {
    return this.#ranked(shares, (name) => this.#rings.sum(name, windowMs, now));
  }

  /** The same for a time span that may be past; `to` is excluded. */
  percentilesBetween(shares: readonly number[], from: number, to: number): number[] | undefined {
    return this.#ranked(shares, (name) => this.#rings.between(name, from, to));
  }

  #ranked(shares: readonly number[], countOf: (name: string) => number): number[] | undefined {
    const counts = [...this.#rings.names]
      .map((name) => ({ bucket: Number(name), count: countOf(name) }))
      .filter(({ count }) => count > 0)
      .toSorted((one, other) => one.bucket - other.bucket);
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    const highest = counts.at(-1)?.bucket;
    if (highest === undefined) return undefined;
    return shares.map((share) => {
      const rank = Math.min(total, Math.max(1, Math.ceil(share * total)));
      let seen = 0;
      const found = counts.find(({ count }) => {
        seen += count;
        return seen >= rank;
      });
      return middleMs(found?.bucket ?? highest);
    });
  }

  merge(other: Histogram): void {
    this.#rings.merge(other.#rings);
  }

  save(): string {
    return this.#rings.save();
  }

  load(text: string): void {
    this.#rings.load(text, (name) => NAMES[Number(name)] === name);
  }
}

/** The bucket of a duration. Bucket 0 holds durations below a millisecond. */
const bucketOf = (ms: number): number =>
  ms < 1 ? 0 : Math.min(LAST_BUCKET, Math.floor(PER_DOUBLING * Math.log2(ms))) + 1;

const middleMs = (bucket: number): number => (bucket === 0 ? 0.5 : BASE ** (bucket - 1) * MIDDLE);
