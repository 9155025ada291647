/** `/admin/safeguards/:feature`: serves a feature by its safeguard, even if budgets have enough left. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { settings } from '../core/config/settings.ts';
import { refusalResponse } from '../response/plain.ts';
import type { Change } from './change.ts';
import { clearingOverride, refuseUnknown, settingOverride } from './change-override.ts';
import { end, endOf, type FeatureParams, hasOneEnd, reason } from './override-fields.ts';
import type { AdminCall } from './route.ts';

/** The body of `PUT /admin/safeguards/:feature`. */
export const safeguardBody = (_: Config, now: number) =>
  settings({ ...end(now), reason }).check(z.superRefine(hasOneEnd));

/** `PUT /admin/safeguards/:feature`. */
export async function setSafeguard({
  c,
  operator,
  params: { feature },
  body: { reason, ...end },
}: AdminCall<z.infer<ReturnType<typeof safeguardBody>>, undefined, FeatureParams>): Promise<Change | Response> {
  const { config, deps } = c.env.composition;
  const configured = config.features.get(feature);
  if (configured === undefined) return refuseUnknown(c, 'feature', feature, [...config.features.keys()]);
  if (configured.safeguard === undefined) {
    const detail = `has no safeguard that could serve it; write features.${feature}.safeguard into the config`;
    return refusalResponse({ code: 'invalid_body', param: 'feature', detail }, c.env.context);
  }
  const entry = { until: endOf(end, deps.clock.now()), reason, who: operator.name };
  return settingOverride(c, `safeguard of ${feature}`, { feature }, ['safeguards', feature, entry]);
}

/** `DELETE /admin/safeguards/:feature`. */
export async function clearSafeguard({
  c,
  params: { feature },
}: AdminCall<undefined, undefined, FeatureParams>): Promise<Change | Response> {
  const { features } = c.env.composition.config;
  const what = `end the safeguard of ${feature}`;
  const clearing = { what, name: { feature }, kind: 'safeguards', of: feature, known: features.has(feature) } as const;
  return (await clearingOverride(c, clearing)) ?? refuseUnknown(c, 'feature', feature, [...features.keys()]);
}
