/** `GET /demo/settings`: how people sign in to the demo here, and in local mode which providers there are to unplug. No credential. */
import type { Context } from 'hono';
import { aliasesInForce } from '../core/config/alias-list.ts';
import { inForce } from '../core/routing/overrides.ts';
import type { App } from '../edge.ts';
import { strangeHost } from '../pipeline/local-mode.ts';
import { plainJson } from '../pipeline/respond.ts';

type Composition = App['Bindings']['composition'];

/** One that can be unplugged: a deployment of the alias that the default feature asks for. */
export interface ProviderPlug {
  deployment: string;
  /** `A`, `B`, … by its place in config. */
  name: string;
  model: string;
  order: number;
  /** Whether all requests reach it as usual: false under a fault for all traffic, whoever set it. */
  plugged: boolean;
}

export async function demoSettings(c: Context<App>): Promise<Response> {
  const { composition, scope } = c.env;
  const { config, notConfigured, env, board } = composition;
  if (notConfigured !== undefined) {
    const { missing } = notConfigured;
    return plainJson({ signIn: 'off', because: 'not_configured', missing }, scope);
  }
  // Under any other name the local sign-in does not exist (routes.ts).
  if (!env.local || strangeHost(c.req.raw, []) !== undefined) return plainJson(config.demo, scope);
  // As every request does: what was set before this process started is known then.
  await board.ready(scope.background);
  return plainJson({ signIn: 'local', providers: providerPlugs(composition) }, scope);
}

export function providerPlugs({ config, board, deps }: Pick<Composition, 'config' | 'board' | 'deps'>): ProviderPlug[] {
  const now = deps.clock.now();
  const { overrides } = board;
  const name = config.features.get(config.defaultFeature)?.alias ?? '';
  const ids = config.aliases.get(name)?.deployments.map(({ id }) => id) ?? [];
  const alias = aliasesInForce(config, overrides, now).find((one) => one.name === name);
  return (alias?.deployments ?? []).map(({ id, model, order }) => ({
    deployment: id,
    name: letter(ids.indexOf(id)),
    model,
    order,
    plugged: inForce(overrides.faults, id, now)?.traffic !== 'all',
  }));
}

/** `A` to `Z`, then `27` and on. */
const letter = (index: number): string => (index < 26 ? String.fromCharCode(65 + index) : String(index + 1));
