/** How leases are reported to the ledger: which closes are due, and who reports them. */
import type { Report } from '../messages.ts';
import { MOST_REPORTS } from '../protocol.ts';
import type { Carrier, Pool, TenantPools } from './pool.ts';
import { isClosable, isQuiet, reportOf, type Slice } from './slice.ts';

/** If less is left of a limit than this many leases like this one hold, a lease gives back at once what it does not use. */
const SHORT = 16;

/** A report under way, and the slice that it is about. */
export interface ReportUnderWay {
  slice: Slice;
  report: Report;
  /** True if nothing ran in the slice when the report was made. */
  isLast: boolean;
}

/** Begins to report a slice. Until `until`, no other request reports it. */
export function beginReport(slice: Slice, until: number): ReportUnderWay {
  slice.toldUntil = until;
  return { slice, isLast: isQuiet(slice), report: reportOf(slice) };
}

/** Lets the close of a slice travel with any ask from now on, if nothing runs in the slice and nothing may start. */
export function noteClosable({ tenant }: Pool, slice: Slice, now: number): void {
  if (isClosable(slice, now)) tenant.closable.add(slice);
}

/** Begins an ask. Returns the closes that travel with it. */
export function closesWithAsk(pool: Pool, now: number, until: number): ReportUnderWay[] {
  pool.tenant.askedAt = now;
  return closesDue(pool.tenant, now, until);
}

/**
 * The closes that no request is reporting now. The caller reports them until `until`. A request that closes its own lease takes
 * along only closes of other single requests, because each of those also looks after its own. Closes of slices may depend on the
 * next ask alone, so they are left to it.
 */
export function closesDue(
  { closable }: Pick<TenantPools, 'closable'>,
  now: number,
  until: number,
  isOfSingleRequests = false,
): ReportUnderWay[] {
  const tellings: ReportUnderWay[] = [];
  for (const slice of closable) {
    if (slice.isOver) closable.delete(slice);
    else if (isOfSingleRequests && slice.isPooled) continue;
    else if (now >= slice.toldUntil) tellings.push(beginReport(slice, until));
    if (tellings.length === MOST_REPORTS) break;
  }
  return tellings;
}

/** Whether a request that ends may leave its close to a carrier. */
export const isCarried = ({ carrier }: TenantPools, now: number): boolean =>
  carrier !== undefined && now < carrier.until;

/** Makes the caller the carrier, to which other requests leave their closes until `until`. */
export function beginCarrying(tenant: TenantPools, until: number): Carrier {
  const carrier = { until };
  tenant.carrier = carrier;
  return carrier;
}

/** Ends the carrier's work, and returns the slices that it must close. From this turn on, no request leaves it another one. */
export function endCarrying(tenant: TenantPools, carrier: Carrier): Slice[] {
  if (tenant.carrier === carrier) tenant.carrier = undefined;
  return [...tenant.closable].filter(({ isOver, isPooled }) => !isOver && !isPooled);
}

/** Called when the report's call has returned. `isTold` is false if the ledger may not have the report. */
export function endReport({ slice, isLast }: ReportUnderWay, isTold: boolean): void {
  slice.toldUntil = 0;
  if (!isTold || !isLast) return;
  slice.isOver = true;
}

/** True if little is left beside what this slice was granted. Others may then be waiting for it. */
export const isLittleLeft = ({ left }: Pool, { granted }: Slice): boolean =>
  left.some(({ limit, remaining }) => {
    if (limit === 'rps') return false;
    const own = limit === 'tpm' ? granted.tokens : limit === 'parallel' ? granted.parallel : granted.microUsd;
    return remaining < SHORT * own;
  });

/** True if the tenant's ledger was asked within this time, so that it will probably be asked again soon. */
export const isBusy = ({ tenant }: Pool, withinMs: number, now: number): boolean => now - tenant.askedAt < withinMs;
