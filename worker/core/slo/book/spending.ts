/** What the requests of all tenants were charged, by UTC month. */
import { monthOf, startOfMonth } from '../../ledger/time.ts';
import type { RequestEntry } from '../receipt.ts';
import type { SavedRow } from './series-set.ts';
import { SpentMonth } from './spent-month.ts';
import { OTHER } from './tenants.ts';

const ROW = '=spent ';
const MONTH_LENGTH = 'yyyy-mm'.length;
const DAY_MS = 86_400_000;

/** The current month of a tenant. It is kept at hand, because making its name for each record would cost more than the counting. */
interface Running {
  from: number;
  to: number;
  month: SpentMonth;
  isDirty: boolean;
}

/** All months that are kept, by month and tenant: `2026-11 acme`. */
export class Spending {
  /** A month stays text until it is needed, because past months are hardly ever read. */
  readonly #months = new Map<string, SpentMonth | string>();
  readonly #running = new Map<string, Running>();
  readonly #changed = new Set<string>();
  readonly #retentionDays: number;

  constructor(retentionDays: number) {
    this.#retentionDays = retentionDays;
  }

  /**
   * Counts a request. `tenant` and `feature` are the names to count under. Only requests that asked a provider, cost something or
   * were answered are counted.
   */
  add(record: RequestEntry, tenant: string, feature: string, at: number): void {
    const { cache, model, attempts, costMicroUsd, ending } = record;
    // Null in records of earlier builds.
    const failedMicroUsd = record.failedMicroUsd ?? 0;
    const isAnswered = ending !== 'refused';
    if (attempts.length === 0 && costMicroUsd === 0 && !isAnswered) return;
    const running = this.#at(tenant, at);
    running.isDirty = true;
    const isFromCache = cache === 'hit' || cache === 'stale';
    running.month.add(Math.floor((at - running.from) / DAY_MS), 1, costMicroUsd);
    running.month.failedMicroUsd += failedMicroUsd;
    if (!isAnswered) return;
    running.month.addWhere(feature, isFromCache ? '' : (model ?? OTHER), 1, costMicroUsd - failedMicroUsd);
  }

  /** A tenant's month. Undefined if nothing was counted in it. */
  of(tenant: string, month: string): SpentMonth | undefined {
    const name = `${month} ${tenant}`;
    return this.#months.has(name) ? this.#open(name) : undefined;
  }

  /** The tenants with figures in a month; the empty name stands for requests without a tenant. */
  tenants(month: string): string[] {
    const names = [...this.#months.keys()].filter((name) => name.startsWith(`${month} `));
    return names.map((name) => name.slice(MONTH_LENGTH + 1));
  }

  /** Moves what was counted for a tenant to `other`. */
  fold(tenant: string): void {
    for (const name of [...this.#months.keys()]) {
      if (name.slice(MONTH_LENGTH + 1) !== tenant) continue;
      const other = `${name.slice(0, MONTH_LENGTH)} ${OTHER}`;
      this.#open(other).merge(this.#open(name));
      this.#months.delete(name);
      this.#changed.add(other).add(name);
    }
    this.#running.delete(tenant);
  }

  *save(): Iterable<SavedRow> {
    for (const [tenant, running] of this.#running) {
      if (running.isDirty) this.#changed.add(`${monthOf(running.from)} ${tenant}`);
      running.isDirty = false;
    }
    this.#forgetOld();
    for (const name of this.#changed) {
      const month = this.#months.get(name);
      yield [ROW + name, typeof month === 'string' ? month : (month?.save() ?? '')];
    }
    this.#changed.clear();
  }

  /** Takes a saved row. Returns false if the row does not belong here. */
  load(name: string, text: string): boolean {
    if (!name.startsWith(ROW)) return false;
    this.#months.set(name.slice(ROW.length), text);
    return true;
  }

  #at(tenant: string, at: number): Running {
    const running = this.#running.get(tenant);
    if (running !== undefined && at >= running.from && at < running.to) return running;
    const month = monthOf(at);
    const name = `${month} ${tenant}`;
    if (running?.isDirty) this.#changed.add(`${monthOf(running.from)} ${tenant}`);
    const next = { from: startOfMonth(month, 0), to: startOfMonth(month, 1), month: this.#open(name), isDirty: true };
    this.#running.set(tenant, next);
    return next;
  }

  #open(name: string): SpentMonth {
    const kept = this.#months.get(name);
    if (kept !== undefined && typeof kept !== 'string') return kept;
    const month = kept === undefined ? new SpentMonth() : SpentMonth.load(kept);
    this.#months.set(name, month);
    return month;
  }

  #forgetOld(): void {
    const newest = [...this.#months.keys()].reduce((last, name) => (name > last ? name : last), '');
    if (newest === '') return;
    const oldest = monthOf(startOfMonth(newest.slice(0, MONTH_LENGTH), 0) - this.#retentionDays * DAY_MS);
    for (const name of this.#months.keys()) {
      if (name >= oldest) continue;
      this.#months.delete(name);
      this.#changed.add(name);
    }
  }
}
