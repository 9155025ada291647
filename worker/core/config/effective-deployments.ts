import { inForce, type Overrides } from '../routing/overrides.ts';
import { listedAlias } from './alias-list.ts';
import type { Config, Deployment } from './config.ts';

/** Every deployment of config, as requests use it now: with the model of its alias list, where one in force names it. */
export function effectiveDeployments(
  config: Pick<Config, 'aliases'>,
  overrides: Pick<Overrides, 'aliases'>,
  now: number,
): Deployment[] {
  return [...config.aliases.values()].flatMap((alias) => {
    const list = inForce(overrides.aliases, alias.name, now);
    if (list === undefined) return alias.deployments;
    const { deployments } = listedAlias(alias, list.deployments, config);
    return alias.deployments.map((own) => deployments.find(({ id }) => id === own.id) ?? own);
  });
}
