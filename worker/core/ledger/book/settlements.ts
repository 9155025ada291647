/** The last settlements, as an operator sees them. */

import type { Mode, Scope } from '../types.ts';
import { bookedMicroUsd, isOverGranted, type Lease, leaseStatus } from './lease.ts';

/** One lease that no longer holds anything. */
export interface Settlement {
  leaseId: string;
  scopes: readonly Scope[];
  mode: Mode;
  /**
   * `unreachable`: the request ran while the ledger could not be reached, and was reported afterwards or settled by an operator.
   * `closed`: it ran without any grant.
   */
  origin: Lease['origin'];
  grantedAt: number;
  /** `unsettled`: booked in full, because no report came. */
  standing: 'done' | 'unsettled';
  grantedMicroUsd: number;
  spentMicroUsd: number;
  /** True if some of the cost is a bound, because no usage came. */
  estimated: boolean;
  /** True if a worst case was too low (ledger rule 13), which is a bug that an operator should know of. */
  overGranted: boolean;
}

/**
 * The newest settlements first, from all leases that the ledger still has. A folded lease stays in its slot until the slot is
 * overwritten.
 */
export const lastSettlements = (leases: Iterable<Lease>, now: number, most: number, scope?: Scope): Settlement[] =>
  [...leases]
    .filter((lease) => isSettlement(lease, now) && (scope === undefined || lease.scopes.includes(scope)))
    .sort((one, other) => other.number - one.number)
    .slice(0, most)
    .map(settlementOf);

/** A close that overtook its ask usually settles nothing. */
const isSettlement = (lease: Lease, now: number): boolean =>
  leaseStatus(lease, now) !== 'open' && (lease.origin !== 'closed' || isOverGranted(lease));

function settlementOf(lease: Lease): Settlement {
  const { leaseId, scopes, mode, origin, grantedAt, granted, estimated, done } = lease;
  const money = { grantedMicroUsd: granted.microUsd, spentMicroUsd: bookedMicroUsd(lease), estimated };
  return {
    leaseId,
    scopes,
    mode,
    origin,
    grantedAt,
    standing: done ? 'done' : 'unsettled',
    ...money,
    overGranted: isOverGranted(lease),
  };
}
