/** One series of the book: the counts of the requests of a tenant, a feature, both, or all. */
import { EXCLUDED_REASONS, type ExcludedReason } from '../rules.ts';
import type { SliOutcome } from '../sli-outcome.ts';
import { Histogram } from './histogram.ts';
import type { Layouts } from './layout.ts';
import { RingColumns } from './ring-columns.ts';

/** What was counted for one promise. Counts may be fractions, because a window may begin inside a cell. */
export interface Tally {
  good: number;
  bad: number;
  excluded: Partial<Record<ExcludedReason, number>>;
}

/** Which duration is measured. `ttft`: to the first content; `total`: to the end of a complete answer. */
export type Measure = 'ttft' | 'total';

const COST = 'cost';
const [REQUESTS, REJECTED] = ['requests', 'rejected'];
const NONE_EXCLUDED: Tally['excluded'] = {};
const DAY_MS = 86_400_000;
const BETWEEN_PARTS = '\n\n';
/** If config no longer has a promise, its counters are kept in case it comes back. At most this many such promises are kept. */
const MOST_DORMANT = 8;

/** What a record counts as. */
export type Outcome = Exclude<SliOutcome, undefined>;

/** The counters of one promise. */
export type CounterNames = Readonly<Record<Outcome, string>>;

/** Counters by name. A promise has the counters `KEY good` and `KEY bad`, and in other rings `KEY REASON`. */
export class Series {
  readonly #counted: RingColumns;
  readonly #excluded: RingColumns;
  readonly #traffic: RingColumns;
  readonly #histograms: Readonly<Record<Measure, Histogram>> | undefined;
  #at = 0;
  /** True if it has changed since it was saved. */
  isDirty = false;
  /** When its last request ended. Undefined before the first one. */
  lastAt: number | undefined;

  constructor({ counted, excluded, durations, traffic }: Layouts, hasHistograms: boolean) {
    this.#counted = new RingColumns(counted);
    this.#excluded = new RingColumns(excluded);
    this.#traffic = new RingColumns(traffic);
    if (hasHistograms) this.#histograms = { ttft: new Histogram(durations), total: new Histogram(durations) };
  }

  /** Sets the time of the next counts. */
  moveTo(at: number): void {
    this.#at = at;
    this.#counted.moveTo(at);
    this.isDirty = true;
  }

  /** Sets the time of the next counts to the end of a request. */
  beginRequest(at: number): void {
    this.moveTo(at);
    if (this.lastAt === undefined || at > this.lastAt) this.lastAt = at;
  }

  count(names: CounterNames, outcome: Outcome, amount = 1): void {
    if (outcome === 'good' || outcome === 'bad') {
      this.#counted.count(names[outcome], amount);
      return;
    }
    this.#excluded.moveTo(this.#at);
    this.#excluded.count(names[outcome], amount);
  }

  /** Counts a request, whatever its outcome. `isRejected` is true if its provider refused it as one that it cannot serve. */
  countTraffic(isRejected: boolean): void {
    this.#traffic.moveTo(this.#at);
    this.#traffic.count(REQUESTS);
    if (isRejected) this.#traffic.count(REJECTED);
  }

  countCost(microUsd: number): void {
    if (microUsd > 0) this.#counted.count(COST, Math.round(microUsd));
  }

  measure(measure: Measure, ms: number): void {
    this.#histograms?.[measure].add(ms, this.#at);
  }

  /** The tally of a window that ends now. */
  window(key: string, windowMs: number, now: number): Tally {
    return tallyOf(key, (rings, name) => rings.sum(name, windowMs, now), this.#counted, this.#excluded);
  }

  /** The same without excluded requests, which costs less: a look at all alerts must be cheap. */
  goodAndBad(key: string, windowMs: number, now: number): Tally {
    return this.#goodAndBad(key, (name) => this.#counted.sum(name, windowMs, now));
  }

  /** How many requests there were, whatever their outcome, in a time span up to nine days ago; `to` is excluded. */
  requests(from: number, to: number): number {
    return this.#traffic.between(REQUESTS, from, to);
  }

  /** How many of these requests were rejected by their providers. */
  rejected(from: number, to: number): number {
    return this.#traffic.between(REJECTED, from, to);
  }

  /** The tally of the UTC days that begin between `from` and `to`; `to` is excluded. */
  days(key: string, from: number, to: number): Tally {
    return tallyOf(key, (rings, name) => rings.sumOfDays(name, from, to), this.#counted, this.#excluded);
  }

  /** The good and bad requests of one UTC day. */
  day(key: string, from: number): Tally {
    return this.#goodAndBad(key, (name) => this.#counted.sumOfDays(name, from, from + DAY_MS));
  }

  /** The good and bad requests of a time span that may be long past; `to` is excluded. */
  between(key: string, from: number, to: number): Tally {
    return this.#goodAndBad(key, (name) => this.#counted.between(name, from, to));
  }

  #goodAndBad(key: string, sum: (name: string) => number): Tally {
    return { good: sum(`${key} good`), bad: sum(`${key} bad`), excluded: NONE_EXCLUDED };
  }

  cost(windowMs: number, now: number): number {
    return this.#counted.sum(COST, windowMs, now);
  }

  costOfDays(from: number, to: number): number {
    return this.#counted.sumOfDays(COST, from, to);
  }

  percentiles(measure: Measure, shares: readonly number[], windowMs: number, now: number): number[] | undefined {
    return this.#histograms?.[measure].percentiles(shares, windowMs, now);
  }

  /** The same for a time span that may be past; `to` is excluded. */
  percentilesBetween(measure: Measure, shares: readonly number[], from: number, to: number): number[] | undefined {
    return this.#histograms?.[measure].percentilesBetween(shares, from, to);
  }

  merge(other: Series): void {
    this.#counted.merge(other.#counted);
    this.#excluded.merge(other.#excluded);
    this.#traffic.merge(other.#traffic);
    this.lastAt = Math.max(this.lastAt ?? 0, other.lastAt ?? 0);
    this.isDirty = true;
  }

  save(): string {
    this.isDirty = false;
    const { ttft, total } = this.#histograms ?? {};
    const parts = [String(this.lastAt ?? ''), this.#counted.save(), this.#excluded.save()];
    return [...parts, ttft?.save() ?? '', total?.save() ?? '', this.#traffic.save()].join(BETWEEN_PARTS);
  }

  /** Reads what `save` wrote, perhaps under another config. `isKnown` says whether a promise of today has this key. */
  load(text: string, isKnown: (key: string) => boolean): void {
    const [lastAt = '', counted = '', excluded = '', ttft = '', total = '', traffic = ''] = text.split(BETWEEN_PARTS);
    this.lastAt = Number(lastAt) || undefined;
    const dormant = new Set<string>();
    const keeps = (name: string): boolean => {
      const key = name.slice(0, name.lastIndexOf(' '));
      if (name === COST || isKnown(key) || dormant.has(key)) return true;
      if (dormant.size >= MOST_DORMANT) return false;
      dormant.add(key);
      return true;
    };
    this.#counted.load(counted, keeps);
    this.#excluded.load(excluded, keeps);
    this.#traffic.load(traffic, () => true);
    this.#histograms?.ttft.load(ttft);
    this.#histograms?.total.load(total);
  }
}

/**
 * The names of a promise's counters. They are made once for each promise, because making these strings for each record would cost
 * more than the counting.
 */
export const counterNames = (key: string): CounterNames => ({
  ...{ good: `${key} good`, bad: `${key} bad` },
  ...excludedNames(key),
});

const excludedNames = (key: string): Record<ExcludedReason, string> =>
  Object.fromEntries(EXCLUDED_REASONS.map((reason) => [reason, `${key} ${reason}`])) as Record<ExcludedReason, string>;

function tallyOf(
  key: string,
  sum: (rings: RingColumns, name: string) => number,
  counted: RingColumns,
  excluded: RingColumns,
): Tally {
  const names = counterNames(key);
  const reasons = EXCLUDED_REASONS.map((reason) => [reason, sum(excluded, names[reason])] as const);
  return {
    good: sum(counted, names.good),
    bad: sum(counted, names.bad),
    excluded: Object.fromEntries(reasons.filter(([, count]) => count > 0)),
  };
}
