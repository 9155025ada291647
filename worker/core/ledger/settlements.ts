/** The last settlements, as an operator sees them. */
import { bookedMicroUsd, isOverGranted, type Lease, standingOf } from './lease.ts';
import type { Mode, Scope } from './types.ts';

export interface Settlement {
  leaseId: string;
  scopes: readonly Scope[];
  mode: Mode;
  grantedAt: number;
  grantedMicroUsd: number;
  spentMicroUsd: number;
  /** `unsettled`: booked in full, because no report came. */
  standing: 'done' | 'unsettled';
  /** What an operator should know of it: more was spent than granted; it ran while the ledger could not be asked. */
  mark: 'over_granted' | 'unreachable' | null;
}

/** Out of rows as the table still holds them, folded ones too: a slot keeps its lease until it is written over. */
export const settlementsOf = (leases: readonly Lease[], now: number): Settlement[] =>
  leases.flatMap((lease): Settlement[] => {
    const standing = standingOf(lease, now);
    const { leaseId, scopes, mode, grantedAt, granted, origin } = lease;
    const mark = origin === 'unreachable' ? origin : isOverGranted(lease) ? 'over_granted' : null;
    if (standing === 'open' || (origin === 'closed' && mark === null)) return [];
    const grantedMicroUsd = granted.microUsd;
    return [
      { leaseId, scopes, mode, grantedAt, grantedMicroUsd, spentMicroUsd: bookedMicroUsd(lease), standing, mark },
    ];
  });
