/** Applies the overrides to a request, once, when it is read. No later step looks at the overrides again. */
import { listedAlias } from '../core/config/alias-list.ts';
import type { Alias, Config } from '../core/config/config.ts';
import { type AliasLists, listsInForce, type Overrides } from '../core/routing/overrides.ts';
import { PLAIN_ROUTE, routeOf } from '../core/routing/route.ts';
import type { RoutedRequest } from '../pipeline/request.ts';

/** The request under the overrides in force. It is returned unchanged if none concerns it. */
export function withOverrides(
  request: RoutedRequest,
  overrides: Overrides,
  config: Config,
  now: number,
): RoutedRequest {
  const { identity, user, feature } = request;
  const lists = listsInForce(overrides, [request.alias.name, request.safeguardAlias?.name ?? request.alias.name], now);
  const alias = withAliasList(request.alias, lists, config);
  const safeguardAlias = request.safeguardAlias && withAliasList(request.safeguardAlias, lists, config);
  const { tenant, drill } = identity;
  const route = routeOf(overrides, { feature: feature.name, alias, safeguardAlias, tenant, user, drill }, now);
  return route === PLAIN_ROUTE && lists === undefined ? request : { ...request, alias, safeguardAlias, route, lists };
}

/** The alias with the deployments that its alias list names. Without a list, config's own alias. */
export function withAliasList(alias: Alias, lists: AliasLists | undefined, config: Config): Alias {
  const list = lists !== undefined && Object.hasOwn(lists, alias.name) ? lists[alias.name] : undefined;
  return list === undefined ? alias : listedAlias(alias, list, config);
}
