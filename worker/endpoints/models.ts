/** `GET /v1/models`: the aliases, in the form in which OpenAI's SDKs list models. Their deployments are not named. */
import type { Config } from '../core/config/config.ts';
import { type Identity, isPage } from '../core/identity/identity.ts';

const modelOf = (id: string) => ({ id, object: 'model', created: 0, owned_by: 'carryon' });

/** The aliases that a credential may see: all for a server, those of its features for a page. */
export function aliasNames({ aliases, features }: Config, identity: Identity): string[] {
  if (!isPage(identity)) return [...aliases.keys()];
  const allowed = identity.features;
  const named = [...features.values()].filter(({ name }) => allowed === null || allowed.includes(name));
  return [...new Set(named.map(({ alias }) => alias))];
}

/** The list of models, as OpenAI's SDKs read it. */
export const aliasModels = (names: readonly string[]) => ({ object: 'list', data: names.map(modelOf) });

/** One model of that list; undefined if there is none of that name. */
export const aliasModel = (names: readonly string[], id: string) => (names.includes(id) ? modelOf(id) : undefined);
