/** What operators see of config: names that other calls take, and limits. No address, key or secret. */
import type { Limits } from '../ledger/types.ts';
import type { AdminScope } from '../operators/operators.ts';
import type { Config } from './config.ts';

/** The reply of `GET /admin/config`. */
export interface ShownConfig {
  operator: { name: string; scope: AdminScope };
  service: string;
  /** The tenants that config names. Any other tenant exists from its first key. */
  tenants: { name: string; limits: Partial<Limits>; userLimits: Partial<Limits>; anonymousLimits: Partial<Limits> }[];
  /** `safeguard` is the alias that serves when a budget is nearly spent. Null if there is none. */
  features: { name: string; alias: string; safeguard: string | null; limits: Partial<Limits> }[];
  aliases: { name: string; deployments: ShownDeployment[] }[];
}

/** A deployment as config has it. */
export interface ShownDeployment {
  id: string;
  provider: string;
  model: string;
  order: number;
  weight: number;
}

/** Config as an operator sees it. */
export const shownConfig = (
  { slo, tenants, features, aliases }: Config,
  operator: ShownConfig['operator'],
): ShownConfig => ({
  operator,
  service: slo.service,
  tenants: [...tenants].map(([name, { limits, userLimits, anonymousLimits }]) => {
    return { name, limits, userLimits, anonymousLimits };
  }),
  features: [...features.values()].map(({ name, alias, safeguard, limits }) => {
    return { name, alias, safeguard: safeguard === undefined ? null : (safeguard.alias ?? alias), limits };
  }),
  aliases: [...aliases.values()].map(({ name, deployments }) => {
    const shown = deployments.map(({ id, provider, model, order, weight }) => ({ id, provider, model, order, weight }));
    return { name, deployments: shown };
  }),
});
