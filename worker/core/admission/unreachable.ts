import type { Tenant } from '../config/config.ts';
import type { ScopeAsk } from '../ledger/messages.ts';

/**
 * Whether a request runs while its tenant's ledger does not answer. If it is unknown whether a budget is set, one counts as set,
 * because it may have been set over the admin API. `knownBudget` is what the ledger's last reply said about these scopes, while
 * that is fresh.
 */
export function runsWithoutLedger(
  { whenLedgerUnreachable: { budgets, rates } }: Tenant,
  scopes: readonly ScopeAsk[],
  knownBudget: boolean | undefined,
): boolean {
  const configured = scopes.some(({ limits }) => isSet(limits.monthlyMicroUsd) || isSet(limits.dailyMicroUsd));
  const policy = configured || knownBudget !== false ? budgets : rates;
  return policy === 'run';
}

const isSet = (cap: number | null | undefined): boolean => cap !== null && cap !== undefined;
