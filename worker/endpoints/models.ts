/** `GET /v1/models`: aliases in the form OpenAI's SDKs list models. Deployments behind them stay unnamed. */
import type { Config } from '../core/config/config.ts';
import { type Identity, isPage } from '../core/identity/identity.ts';

const modelOf = (id: string) => ({ id, object: 'model', created: 0, owned_by: 'carryon' });

/** All of them for a server; for a page those of the features it may use. */
export function aliasNames({ aliases, features }: Config, identity: Identity): string[] {
  if (!isPage(identity)) return [...aliases.keys()];
  const allowed = identity.features;
  const named = [...features.values()].filter(({ name }) => allowed === null || allowed.includes(name));
  return [...new Set(named.map(({ alias }) => alias))];
}

export const aliasModels = (names: readonly string[]) => ({ object: 'list', data: names.map(modelOf) });

export const aliasModel = (names: readonly string[], id: string) => (names.includes(id) ? modelOf(id) : undefined);
