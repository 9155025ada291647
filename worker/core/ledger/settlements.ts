/** The last settlements, as an operator sees them. */
import { bookedMicroUsd, isOverGranted, type Lease, standingOf } from './lease.ts';
import type { Mode, Scope } from './types.ts';

export interface Settlement {
  leaseId: string;
  scopes: readonly Scope[];
  mode: Mode;
  /** `unreachable`: it ran while the ledger could not be heard, and was told afterwards; or never was, until an operator settled
   *  it. `closed`: it ran without any grant. */
  origin: Lease['origin'];
  grantedAt: number;
  /** `unsettled`: booked in full, because no report came. */
  standing: 'done' | 'unsettled';
  grantedMicroUsd: number;
  spentMicroUsd: number;
  /** Some of it is booked by bounds, because no usage came. */
  estimated: boolean;
  /** A worst case was none (rule 13): a bug that an operator must hear of. */
  overGranted: boolean;
}

/** Out of rows as the table still holds them, folded ones too: a slot keeps its lease until it is written over. */
export const settlementsOf = (leases: readonly Lease[], now: number): Settlement[] =>
  leases.flatMap((lease): Settlement[] => {
    const standing = standingOf(lease, now);
    const { leaseId, scopes, mode, origin, grantedAt, granted, estimated } = lease;
    const overGranted = isOverGranted(lease);
    // A close that overtook its ask, as a rule, settles nothing.
    if (standing === 'open' || (origin === 'closed' && !overGranted)) return [];
    const money = { grantedMicroUsd: granted.microUsd, spentMicroUsd: bookedMicroUsd(lease), estimated, overGranted };
    return [{ leaseId, scopes, mode, origin, grantedAt, standing, ...money }];
  });
