/** `/admin/faults/:deployment`: a fault on purpose, for chosen traffic (docs/decisions/0037-faults-on-purpose.md). */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { settings } from '../core/config/settings.ts';
import type { Change } from './change.ts';
import { clearingOverride, refuseUnknown, settingOverride } from './change-override.ts';
import { type DeploymentParams, end, endOf, faultFields, hasOneEnd, reason } from './override-fields.ts';
import type { AdminCall } from './route.ts';

/** The body of `PUT /admin/faults/:deployment`. */
export const faultBody = (_: Config, now: number) =>
  settings({ ...faultFields, ...end(now), reason: z.optional(reason) }).check(
    z.superRefine((body, context) => {
      hasOneEnd(body, context);
      if (body.traffic !== 'all' || body.yes === true) return;
      const message =
        'write true: traffic "all" means every request of every tenant, answered and counted like any other';
      context.addIssue({ code: 'custom', path: ['yes'], message });
    }),
  );

/** `PUT /admin/faults/:deployment`. */
export async function setFault({
  c,
  operator,
  params: { deployment },
  body: { fault, traffic, reason, yes: _, ...end },
}: AdminCall<z.infer<ReturnType<typeof faultBody>>, undefined, DeploymentParams>): Promise<Change | Response> {
  const { config, deps } = c.env.composition;
  const ids = idsOf(config);
  if (!ids.includes(deployment)) return refuseUnknown(c, 'deployment', deployment, ids);
  const entry = { fault, traffic, until: endOf(end, deps.clock.now()), reason: reason ?? null, who: operator.name };
  return settingOverride(c, `fault ${fault} of ${deployment} for ${traffic}`, { deployment }, [
    'faults',
    deployment,
    entry,
  ]);
}

/** `DELETE /admin/faults/:deployment`. */
export async function clearFault({
  c,
  params: { deployment },
}: AdminCall<undefined, undefined, DeploymentParams>): Promise<Change | Response> {
  const ids = idsOf(c.env.composition.config);
  const what = `end the fault of ${deployment}`;
  const clearing = {
    what,
    name: { deployment },
    kind: 'faults',
    of: deployment,
    known: ids.includes(deployment),
  } as const;
  return (await clearingOverride(c, clearing)) ?? refuseUnknown(c, 'deployment', deployment, ids);
}

const idsOf = ({ aliases }: Config): string[] =>
  [...aliases.values()].flatMap(({ deployments }) => deployments.map(({ id }) => id));
