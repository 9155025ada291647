/** How leases are reported to the ledger: which closes are due, and who reports them. */
import type { Report } from '../messages.ts';
import { MOST_REPORTS } from '../protocol.ts';
import type { Carrier, Pool, TenantPools } from './pool.ts';
import { isClosable, isQuiet, reportOf, type Slice } from './slice.ts';

/** Where less is left of a limit than this many leases like this one hold, what it does not use goes back at once. */
const SHORT = 16;

/** A report under way, and the slice that it is about. */
export interface Telling {
  slice: Slice;
  report: Report;
  /** Made when nothing ran any more. */
  isLast: boolean;
}

/** Begins to report a slice; until `until` nobody else does. */
export function tellOf(slice: Slice, until: number): Telling {
  slice.toldUntil = until;
  return { slice, isLast: isQuiet(slice), report: reportOf(slice) };
}

/** From here on its close may travel with any ask, if nothing runs in it and nothing may start. */
export function noteClosable({ tenant }: Pool, slice: Slice, now: number): void {
  if (isClosable(slice, now)) tenant.closable.add(slice);
}

/** An ask begins: the closes that travel with it. */
export function closesAlong(pool: Pool, now: number, until: number): Telling[] {
  pool.tenant.askedAt = now;
  return closesDue(pool.tenant, now, until);
}

/**
 * Closes that nobody is reporting now; until `until` the caller does. A request that closes its own lease takes along only others
 * of single requests, each of which also sees to itself: those of slices may have nobody left but the next ask.
 */
export function closesDue(
  { closable }: Pick<TenantPools, 'closable'>,
  now: number,
  until: number,
  isOfSingleRequests = false,
): Telling[] {
  const tellings: Telling[] = [];
  for (const slice of closable) {
    if (slice.isOver) closable.delete(slice);
    else if (isOfSingleRequests && slice.isPooled) continue;
    else if (now >= slice.toldUntil) tellings.push(tellOf(slice, until));
    if (tellings.length === MOST_REPORTS) break;
  }
  return tellings;
}

/** Whether a request that ends may leave its close to a carrier. */
export const isCarried = ({ carrier }: TenantPools, now: number): boolean =>
  carrier !== undefined && now < carrier.until;

/** From here on others leave their closes to the caller. */
export function beginCarrying(tenant: TenantPools, until: number): Carrier {
  const carrier = { until };
  tenant.carrier = carrier;
  return carrier;
}

/** In the same turn nobody leaves it anything more. Gives what it has to close. */
export function endCarrying(tenant: TenantPools, carrier: Carrier): Slice[] {
  if (tenant.carrier === carrier) tenant.carrier = undefined;
  return [...tenant.closable].filter(({ isOver, isPooled }) => !isOver && !isPooled);
}

/** The call came back; false: nobody knows whether the ledger has the report. */
export function endTelling({ slice, isLast }: Telling, isTold: boolean): void {
  slice.toldUntil = 0;
  if (!isTold || !isLast) return;
  slice.isOver = true;
}

/** Little is left beside what this slice was granted: others may be waiting for it. */
export const isShort = ({ left }: Pool, { granted }: Slice): boolean =>
  left.some(({ limit, remaining }) => {
    if (limit === 'rps') return false;
    const own = limit === 'tpm' ? granted.tokens : limit === 'parallel' ? granted.parallel : granted.microUsd;
    return remaining < SHORT * own;
  });

/** Whether its tenant's ledger was asked that recently, so that it will probably be asked again soon. */
export const isBusy = ({ tenant }: Pool, withinMs: number, now: number): boolean => now - tenant.askedAt < withinMs;
