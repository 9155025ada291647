/** A pool of an isolate that was busy, and slices in it, without a ledger. */
import { enterSlice, newPools, noteAdmitted, type Pool, poolOf } from '../../../../../worker/core/ledger/lease/pool.ts';
import type { Slice } from '../../../../../worker/core/ledger/lease/slice.ts';
import type { Granted } from '../../../../../worker/core/ledger/messages.ts';
import { idAt, NOON, want } from './messages.ts';

/** What each request of these pools wants. */
export const one = want(100, { tokens: 10 });

export const newPool = (): Pool => poolOf(newPools(), 'acme', [{ scope: 'tenant', limits: {} }], NOON);

/** Forty requests were admitted at noon. */
export function busyPool(): Pool {
  const pool = newPool();
  for (let request = 0; request < 40; request++) noteAdmitted(pool, one, NOON);
  return pool;
}

/** A slice with the worst case, a request and a slot of so many requests like `one`. */
export function enter(pool: Pool, requests: number, now = NOON, parts: Partial<Granted> = {}): Slice {
  const granted = { microUsd: requests * 100, tokens: requests * 10, requests, parallel: requests };
  return enterSlice(pool, idAt(now), { granted, mode: 'normal', admitForMs: 10_000, left: [], ...parts }, now);
}
