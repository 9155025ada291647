/** One series of the book: what is counted of the requests of a tenant, a feature, both, or all. */
import { EXCLUDED_REASONS, type ExcludedReason } from '../rules.ts';
import type { SliOutcome } from '../sli-outcome.ts';
import { Histogram } from './histogram.ts';
import { coarseResolutions, fineResolutions, Rings } from './rings.ts';

/** What was counted for one promise. A window may begin inside a cell, so that counts have fractions. */
export interface Tally {
  good: number;
  bad: number;
  excluded: Partial<Record<ExcludedReason, number>>;
}

/** `ttft`: to the first content; `total`: to the end of a complete answer. */
export type Measure = 'ttft' | 'total';

const COST = 'cost';
/** Counters of promises that config no longer has, kept for the case that they come back. */
const MOST_DORMANT = 8;

/** Counters by name. A promise has the names `KEY good`, `KEY bad`, and in other rings `KEY REASON`. */
export class Series {
  readonly #counted: Rings;
  readonly #excluded: Rings;
  readonly #histograms: Readonly<Record<Measure, Histogram>> | undefined;
  /** Changed since it was saved. */
  isDirty = false;
  /** The end of its last request; undefined where it never had one. */
  lastAt: number | undefined;

  constructor(retentionDays: number, hasHistograms: boolean) {
    this.#counted = new Rings(fineResolutions(retentionDays));
    this.#excluded = new Rings(coarseResolutions(retentionDays));
    if (hasHistograms) this.#histograms = { ttft: new Histogram(), total: new Histogram() };
  }

  /** What is counted next happened at `at`. */
  moveTo(at: number): void {
    this.#counted.moveTo(at);
    this.#excluded.moveTo(at);
    this.lastAt = Math.max(this.lastAt ?? at, at);
    this.isDirty = true;
  }

  count(key: string, outcome: Exclude<SliOutcome, undefined>, amount = 1): void {
    (isMeasured(outcome) ? this.#counted : this.#excluded).count(`${key} ${outcome}`, amount);
  }

  countCost(microUsd: number): void {
    if (microUsd > 0) this.#counted.count(COST, Math.round(microUsd));
  }

  measure(measure: Measure, ms: number, at: number): void {
    this.#histograms?.[measure].add(ms, at);
  }

  /** Of a window that ends now. */
  window(key: string, windowMs: number, now: number): Tally {
    return tallyOf(key, (rings, name) => rings.sum(name, windowMs, now), this.#counted, this.#excluded);
  }

  /** Of the days by UTC that begin in a time; `to` is outside. */
  days(key: string, from: number, to: number): Tally {
    return tallyOf(key, (rings, name) => rings.sumOfDays(name, from, to), this.#counted, this.#excluded);
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

  merge(other: Series): void {
    this.#counted.merge(other.#counted);
    this.#excluded.merge(other.#excluded);
    this.lastAt = Math.max(this.lastAt ?? 0, other.lastAt ?? 0);
    this.isDirty = true;
  }

  /** A text for each part, by its name. */
  save(): [part: string, text: string][] {
    this.isDirty = false;
    const counts = `${this.lastAt ?? ''}\n\n${this.#counted.save()}\n\n${this.#excluded.save()}`;
    const histograms = Object.entries(this.#histograms ?? {});
    return [['', counts], ...histograms.map(([part, histogram]): [string, string] => [part, histogram.save()])];
  }

  /** Takes what `save` wrote, maybe under another config. `isKnown`: whether a promise has this key. */
  load(part: string, text: string, isKnown: (key: string) => boolean): void {
    if (part === 'ttft' || part === 'total') {
      this.#histograms?.[part].load(text);
      return;
    }
    const [lastAt = '', counted = '', excluded = ''] = text.split('\n\n');
    this.lastAt = lastAt === '' ? undefined : Number(lastAt);
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
  }
}

const isMeasured = (outcome: SliOutcome): boolean => outcome === 'good' || outcome === 'bad';

function tallyOf(key: string, sum: (rings: Rings, name: string) => number, counted: Rings, excluded: Rings): Tally {
  const reasons = EXCLUDED_REASONS.map((reason) => [reason, sum(excluded, `${key} ${reason}`)] as const);
  return {
    good: sum(counted, `${key} good`),
    bad: sum(counted, `${key} bad`),
    excluded: Object.fromEntries(reasons.filter(([, count]) => count > 0)),
  };
}
