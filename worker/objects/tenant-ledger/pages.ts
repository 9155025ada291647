/**
 * The `lease` table of one `TenantLedger`: pages of JSON, each lease in its slot (core/ledger/book/pages.ts). They are kept in
 * memory too, folded leases included, so that when a lease changes, its page is written from texts that exist already.
 */
import type { Lease } from '../../core/ledger/book/lease.ts';
import { pageOf } from '../../core/ledger/book/pages.ts';
import type { Mode, Scope } from '../../core/ledger/types.ts';

/** One statement writes at most this many pages. */
export const MOST_PAGES_AT_ONCE = 8;

/** Statements by the number of pages that they write. Overwriting a row costs one row; deleting it first would cost two. */
const WRITE_PAGES = Array.from({ length: MOST_PAGES_AT_ONCE + 1 }, (_, pages) => {
  const rows = Array.from({ length: pages }, () => '(?, ?)').join(', ');
  return `INSERT INTO lease (page, leases) VALUES ${rows} ON CONFLICT (page) DO UPDATE SET leases = excluded.leases`;
});

interface Entry {
  lease: Lease;
  /** Its JSON, as in its page. */
  text: string;
}

/** The rows of leases, many to a page. */
export class LeasePages {
  readonly #sql: SqlStorage;
  readonly #pages = new Map<number, Map<number, Entry>>();

  /** Reads all pages. */
  constructor(sql: SqlStorage) {
    this.#sql = sql;
    for (const { leases } of sql.exec<{ leases: string }>('SELECT leases FROM lease').toArray()) {
      for (const values of JSON.parse(leases) as LeaseValues[]) this.#put(leaseOf(values));
    }
  }

  *all(): Iterable<Lease> {
    for (const page of this.#pages.values()) for (const { lease } of page.values()) yield lease;
  }

  /** Writes one row for each page that has a changed lease. */
  write(changed: Iterable<{ readonly lease: Lease }>): void {
    const numbers: number[] = [];
    for (const { lease } of changed) {
      const number = this.#put(lease);
      if (!numbers.includes(number)) numbers.push(number);
    }
    for (let from = 0; from < numbers.length; from += MOST_PAGES_AT_ONCE) {
      const rows = numbers.slice(from, from + MOST_PAGES_AT_ONCE).flatMap((number) => [number, this.#textOf(number)]);
      this.#sql.exec(WRITE_PAGES[rows.length / 2] as string, ...rows);
    }
  }

  #textOf(number: number): string {
    const texts: string[] = [];
    for (const { text } of this.#pages.get(number)?.values() ?? []) texts.push(text);
    return `[${texts.join(',')}]`;
  }

  /** Deletes the pages after the one that has this slot. */
  dropAfter(lastSlot: number): void {
    const last = pageOf(lastSlot);
    this.#sql.exec('DELETE FROM lease WHERE page > ?', last);
    for (const number of this.#pages.keys()) if (number > last) this.#pages.delete(number);
  }

  #put(lease: Lease): number {
    const number = pageOf(lease.slot);
    const page = this.#pages.get(number) ?? new Map<number, Entry>();
    this.#pages.set(number, page);
    page.set(lease.slot, { lease, text: JSON.stringify(valuesOf(lease)) });
    return number;
  }
}

type LeaseValues = ReturnType<typeof valuesOf>;

/** A lease as a list of values, without field names, which would be most of a page. */
const valuesOf = (lease: Lease) => {
  const { granted, spent, freed } = lease;
  return [
    lease.slot,
    lease.number,
    lease.leaseId,
    lease.origin,
    lease.mode,
    lease.scopes,
    lease.tatUs,
    lease.laterUs,
    lease.grantedAt,
    lease.admitForMs,
    lease.settleBy,
    granted.microUsd,
    granted.tokens,
    granted.requests,
    granted.parallel,
    spent.microUsd,
    spent.tokens,
    freed.microUsd,
    freed.tokens,
    freed.parallel,
    lease.done ? 1 : 0,
    lease.estimated ? 1 : 0,
  ] as const;
};

function leaseOf(values: LeaseValues): Lease {
  const [slot, number, leaseId, origin, mode, scopes, tatUs, laterUs, ...rest] = values;
  const [grantedAt, admitForMs, settleBy, ...figures] = rest;
  const [microUsd, tokens, requests, parallel, spentMicroUsd, spentTokens, ...others] = figures;
  const [freedMicroUsd, freedTokens, freedParallel, done, estimated] = others;
  return {
    ...{ slot, number, leaseId, origin, mode: mode as Mode, scopes: scopes as readonly Scope[], tatUs, laterUs },
    ...{ grantedAt, admitForMs, settleBy },
    granted: { microUsd, tokens, requests, parallel },
    spent: { microUsd: spentMicroUsd, tokens: spentTokens },
    freed: { microUsd: freedMicroUsd, tokens: freedTokens, parallel: freedParallel },
    done: done === 1,
    estimated: estimated === 1,
  };
}
