/** `GET /v1/models`: the aliases, in the form in which OpenAI's SDKs list models. It does not name their deployments. */
import type { Config } from '../core/config/config.ts';
import { type Identity, isPage } from '../core/identity/identity.ts';

const modelOf = (id: string) => ({ id, object: 'model', created: 0, owned_by: 'carryon' });

/** The aliases that a credential may see. A server sees all, and a page those of its features. */
export function aliasNames({ aliases, features }: Config, identity: Identity): string[] {
  if (!isPage(identity)) return [...aliases.keys()];
  const allowed = identity.features;
  const named = [...features.values()].filter(({ name }) => allowed === null || allowed.includes(name));
  return [...new Set(named.map(({ alias }) => alias))];
}

/** The list of models, as OpenAI's SDKs read it. */
export const aliasModels = (names: readonly string[]) => ({ object: 'list', data: names.map(modelOf) });

/** One model of that list. Undefined if it has no model of this name. */
export const aliasModel = (names: readonly string[], id: string) => (names.includes(id) ? modelOf(id) : undefined);
