/** The last settlements, as an operator sees them. */

import type { Mode, Scope } from '../types.ts';
import { bookedMicroUsd, isOverGranted, type Lease, leaseStatus } from './lease.ts';

/** One lease that no longer holds anything. */
export interface Settlement {
  leaseId: string;
  scopes: readonly Scope[];
  mode: Mode;
  /** `unreachable`: it ran while the ledger could not be reached, and was reported afterwards, or settled by an operator.
   *  `closed`: it ran without any grant. */
  origin: Lease['origin'];
  grantedAt: number;
  /** `unsettled`: booked in full, because no report came. */
  standing: 'done' | 'unsettled';
  grantedMicroUsd: number;
  spentMicroUsd: number;
  /** Some of it was booked by bounds, because no usage came. */
  estimated: boolean;
  /** A worst case was too low (ledger rule 13): a bug that an operator must hear of. */
  overGranted: boolean;
}

/** The newest first, out of all leases that a ledger still has: a folded one stays in its slot until that is overwritten. */
export const lastSettlements = (leases: Iterable<Lease>, now: number, most: number, scope?: Scope): Settlement[] =>
  [...leases]
    .filter((lease) => isSettlement(lease, now) && (scope === undefined || lease.scopes.includes(scope)))
    .sort((one, other) => other.number - one.number)
    .slice(0, most)
    .map(settlementOf);

/** A close that overtook its ask, as a rule, settles nothing. */
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
