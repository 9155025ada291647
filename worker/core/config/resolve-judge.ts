/** The judge as the router uses it, and the tenant whose budget pays for it. */
import { JUDGE_TENANT, type Judge } from '../slo/judge/judge.ts';
import { ANY_TENANT, type Tenant } from './config.ts';
import { ledgerLimits } from './ledger-limits.ts';
import type { CheckedConfig } from './schema.ts';

type CheckedJudge = CheckedConfig['slo']['judge'];

/** Undefined if config has no judge. */
export function resolveJudge(checked: CheckedJudge): Judge | undefined {
  if (checked === undefined) return undefined;
  const { dailyUsd: _, monthlyUsd: __, features = null, ...judge } = checked;
  return { ...judge, features };
}

/** What the judge may spend, as the limits of a tenant of its own. */
export function judgeTenant(checked: CheckedJudge): [string, Tenant][] {
  if (checked === undefined) return [];
  const { dailyUsd, monthlyUsd } = checked;
  return [[JUDGE_TENANT, { ...ANY_TENANT, limits: ledgerLimits({ dailyUsd, monthlyUsd }) }]];
}
