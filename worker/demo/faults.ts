/** `/demo/faults/:deployment`: pulls a provider's plug for every request to this machine, and plugs it in again. */
import type { Context } from 'hono';
import { type Change, makeAuditedChange } from '../admin/change.ts';
import { clearingOverride, refuseUnknown, settingOverride } from '../admin/change-override.ts';
import { clearingCooldown } from '../admin/cooldowns.ts';
import type { App } from '../edge.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { DEMO, personOf } from './person.ts';
import { providerPlugs } from './settings.ts';

/** If a user closes the page with a plug pulled, the provider works again after this time. */
const ENDS_AFTER_MS = 3_600_000;

/** `PUT /demo/faults/:deployment`. */
export const unplug = (c: Context<App>): Promise<Response> =>
  changePlug(c, false, async (deployment) => {
    const until = c.env.composition.deps.clock.now() + ENDS_AFTER_MS;
    const fault = { fault: 'errors', traffic: 'all', until, reason: null, who: DEMO.name } as const;
    return settingOverride(c, `unplug ${deployment}`, { deployment }, ['faults', deployment, fault]);
  });

/** `DELETE /demo/faults/:deployment`. The fault's cooldown ends too, so that the next request asks this provider again. */
export const plugIn = (c: Context<App>): Promise<Response> =>
  changePlug(c, true, async (deployment) => {
    const what = `plug in ${deployment}`;
    const name = { deployment };
    const fault = await clearingOverride(c, { what, name, kind: 'faults', of: deployment, known: true });
    const cooldown = await clearingCooldown(c, deployment);
    if (fault instanceof Response || fault === undefined) return fault;
    return cooldown instanceof Response ? cooldown : joined(what, { fault, cooldown });
  });

async function changePlug(
  c: Context<App>,
  plugged: boolean,
  changing: (deployment: string) => Promise<Change | Response | undefined>,
): Promise<Response> {
  const { context, composition } = c.env;
  const person = await personOf(c);
  if (!person.ok) return refusalResponse(person.error, context);
  const deployment = c.req.param('deployment') ?? '';
  const ids = providerPlugs(composition).map((plug) => plug.deployment);
  const change = ids.includes(deployment) ? await changing(deployment) : undefined;
  if (change === undefined) return refuseUnknown(c, 'deployment', deployment, ids);
  const reply = change instanceof Response ? change : await makeAuditedChange(change, c, DEMO);
  return reply.ok ? plainJson({ deployment, plugged }, context) : reply;
}

/** Joins both changes into one, because a call has one row in the audit. The fault ends first, so that no request starts a new cooldown. */
const joined = (what: string, { fault, cooldown }: { fault: Change; cooldown: Change }): Change => ({
  what,
  async make() {
    const made = await fault.make();
    if (made.outcome === 'unknown') return made;
    const ended = await cooldown.make();
    if (ended.outcome !== 'changed') return ended.outcome === 'nothing' ? made : ended;
    const isFault = made.outcome === 'changed';
    const from = { fault: isFault ? made.from : null, cooldown: ended.from };
    return { outcome: 'changed', from, to: { fault: null, cooldown: ended.to }, reply: ended.reply };
  },
});
