/** What has become of all requests, as counts over time. A pure fold over records: their order does not matter. */
import type { RequestEntry } from '../receipt.ts';
import { type ExcludedReason, successVerdict } from '../rules.ts';
import { countedKey, sliOutcome } from '../sli-outcome.ts';
import type { Slo } from '../slo.ts';
import { type CountedPromise, countedPromises } from './counted-promises.ts';
import { increase } from './label-tree.ts';
import { Losses } from './losses.ts';
import { attemptOutcomeFor, completeMs, outsideReason } from './measured.ts';
import { counterNames, type Series } from './series.ts';
import { type CountingSeries, SeriesLookup } from './series-lookup.ts';
import { deploymentSeries, experimentSeries, seriesOf } from './series-names.ts';
import { type SavedRow, SeriesSet } from './series-set.ts';
import { Spending } from './spending.ts';
import { OTHER, Tenants } from './tenants.ts';
import { Totals } from './totals.ts';
import { addDurations, addToTotals } from './totals-of.ts';

/** The parts of config that the book depends on. */
export interface BookConfig {
  slo: Slo;
  features: { has(name: string): boolean };
}

/** A report about an answer, made afterwards, or about a service beside the router. */
export interface OutsideReport {
  /** `valid`, `quality` or `external:NAME`. */
  key: string;
  tenant: string | null;
  /** Null if the report is about a service. It then counts for the features whose objectives name that service. */
  feature: string | null;
  deployment: string | null;
  experiment: string | null;
  good: number;
  bad: number;
}

const UNKNOWN = 'unknown';
const TOTALS_ROW = '=totals';
const TENANTS_ROW = '=tenants';
const LOSSES_ROW = '=losses';

/** There is one book for the whole service. Times are epoch milliseconds of the book's own clock. */
export class Book {
  readonly totals: Totals;
  readonly spending: Spending;
  readonly losses = new Losses();
  readonly #config: BookConfig;
  readonly #promises: readonly CountedPromise[];
  readonly #allSeries: SeriesSet;
  readonly #lookup: SeriesLookup;
  readonly #tenants: Tenants;
  readonly #deployments = new Map<string, Series>();

  constructor(config: BookConfig) {
    const { objectives, retentionDays } = config.slo;
    this.#config = config;
    this.totals = new Totals(objectives);
    this.spending = new Spending(retentionDays);
    this.#promises = countedPromises(objectives);
    this.#tenants = new Tenants(new Set(objectives.flatMap(({ tenant }) => (tenant === null ? [] : [tenant]))));
    this.#allSeries = new SeriesSet(retentionDays);
    this.#lookup = new SeriesLookup({
      ...{ allSeries: this.#allSeries, objectives, promises: this.#promises, events: this.totals.counters.events },
    });
  }

  /** Counts a request that ended at `at`. */
  add(record: RequestEntry, at: number): void {
    const { slo } = this.#config;
    const verdict = successVerdict(record, slo);
    const outside = outsideReason(verdict);
    const outcomes = this.#promises.map(({ counted }) => sliOutcome(record, counted, slo));
    const tenant = record.tenant === null ? null : this.#named(record.tenant, at);
    const feature = this.#known(record.feature);
    const isNamed = record.feature !== null || record.code === 'unknown_feature';
    const label = feature ?? (isNamed ? UNKNOWN : '');
    const fullMs = completeMs(record);
    for (const { series, promises, objectives, hasPercentiles } of this.#lookup.of(tenant, feature)) {
      series.beginRequest(at);
      for (const { index, names } of promises) {
        const outcome = outcomes[index];
        if (outcome !== undefined) series.count(names, outcome);
      }
      for (const { promise, events } of objectives) {
        const outcome = outcomes[promise.index];
        if (outcome === 'good' || outcome === 'bad') increase(events.at(outcome), 1);
      }
      if (verdict.outcome !== 'excluded') series.countCost(record.costMicroUsd);
      if (hasPercentiles && record.drill === null) series.countTraffic(record.code === 'provider_rejected');
      if (!hasPercentiles || outside !== undefined) continue;
      if (record.ttftMs !== null) series.measure('ttft', record.ttftMs);
      if (fullMs !== null) series.measure('total', fullMs);
    }
    this.#addAttempts(record, outside, at);
    this.spending.add(record, tenant ?? '', label, at);
    addToTotals(this.totals, record, verdict, tenant ?? '', label);
    if (outside === undefined) addDurations(this.totals, record, label, this.#promises, outcomes);
  }

  /** Counts a report about an answer or a service. A negative count takes back an earlier report, at that report's time. */
  report(report: OutsideReport, at: number): void {
    const { key, deployment, experiment, good, bad } = report;
    const tenant = report.tenant === null ? null : this.#tenants.shownAs(report.tenant);
    const features = report.feature === null ? this.#featuresOf(key) : [this.#known(report.feature)];
    const counting = features.flatMap((feature) => this.#lookup.of(tenant, feature));
    const told = new Set(counting.map(({ series }) => series));
    this.#countEvents(new Map(counting.map(({ series, objectives }) => [series, objectives])).values(), report);
    if (deployment !== null) told.add(this.#deployment(deployment));
    if (experiment !== null) told.add(this.#allSeries.open(experimentSeries(experiment), experimentSeries(OTHER)));
    const names = counterNames(key);
    for (const series of told) {
      series.moveTo(at);
      if (good !== 0) series.count(names, 'good', good);
      if (bad !== 0) series.count(names, 'bad', bad);
    }
  }

  /** The names of all series, such as `all`, `feature:chat`, `tenant:acme|feature:chat`, `deployment:one`. */
  get names(): Iterable<string> {
    return this.#allSeries.names;
  }

  /** The series with this name. Undefined if nothing was ever counted in it. */
  series(name: string): Series | undefined {
    return this.#allSeries.find(name);
  }

  /** The series of a tenant and a feature. Undefined also for a tenant that is counted as `other`. */
  seriesOf(tenant: string | null, feature: string | null): Series | undefined {
    return this.#allSeries.find(seriesOf(tenant, feature));
  }

  /** The number of requests that were counted for `other`, because there are too many tenants. */
  get folded(): number {
    return this.#tenants.folded;
  }

  /** Whether requests of this tenant may have been counted for `other`. */
  isAmongOthers(tenant: string): boolean {
    return this.#tenants.isAmongOthers(tenant);
  }

  /** The rows that have changed since the last call. A row replaces an earlier one of the same name. */
  *save(): Iterable<SavedRow> {
    yield [TOTALS_ROW, this.totals.save()];
    yield [TENANTS_ROW, this.#tenants.save()];
    yield [LOSSES_ROW, this.losses.save()];
    yield* this.spending.save();
    yield* this.#allSeries.save();
  }

  /** Reads saved rows, even those of an earlier config. Returns the names of rows that cannot be read. */
  load(rows: Iterable<SavedRow>): string[] {
    const unreadable: string[] = [];
    const known = new Set(this.#promises.map(({ key }) => key));
    for (const [name, text] of rows) {
      if (text === '') continue;
      try {
        if (name === TOTALS_ROW) this.totals.load(text);
        else if (name === TENANTS_ROW) this.#tenants.load(text);
        else if (name === LOSSES_ROW) this.losses.load(text);
        else if (!this.spending.load(name, text)) this.#allSeries.load(name, text, (key) => known.has(key));
      } catch {
        unreadable.push(name);
      }
    }
    return unreadable;
  }

  /** Counts attempts for their deployments. `outside` is the reason if the request counts for nothing. */
  #addAttempts({ attempts }: RequestEntry, outside: ExcludedReason | undefined, at: number): void {
    for (const attempt of attempts) {
      const series = this.#deployment(attempt.deployment);
      series.beginRequest(at);
      for (const { counted, names } of this.#promises) {
        const outcome = attemptOutcomeFor(counted.sli, attempt);
        if (outcome !== undefined) series.count(names, outside ?? outcome);
      }
      if (outside !== undefined) continue;
      if (attempt.ttftMs !== null) series.measure('ttft', attempt.ttftMs);
      if (attempt.result === 'success') series.measure('total', attempt.ms);
    }
  }

  /** A counter for `GET /metrics` only grows, so a report that is taken back stays in it. */
  #countEvents(told: Iterable<CountingSeries['objectives']>, { key, good, bad }: OutsideReport): void {
    for (const objectives of told) {
      for (const { promise, events } of objectives) {
        if (promise.key !== key) continue;
        increase(events.at('good'), Math.max(0, good));
        increase(events.at('bad'), Math.max(0, bad));
      }
    }
  }

  #named(tenant: string, at: number): string {
    return this.#tenants.named(tenant, at, (least) => {
      this.#allSeries.fold(least);
      this.#lookup.forget();
      this.totals.foldTenant(least);
      this.spending.fold(least);
    });
  }

  #known(feature: string | null): string | null {
    return feature !== null && this.#config.features.has(feature) ? feature : null;
  }

  #deployment(deployment: string): Series {
    let series = this.#deployments.get(deployment);
    if (series === undefined) {
      series = this.#allSeries.open(deploymentSeries(deployment), deploymentSeries(OTHER));
      this.#deployments.set(deployment, series);
    }
    return series;
  }

  #featuresOf(key: string): (string | null)[] {
    const named = this.#config.slo.objectives.filter((objective) => countedKey(objective) === key);
    return [null, ...named.map(({ feature }) => this.#known(feature))];
  }
}
