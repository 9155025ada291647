import type { Limits } from '../ledger/types.ts';
import type { Config, Tenant } from './config.ts';
import type { Variables } from './environment.ts';
import { ledgerLimits } from './ledger-limits.ts';
import { resolveAlerts } from './resolve-alerts.ts';
import { judgeTenant } from './resolve-judge.ts';
import type { CheckedConfig } from './schema.ts';

/** Tenants and tiers as the router uses them. */
export function resolveTenants(checked: CheckedConfig, variables: Variables): Pick<Config, 'tenants' | 'tiers'> {
  const tiers = new Map<string, Partial<Limits>>(
    Object.entries(checked.tiers).map(([name, limits]) => [name, ledgerLimits(limits)]),
  );
  const tenants = new Map<string, Tenant>(
    Object.entries(checked.tenants).map(([name, tenant]) => [
      name,
      {
        limits: { ...tiers.get(tenant.tier ?? ''), ...ledgerLimits(tenant.limits) },
        userLimits: ledgerLimits(tenant.userLimits),
        anonymousLimits: ledgerLimits(tenant.anonymousLimits),
        locationHint: tenant.locationHint,
        whenLedgerUnreachable: tenant.whenLedgerUnreachable,
        showsProvider: tenant.showsProvider,
        serviceClass: tenant.class,
        alerts: resolveAlerts(checked.alerts, tenant.alerts, variables),
      },
    ]),
  );
  for (const [name, tenant] of judgeTenant(checked.slo.judge)) tenants.set(name, tenant);
  return { tenants, tiers };
}
