/** What has become of all requests, as counts over time. A pure fold over records: their order does not matter. */
import type { RequestRecord } from '../record.ts';
import { type ExcludedReason, judge } from '../rules.ts';
import { type Counted, countedKey, type SliOutcome, sliOutcome } from '../sli-outcome.ts';
import type { Slo } from '../slo.ts';
import { attemptOutcome, completeMs, isBroken, outsideReason } from './measured.ts';
import type { Series } from './series.ts';
import { concerns, deploymentSeries, experimentSeries, seriesOf } from './series-names.ts';
import { type SavedRow, Shelf } from './shelf.ts';
import { OTHER, Tenants } from './tenants.ts';
import { Totals } from './totals.ts';
import { addToTotals } from './totals-of.ts';

/** What of config the book depends on. */
export interface BookConfig {
  slo: Slo;
  features: { has(name: string): boolean };
}

/** What is told of an answer afterwards, or of a service beside the router. */
export interface OutsideReport {
  /** `valid`, `quality` or `external:NAME`. */
  key: string;
  tenant: string | null;
  /** Null: of a service, which counts for the features whose objectives name it. */
  feature: string | null;
  deployment: string | null;
  experiment: string | null;
  good: number;
  bad: number;
}

/** Success is counted in every series. */
const SUCCESS: Counted = { sli: { kind: 'success' }, countsInSlo: false };
const SUCCESS_KEY = countedKey(SUCCESS);
const UNKNOWN = 'unknown';

/** A series, and which of the promises it counts. */
interface Route {
  series: Series;
  promises: readonly number[];
}

const TOTALS_ROW = '=totals';
const TENANTS_ROW = '=tenants';

/** One for the whole service. Times are epoch milliseconds of the book's own clock. */
export class Book {
  readonly totals: Totals;
  readonly #config: BookConfig;
  readonly #promises: readonly Counted[];
  readonly #keys: readonly string[];
  readonly #shelf: Shelf;
  readonly #tenants = new Tenants();
  /** What a request of a tenant and a feature is counted in. */
  readonly #routes = new Map<string, readonly Route[]>();

  constructor(config: BookConfig) {
    const { slo } = config;
    this.#config = config;
    this.totals = new Totals(slo.objectives);
    const byKey = new Map([SUCCESS, ...slo.objectives].map((promise) => [countedKey(promise), promise]));
    this.#promises = [...byKey.values()];
    this.#keys = [...byKey.keys()];
    this.#shelf = new Shelf(slo.retentionDays);
  }

  /** `at`: when the request ended. */
  add(record: RequestRecord, at: number): void {
    const { slo } = this.#config;
    const verdict = judge(record, slo);
    const outcomes = this.#promises.map((promise) => sliOutcome(record, promise, slo));
    const tenant = record.tenant === null ? null : this.#named(record.tenant, at);
    const feature = this.#known(record.feature);
    const featureLabel = feature ?? (record.feature === null ? '' : UNKNOWN);
    addToTotals(this.totals, record, verdict, tenant ?? '', featureLabel);
    for (const { series, promises } of this.#route(tenant, feature)) {
      series.moveTo(at);
      for (const index of promises) {
        const outcome = outcomes[index];
        const key = this.#keys[index];
        if (outcome !== undefined && key !== undefined) series.count(key, outcome);
      }
      if (verdict.outcome !== 'excluded') series.countCost(record.costMicroUsd);
    }
    const outside = outsideReason(verdict);
    if (outside === undefined) this.#measure(at, record, outcomes, feature, featureLabel);
    this.#addAttempts(at, record, outside);
  }

  /** Counts what was told of an answer or a service; a negative count takes back an earlier report at its own time. */
  report(report: OutsideReport, at: number): void {
    const { deployment, experiment } = report;
    const tenant = report.tenant === null ? null : this.#tenants.shownAs(report.tenant);
    const features = report.feature === null ? this.#featuresOf(report.key) : [this.#known(report.feature)];
    const all = new Set([
      ...features.flatMap((feature) => this.#route(tenant, feature)).map(({ series }) => series),
      ...(deployment === null ? [] : [this.#deployment(deployment)]),
      ...(experiment === null ? [] : [this.#shelf.open(experimentSeries(experiment), experimentSeries(OTHER))]),
    ]);
    for (const series of all) {
      series.moveTo(at);
      if (report.good !== 0) series.count(report.key, 'good', report.good);
      if (report.bad !== 0) series.count(report.key, 'bad', report.bad);
    }
  }

  /** The names of all series, such as `all`, `feature:chat`, `tenant:acme|feature:chat`. */
  get names(): Iterable<string> {
    return this.#shelf.names;
  }

  /** Undefined where nothing was ever counted. */
  series(name: string): Series | undefined {
    return this.#shelf.find(name);
  }

  /** The series of a tenant, maybe of `other`, and a feature. */
  seriesOf(tenant: string | null, feature: string | null): Series | undefined {
    return this.#shelf.find(seriesOf(tenant === null ? null : this.#tenants.shownAs(tenant), feature));
  }

  /** Requests of tenants that have no series of their own. */
  get folded(): number {
    return this.#tenants.folded;
  }

  /** What has changed since the last call; a row takes the place of an earlier one of its name. */
  *save(): Iterable<SavedRow> {
    yield [TOTALS_ROW, this.totals.save()];
    yield [TENANTS_ROW, this.#tenants.save()];
    yield* this.#shelf.save();
  }

  /** Takes saved rows, also those of an earlier config. Returns the names of those that cannot be read. */
  load(rows: Iterable<SavedRow>): string[] {
    const unreadable: string[] = [];
    const known = new Set(this.#keys);
    for (const [name, text] of rows) {
      if (text === '') continue;
      try {
        if (name === TOTALS_ROW) this.totals.load(text);
        else if (name === TENANTS_ROW) this.#tenants.load(text);
        else this.#shelf.load(name, text, (key) => known.has(key));
      } catch {
        unreadable.push(name);
      }
    }
    return unreadable;
  }

  #known(feature: string | null): string | null {
    return feature !== null && this.#config.features.has(feature) ? feature : null;
  }

  #named(tenant: string, at: number): string {
    return this.#tenants.named(tenant, at, (least) => {
      this.#shelf.fold(least);
      this.totals.forgetTenant(least);
      this.#routes.clear();
    });
  }

  #measure(
    at: number,
    record: RequestRecord,
    outcomes: readonly SliOutcome[],
    feature: string | null,
    label: string,
  ): void {
    const { ttftMs, totalMs, deployment } = record;
    const fullMs = completeMs(record);
    const series = feature === null ? undefined : this.#shelf.find(seriesOf(null, feature));
    if (ttftMs !== null) series?.measure('ttft', ttftMs, at);
    if (fullMs !== null) series?.measure('total', fullMs, at);
    // Whoever left too late counts against the promise, and so in the buckets that it is computed from.
    if (ttftMs !== null || isBroken('ttft', this.#promises, outcomes)) {
      this.totals.addDuration('ttft', `${label}\n${deployment ?? ''}`, ttftMs ?? totalMs);
    }
    if (fullMs !== null || isBroken('latency', this.#promises, outcomes)) {
      this.totals.addDuration('total', label, totalMs);
    }
  }

  /** `outside`: why the request counts for nothing. */
  #addAttempts(at: number, { attempts }: RequestRecord, outside: ExcludedReason | undefined): void {
    for (const attempt of attempts) {
      const series = this.#deployment(attempt.deployment);
      series.moveTo(at);
      series.count(SUCCESS_KEY, outside ?? attemptOutcome(attempt));
      if (outside !== undefined) continue;
      if (attempt.ttftMs !== null) series.measure('ttft', attempt.ttftMs, at);
      if (attempt.result === 'success') series.measure('total', attempt.ms, at);
    }
  }

  #featuresOf(key: string): (string | null)[] {
    const named = this.#config.slo.objectives.filter((objective) => countedKey(objective) === key);
    return [null, ...named.map(({ feature }) => this.#known(feature))];
  }

  #route(tenant: string | null, feature: string | null): readonly Route[] {
    const id = `${tenant ?? ''}\n${feature ?? ''}`;
    const found = this.#routes.get(id);
    if (found !== undefined) return found;
    const scopes: [string | null, string | null][] = [[null, null]];
    if (feature !== null) scopes.push([null, feature]);
    if (tenant !== null) scopes.push([tenant, null]);
    if (tenant !== null && feature !== null) scopes.push([tenant, feature]);
    const route = scopes.map((scope) => this.#routeOf(...scope));
    this.#routes.set(id, route);
    return route;
  }

  #routeOf(tenant: string | null, feature: string | null): Route {
    const { objectives } = this.#config.slo;
    const keys = new Set([SUCCESS_KEY]);
    for (const objective of objectives) if (concerns(objective, tenant, feature)) keys.add(countedKey(objective));
    return {
      series: this.#shelf.open(seriesOf(tenant, feature), seriesOf(tenant === null ? null : OTHER, feature)),
      promises: this.#keys.flatMap((key, index) => (keys.has(key) ? [index] : [])),
    };
  }

  #deployment(deployment: string): Series {
    return this.#shelf.open(deploymentSeries(deployment), deploymentSeries(OTHER));
  }
}
