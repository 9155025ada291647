/** `/admin/pins/:alias`: a deployment that is tried first, regardless of its health. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { nearestOf } from '../core/config/nearest.ts';
import { settings } from '../core/config/settings.ts';
import { refusalResponse } from '../response/plain.ts';
import type { Change } from './change.ts';
import { clearingOfAlias, refuseUnknown, settingOverride } from './change-override.ts';
import { type AliasParams, end, endOf, hasOneEnd, reason } from './override-fields.ts';
import type { AdminCall } from './route.ts';

/** The body of `PUT /admin/pins/:alias`. */
export const pinBody = (_: Config, now: number) =>
  settings({ deployment: z.string(), ...end(now), reason }).check(z.superRefine(hasOneEnd));

/** `PUT /admin/pins/:alias`. */
export async function setPin({
  c,
  operator,
  params: { alias },
  body: { deployment, reason, ...end },
}: AdminCall<z.infer<ReturnType<typeof pinBody>>, undefined, AliasParams>): Promise<Change | Response> {
  const { config, deps } = c.env.composition;
  const configured = config.aliases.get(alias);
  if (configured === undefined) return refuseUnknown(c, 'alias', alias, [...config.aliases.keys()]);
  const ids = configured.deployments.map(({ id }) => id);
  if (!ids.includes(deployment)) {
    const detail = `is not a deployment of "${alias}"; ${nearestOf(deployment.slice(0, 100), ids)}`;
    return refusalResponse({ code: 'invalid_body', param: 'deployment', detail }, c.env.context);
  }
  const pin = { deployment, until: endOf(end, deps.clock.now()), reason, who: operator.name };
  return settingOverride(c, `pin ${alias} to ${deployment}`, { alias }, ['pins', alias, pin]);
}

/** `DELETE /admin/pins/:alias`. */
export async function clearPin({
  c,
  params: { alias },
}: AdminCall<undefined, undefined, AliasParams>): Promise<Change | Response> {
  return clearingOfAlias(c, 'pins', alias, `unpin ${alias}`);
}
