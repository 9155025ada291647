/** `/admin/aliases/:alias`: the alias's own deployments with other models, prices and orders (docs/decisions/0039-alias-lists.md). */
import * as z from 'zod/mini';
import { resolveAliasList } from '../core/config/alias-list.ts';
import type { Config } from '../core/config/config.ts';
import { settings } from '../core/config/settings.ts';
import { refusalResponse } from '../response/plain.ts';
import type { Change } from './change.ts';
import { clearingOfAlias, refuseUnknown, settingOverride } from './change-override.ts';
import { type AliasParams, end, endOf, hasAtMostOneEnd, listedDeployments, reason } from './override-fields.ts';
import type { AdminCall } from './route.ts';

/** The body of `PUT /admin/aliases/:alias`. */
export const aliasListBody = (_: Config, now: number) =>
  settings({ deployments: listedDeployments, ...end(now), reason }).check(z.superRefine(hasAtMostOneEnd));

/** `PUT /admin/aliases/:alias`. */
export async function setAliasList({
  c,
  operator,
  params: { alias },
  body: { deployments, reason, ...end },
}: AdminCall<z.infer<ReturnType<typeof aliasListBody>>, undefined, AliasParams>): Promise<Change | Response> {
  const { config, deps } = c.env.composition;
  const configured = config.aliases.get(alias);
  if (configured === undefined) return refuseUnknown(c, 'alias', alias, [...config.aliases.keys()]);
  const resolved = resolveAliasList(configured, deployments, config);
  if (!resolved.ok) return refusalResponse({ code: 'invalid_body', ...resolved.error }, c.env.context);
  const list = { deployments, until: endOf(end, deps.clock.now()), reason, who: operator.name };
  return settingOverride(c, `list of ${alias}`, { alias }, ['aliases', alias, list]);
}

/** `DELETE /admin/aliases/:alias`: restores config's own list. */
export async function clearAliasList({
  c,
  params: { alias },
}: AdminCall<undefined, undefined, AliasParams>): Promise<Change | Response> {
  return clearingOfAlias(c, 'aliases', alias, `list of ${alias} back to config's`);
}
