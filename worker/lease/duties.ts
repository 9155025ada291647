/** The work left to do behind responses. The rest of a slice is given back, and each lease is closed until the ledger knows it. */
import {
  beginCarrying,
  beginReport,
  closesDue,
  endCarrying,
  endReport,
  isBusy,
  isCarried,
  isLittleLeft,
  noteClosable,
} from '../core/ledger/lease/closes.ts';
import { nextHolder } from '../core/ledger/lease/holder.ts';
import type { Pool, TenantPools } from '../core/ledger/lease/pool.ts';
import { holdsTooMuch, isAdmitting, isQuiet, type Slice } from '../core/ledger/lease/slice.ts';
import type { Asker, Cover } from './cover.ts';
import { type LedgerClient, LONGEST_REPORT_MS } from './ledger-client.ts';

/** How much time `waitUntil` leaves for a report after asking and admitting. A later report travels with the next ask. */
const LONGEST_PLEDGE_MS = 15_000;
/**
 * How long the close of a slice waits for the tenant's next ask to take it along. It waits only if the last ask was at most this
 * long ago.
 */
const MAY_TRAVEL_MS = 2_000;
/** How long the report of a request that ended waits for more requests of the slice to end. */
const GATHER_MS = 10_000;
/** With this many requests of the tenant running in this isolate, one of them will soon ask, and take closes along. */
const CROWD = 4;
/** How long the closes of single requests wait for such an ask. The first of these requests, the carrier, holds them. */
const CARRIES_MS = 100;
/** After this long, the carrier counts as dead. */
const DEAD_CARRIER_MS = 2 * CARRIES_MS;
/** How often a waiting request checks whether another has reported its lease. */
const LISTEN_AGAIN_MS = 100;

/**
 * The duty of the request that asked for a slice, in `waitUntil`. When the slice stops admitting, it is closed if nothing runs in
 * it. Otherwise it gives back what it holds unused, if that is much or others may be waiting for it.
 */
export async function giveBackSlice(pool: Pool, slice: Slice, client: LedgerClient): Promise<void> {
  await client.pause(slice.startBefore - client.now);
  if (slice.isOver) return;
  noteClosable(pool, slice, client.now);
  if (isQuiet(slice) || holdsTooMuch(slice) || isLittleLeft(pool, slice)) {
    await tell(pool, slice, client, LONGEST_PLEDGE_MS);
  }
}

/**
 * Whether a request that has just ended should report its slice. While the duty of `giveBackSlice` is still ahead, the close waits
 * for that or for the next ask, unless others may be waiting for what the slice holds.
 */
export function shouldReport(pool: Pool, slice: Slice, now: number): boolean {
  if (slice.isOver || isAdmitting(slice, now)) return false;
  if (isQuiet(slice)) return now >= slice.startBefore || isLittleLeft(pool, slice);
  if (!holdsTooMuch(slice)) return false;
  return (
    (now >= slice.startBefore && now >= slice.gatheredUntil) || (now >= slice.toldUntil && isLittleLeft(pool, slice))
  );
}

/**
 * The report of a request that has just ended. While others still run in the slice, the report waits for more of them to end, so
 * that a few reports cover everything. Each gives back at least half of what was held. So one long stream, or one that is never
 * reported, soon holds no more than its own worst case.
 */
export async function reportAtEnd(pool: Pool, slice: Slice, client: LedgerClient): Promise<void> {
  if (isQuiet(slice) || isLittleLeft(pool, slice)) return tell(pool, slice, client);
  slice.gatheredUntil = client.now + GATHER_MS;
  await client.pause(GATHER_MS);
  await tell(pool, slice, client, LONGEST_PLEDGE_MS);
}

/** Reports a slice until the ledger has it, unless another request takes that over. */
async function tell(pool: Pool, slice: Slice, client: LedgerClient, forMs?: number): Promise<void> {
  if (isBusy(pool, MAY_TRAVEL_MS, client.now) && !isLittleLeft(pool, slice)) await client.pause(MAY_TRAVEL_MS);
  await client.repeat(
    async () => {
      if (slice.isOver) return true;
      if (client.now < slice.toldUntil) return false;
      const telling = beginReport(slice, client.now + LONGEST_REPORT_MS);
      const isTold = await client.report([telling.report]);
      endReport(telling, isTold);
      return isTold;
    },
    () => 1,
    forMs,
  );
}

/**
 * Ends these covers, and closes the leases that no pool closes. Returns undefined if nothing is left to do, because there is no
 * such lease or because another request closes them with its own.
 */
export function closeLeases({ client, pool, hooks }: Asker, covers: readonly Cover[]): Promise<void> | undefined {
  for (const cover of covers) cover.holder = nextHolder(cover.holder, { event: 'gave_up' });
  const slices = unclosedLeases(covers);
  if (slices.length === 0) return undefined;
  const tenant = hooks === undefined ? pool?.tenant : undefined;
  for (const slice of slices) tenant?.closable.add(slice);
  const travels = pool !== undefined && tenant !== undefined && tenant.active.countAt(client.now) >= CROWD;
  if (travels && !slices.some((slice) => isLittleLeft(pool, slice)))
    return isCarried(tenant, client.now) ? undefined : carry(client, tenant);
  return closeUntilKnown(client, slices, tenant).then(() => {
    for (const cover of covers) cover.holder = nextHolder(cover.holder, { event: 'acknowledged' });
  });
}

/** Waits, then closes the leases of all single requests that ended meanwhile, unless an ask has taken them along. */
async function carry(client: LedgerClient, tenant: TenantPools): Promise<void> {
  const carrier = beginCarrying(tenant, client.now + DEAD_CARRIER_MS);
  await client.pause(CARRIES_MS);
  await closeUntilKnown(client, endCarrying(tenant, carrier), tenant);
}

/**
 * Repeats until the ledger knows that these leases are closed. A lease that could not be reported is booked in full when its time
 * is over.
 */
async function closeUntilKnown(client: LedgerClient, slices: readonly Slice[], tenant?: TenantPools): Promise<void> {
  const { closable } = tenant ?? { closable: new Set(slices) };
  await client.repeat(
    () => reportCloses(client, slices, closable),
    () => slices.filter((slice) => isOpen(slice, closable)).length,
  );
  for (const slice of slices) closable.delete(slice);
}

/**
 * Reports these leases, together with those of other single requests that are due. While another request reports them, this one
 * waits for the result. Returns true if nothing is left to report, and false if a report failed.
 */
export async function reportCloses(
  client: LedgerClient,
  slices: readonly Slice[],
  closable = new Set(slices),
): Promise<boolean> {
  // A crowd may leave more closes than one call can carry.
  while (slices.some((slice) => isOpen(slice, closable))) {
    const { now } = client;
    if (!slices.some((slice) => isOpen(slice, closable) && now >= slice.toldUntil)) {
      await client.pause(LISTEN_AGAIN_MS);
      continue;
    }
    const tellings = closesDue({ closable }, now, now + LONGEST_REPORT_MS, true);
    const isTold = await client.report(tellings.map(({ report }) => report));
    for (const telling of tellings) endReport(telling, isTold);
    if (!isTold) return false;
  }
  return true;
}

/** True if the ledger does not know that the slice is closed, and no request has given up closing it. */
const isOpen = (slice: Slice, closable: ReadonlySet<Slice>): boolean => !slice.isOver && closable.has(slice);

/** The leases that no pool closes, as long as the ledger does not know that they are closed. */
export const unclosedLeases = (covers: readonly Cover[]): Slice[] =>
  covers.flatMap(({ holder }) => (holder.state === 'closing' && !holder.slice.isOver ? [holder.slice] : []));
