import type { Lease } from '../../../../../worker/core/ledger/book/lease.ts';
import { pageOf } from '../../../../../worker/core/ledger/book/pages.ts';
import type {
  Changes,
  Crossing,
  HistoryEntry,
  LoadedRows,
  Mark,
  Overrides,
  StoredScope,
  Sums,
} from '../../../../../worker/core/ledger/book/rows.ts';
import type { Month } from '../../../../../worker/core/ledger/time.ts';
import type { Scope } from '../../../../../worker/core/ledger/types.ts';

/** A ledger's tables without a database: every row is JSON text, so that nothing in memory is shared with them. */
export class MemoryTables {
  readonly leases = new Map<number, string>();
  readonly sums = new Map<Scope, Map<Month, string>>();
  readonly overrides = new Map<Scope, string>();
  readonly history: HistoryEntry[] = [];
  /** The outbox; nothing in it is ever delivered. */
  readonly crossings: Crossing[] = [];
  mark: string | undefined;
  /** As the platform counts: one for each row written or deleted. */
  rowsWritten = 0;

  load(): LoadedRows {
    return {
      mark: this.mark === undefined ? undefined : (JSON.parse(this.mark) as Mark),
      leases: [...this.leases.values()].map((row) => JSON.parse(row) as Lease),
    };
  }

  read(scope: Scope): StoredScope {
    const overrides = this.overrides.get(scope);
    const months = this.sums.get(scope) ?? new Map<Month, string>();
    const earlier = (month: Month): Sums | undefined => {
      const row = months.get(month);
      return row === undefined ? undefined : (JSON.parse(row) as Sums);
    };
    const [newest] = [...months.keys()].toSorted().toReversed();
    return {
      newest: newest === undefined ? undefined : earlier(newest),
      earlier,
      overrides: overrides === undefined ? undefined : (JSON.parse(overrides) as Overrides),
    };
  }

  save({ leases, lastSlotKept, sums, mark, overrides, history, crossings, purgeBefore }: Changes): void {
    const pages = new Set<number>();
    for (const { lease } of leases) {
      this.leases.set(lease.slot, JSON.stringify(lease));
      pages.add(pageOf(lease.slot));
    }
    const dropped = lastSlotKept === undefined ? [] : this.#slotsBehind(pageOf(lastSlotKept));
    for (const slot of dropped) this.leases.delete(slot);
    for (const row of sums) {
      const months = this.sums.get(row.scope) ?? new Map<Month, string>();
      this.sums.set(row.scope, months.set(row.month, JSON.stringify(row)));
    }
    if (mark !== undefined) this.mark = JSON.stringify(mark);
    for (const [scope, row] of overrides) this.overrides.set(scope, JSON.stringify(row));
    this.history.push(...history);
    this.crossings.push(...crossings);
    this.rowsWritten += pages.size + new Set(dropped.map(pageOf)).size + (mark === undefined ? 0 : 1);
    this.rowsWritten += sums.size + overrides.size + history.length + crossings.length;
    if (purgeBefore === undefined) return;
    for (const months of this.sums.values()) {
      for (const month of months.keys()) if (month < purgeBefore) months.delete(month);
    }
  }

  #slotsBehind(page: number): number[] {
    return [...this.leases.keys()].filter((slot) => pageOf(slot) > page);
  }

  /** Everything, for comparing. */
  text(): string {
    const { leases, overrides, history, mark } = this;
    const sums = [...this.sums].map(([scope, months]) => [scope, ...months]);
    return JSON.stringify([[...leases], sums, [...overrides], history, mark]);
  }
}
