import type { Overrides } from '../routing/overrides.ts';
import { aliasesInForce } from './alias-list.ts';
import type { Config, Deployment } from './config.ts';

/** Every deployment of config as requests use it now. If an alias list in force names a deployment, it has the list's model. */
export function effectiveDeployments(
  config: Pick<Config, 'aliases'>,
  overrides: Pick<Overrides, 'aliases'>,
  now: number,
): Deployment[] {
  const served = aliasesInForce(config, overrides, now).flatMap(({ deployments }) => deployments);
  return [...config.aliases.values()].flatMap(({ deployments }) =>
    deployments.map((own) => served.find(({ id }) => id === own.id) ?? own),
  );
}
