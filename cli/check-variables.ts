import { resolveConfig } from '../worker/core/config/resolve.ts';
import type { CheckedConfig } from '../worker/core/config/schema.ts';
import { PRESETS } from '../worker/providers/presets.ts';
import type { Variables } from './environment.ts';

/** Stops a start that could only answer 503, with a line for every variable whose value is invalid. A variable may be missing. */
export function refuseInvalidVariables(config: CheckedConfig, variables: Variables): void {
  const resolved = resolveConfig(config, variables, PRESETS);
  const lines = resolved.missing.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`${name} ${shown(name, variables[name])}${problem}`],
  );
  const wrong = new Set(resolved.missing.map(({ name }) => name));
  const bases = [...resolved.config.aliases.values()].flatMap(({ deployments }) =>
    deployments.map((one) => one.apiBase),
  );
  // The Worker checks with a pattern. The CLI has the real parser.
  for (const base of new Set(bases.filter((url) => url !== '' && !URL.canParse(url)))) {
    const names = Object.keys(variables).filter((name) => variables[name]?.trim().replace(/\/+$/, '') === base);
    for (const name of names.filter((one) => !wrong.has(one))) lines.push(`${name} is not a URL that can be read`);
  }
  if (lines.length > 0) throw new Error(lines.join('\n'));
}

/** The variables that are needed but not set, and what follows from that, one per line. */
export function unsetVariables(config: CheckedConfig, variables: Variables, local: boolean): string[] {
  const { missing } = resolveConfig(config, variables, PRESETS);
  const secrets = local || variables.KEY_SECRET ? [] : ['KEY_SECRET'];
  const needed = [...secrets, ...missing.map(({ name }) => name)];
  const lines = [];
  if (needed.length > 0) lines.push(`Every request gets 503 not_configured: ${toSet(needed)}`);
  if (!local && !variables.ADMIN_KEY) lines.push(`/admin is closed and no key can be made: ${toSet(['ADMIN_KEY'])}`);
  return lines;
}

/** How to set a variable on this machine. The router's own answers say how to set it on Cloudflare. */
function toSet(names: readonly string[]): string {
  return `set ${names.join(', ')} in the environment or .dev.vars`;
}

/** The prefixes that the config fills from the environment, such as `PROVIDER_A`. */
export function slotsIn(config: CheckedConfig): ReadonlySet<string> {
  const deployments = Object.values(config.aliases).flatMap((alias) => alias.deployments);
  return new Set(deployments.flatMap(({ fromEnvironment }) => fromEnvironment ?? []));
}

/** Shows a wrong format or price, which helps to find it. An address or a key is never shown. */
function shown(name: string, value: string | undefined): string {
  const isSaid = value !== undefined && /_(FORMAT|PRICE|PRICE_[A-Z_]+)$/.test(name);
  return isSaid ? `is ${JSON.stringify(value)}, and ` : '';
}
