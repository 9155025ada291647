/** One series of the book: what is counted of the requests of a tenant, a feature, both, or all. */
import { EXCLUDED_REASONS, type ExcludedReason } from '../rules.ts';
import type { SliOutcome } from '../sli-outcome.ts';
import { Histogram } from './histogram.ts';
import type { Layouts } from './layout.ts';
import { Rings } from './rings.ts';

/** What was counted for one promise. A window may begin inside a cell, so that counts have fractions. */
export interface Tally {
  good: number;
  bad: number;
  excluded: Partial<Record<ExcludedReason, number>>;
}

/** `ttft`: to the first content; `total`: to the end of a complete answer. */
export type Measure = 'ttft' | 'total';

const COST = 'cost';
const [REQUESTS, REJECTED] = ['requests', 'rejected'];
const NONE_EXCLUDED: Tally['excluded'] = {};
const DAY_MS = 86_400_000;
const BETWEEN_PARTS = '\n\n';
/** Counters of promises that config no longer has, kept for the case that they come back. */
const MOST_DORMANT = 8;

/** What a record counts as. */
export type Outcome = Exclude<SliOutcome, undefined>;

/** The counters of one promise. */
export type CounterNames = Readonly<Record<Outcome, string>>;

/** Counters by name. A promise has the names `KEY good`, `KEY bad`, and in other rings `KEY REASON`. */
export class Series {
  readonly #counted: Rings;
  readonly #excluded: Rings;
  readonly #traffic: Rings;
  readonly #histograms: Readonly<Record<Measure, Histogram>> | undefined;
  #at = 0;
  /** Changed since it was saved. */
  isDirty = false;
  /** The end of its last request; undefined where it never had one. */
  lastAt: number | undefined;

  constructor({ counted, excluded, durations, traffic }: Layouts, hasHistograms: boolean) {
    this.#counted = new Rings(counted);
    this.#excluded = new Rings(excluded);
    this.#traffic = new Rings(traffic);
    if (hasHistograms) this.#histograms = { ttft: new Histogram(durations), total: new Histogram(durations) };
  }

  /** What is counted next happened at `at`. */
  moveTo(at: number): void {
    this.#at = at;
    this.#counted.moveTo(at);
    this.isDirty = true;
  }

  /** A request that ended then is counted next. */
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

  /** A request of any outcome; `isRejected`: by its provider, as one that it cannot serve. */
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

  /** Of a window that ends now. */
  window(key: string, windowMs: number, now: number): Tally {
    return tallyOf(key, (rings, name) => rings.sum(name, windowMs, now), this.#counted, this.#excluded);
  }

  /** The same without what is excluded, for alerts: a look at all of them must be cheap. */
  goodAndBad(key: string, windowMs: number, now: number): Tally {
    return this.#goodAndBad(key, (name) => this.#counted.sum(name, windowMs, now));
  }

  /** Requests of any outcome, of a time up to nine days ago; `to` is outside. */
  requests(from: number, to: number): number {
    return this.#traffic.between(REQUESTS, from, to);
  }

  /** Those of them that their providers rejected. */
  rejected(from: number, to: number): number {
    return this.#traffic.between(REJECTED, from, to);
  }

  /** Of the days by UTC that begin in a time; `to` is outside. */
  days(key: string, from: number, to: number): Tally {
    return tallyOf(key, (rings, name) => rings.sumOfDays(name, from, to), this.#counted, this.#excluded);
  }

  /** The good and the bad of one day by UTC, without what is excluded. */
  day(key: string, from: number): Tally {
    return this.#goodAndBad(key, (name) => this.#counted.sumOfDays(name, from, from + DAY_MS));
  }

  /** The good and the bad of a time that may be long past, without what is excluded; `to` is outside. */
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

  /** Of a time that may be past; `to` is outside. */
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

  /** Takes what `save` wrote, maybe under another config. `isKnown`: whether a promise has this key. */
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

/** Made once for each promise: a string made for each record would cost more than the counting. */
export const counterNames = (key: string): CounterNames => ({
  ...{ good: `${key} good`, bad: `${key} bad` },
  ...excludedNames(key),
});

const excludedNames = (key: string): Record<ExcludedReason, string> =>
  Object.fromEntries(EXCLUDED_REASONS.map((reason) => [reason, `${key} ${reason}`])) as Record<ExcludedReason, string>;

function tallyOf(key: string, sum: (rings: Rings, name: string) => number, counted: Rings, excluded: Rings): Tally {
  const names = counterNames(key);
  const reasons = EXCLUDED_REASONS.map((reason) => [reason, sum(excluded, names[reason])] as const);
  return {
    good: sum(counted, names.good),
    bad: sum(counted, names.bad),
    excluded: Object.fromEntries(reasons.filter(([, count]) => count > 0)),
  };
}
