/** `GET /demo/settings`: how people sign in to this demo and, in local mode, which providers can be unplugged. It needs no credential. */
import type { Context } from 'hono';
import type { DemoSettings, ProviderPlug } from '../../protocol/demo-settings.ts';
import { aliasesInForce } from '../core/config/alias-list.ts';
import { inForce } from '../core/routing/overrides.ts';
import type { App } from '../edge.ts';
import { strangeHost } from '../identity/local-mode.ts';
import { plainJson } from '../response/plain.ts';

type Composition = App['Bindings']['composition'];

/** `GET /demo/settings`. */
export async function demoSettings(c: Context<App>): Promise<Response> {
  const { composition, context } = c.env;
  const { config, notConfigured, env, board } = composition;
  const reply = (settings: DemoSettings) => plainJson(settings, context);
  if (notConfigured !== undefined) {
    const { missing } = notConfigured;
    return reply({ signIn: 'off', because: 'not_configured', missing });
  }
  // Under any other host name the local sign-in does not exist (routes.ts).
  if (!env.local || strangeHost(c.req.raw, []) !== undefined) return reply(config.demo);
  // Loads the overrides that were set before this process started, as every request does.
  await board.ready(context.background);
  return reply({ signIn: 'local', providers: providerPlugs(composition) });
}

/** The deployments that the page shows as plugs. */
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

/** `A` to `Z`, then `27` and so on. */
const letter = (index: number): string => (index < 26 ? String.fromCharCode(65 + index) : String(index + 1));
