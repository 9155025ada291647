/** `/admin/bypass`: sends requests for an alias, or for all, straight to its first deployment, in one attempt without board and cache. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { nearestOf } from '../core/config/nearest.ts';
import { settings } from '../core/config/settings.ts';
import { WILDCARD } from '../core/routing/overrides.ts';
import { refusalResponse } from '../response/plain.ts';
import type { Change } from './change.ts';
import { clearingOverride, settingOverride } from './change-override.ts';
import { end, endOf, hasOneEnd, reason } from './override-fields.ts';
import type { AdminCall } from './route.ts';

const whose = (alias: string): string => (alias === WILDCARD ? 'all aliases' : alias);

const noAlias = (name: string, { aliases }: Config): string =>
  `is not an alias; ${nearestOf(name.slice(0, 100), [...aliases.keys()])}`;

/** The body of `PUT /admin/bypass`. */
export const bypassBody = (config: Config, now: number) =>
  settings({
    alias: z._default(
      z.string().check(
        z.refine((name) => name === WILDCARD || config.aliases.has(name), {
          error: ({ input }) => noAlias(String(input), config),
        }),
      ),
      WILDCARD,
    ),
    ...end(now),
    reason,
  }).check(z.superRefine(hasOneEnd));

/** The query is strict, because an alias in it would be ignored, and all aliases would be bypassed. */
export const setBypassQuery = z.strictObject({}, { error: 'belongs in the body, such as {"alias": "app/chat", …}' });

/** `PUT /admin/bypass`. */
export async function setBypass({
  c,
  operator,
  body: { alias, reason, ...end },
}: AdminCall<z.infer<ReturnType<typeof bypassBody>>, z.infer<typeof setBypassQuery>>): Promise<Change> {
  const bypass = { until: endOf(end, c.env.composition.deps.clock.now()), reason, who: operator.name };
  return settingOverride(c, `bypass ${whose(alias)}`, { alias }, ['bypass', alias, bypass]);
}

/** The query of `DELETE /admin/bypass`. */
export const clearBypassQuery = settings({ alias: z._default(z.string(), WILDCARD) });

/** `DELETE /admin/bypass`. */
export async function clearBypass({
  c,
  query: { alias },
}: AdminCall<undefined, z.infer<typeof clearBypassQuery>>): Promise<Change | Response> {
  const { config } = c.env.composition;
  const known = alias === WILDCARD || config.aliases.has(alias);
  const clearing = {
    what: `end the bypass of ${whose(alias)}`,
    name: { alias },
    kind: 'bypass',
    of: alias,
    known,
  } as const;
  const detail = noAlias(alias, config);
  return (
    (await clearingOverride(c, clearing)) ??
    refusalResponse({ code: 'invalid_body', param: 'alias', detail }, c.env.context)
  );
}
