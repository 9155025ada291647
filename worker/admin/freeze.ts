/** `/admin/freeze`: stops all promotions while it is in force. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { settings } from '../core/config/settings.ts';
import { WILDCARD } from '../core/routing/overrides.ts';
import type { Change } from './change.ts';
import { clearingOverride, settingOverride } from './change-override.ts';
import { end, endOf, hasOneEnd, reason } from './override-fields.ts';
import type { AdminCall } from './route.ts';

/** The body of `PUT /admin/freeze`. */
export const freezeBody = (_: Config, now: number) => settings({ ...end(now), reason }).check(z.superRefine(hasOneEnd));

/** `PUT /admin/freeze`. */
export async function setFreeze({
  c,
  operator,
  body: { reason, ...end },
}: AdminCall<z.infer<ReturnType<typeof freezeBody>>>): Promise<Change> {
  const entry = { until: endOf(end, c.env.composition.deps.clock.now()), reason, who: operator.name };
  return settingOverride(c, 'freeze', {}, ['frozen', WILDCARD, entry]);
}

/** The query is strict, because there is only one freeze, and no field could narrow it. */
export const clearFreezeQuery = z.strictObject({}, { error: 'is not known: there is one freeze, of all promotions' });

/** `DELETE /admin/freeze`. */
export async function clearFreeze({
  c,
}: AdminCall<undefined, z.infer<typeof clearFreezeQuery>>): Promise<Change | Response> {
  const clearing = { what: 'end the freeze', name: {}, kind: 'frozen', of: WILDCARD, known: true } as const;
  // `clearingOverride` returns undefined only for an unknown target.
  return (await clearingOverride(c, clearing)) as Change | Response;
}
