/**
 * `/admin/cooldowns`: lists the deployments in cooldown with cause and end, and what their bills have taught (docs/holds.md). Ends a
 * cooldown by hand, which discards the lessons too. If an alias list is in force, this concerns the models that it names.
 */
import type { Context } from 'hono';
import { effectiveDeployments } from '../core/config/effective-deployments.ts';
import type { Learnt } from '../core/pricing/learnt.ts';
import type { Open } from '../core/routing/health.ts';
import { healthIdFor } from '../core/routing/health-id.ts';
import type { App } from '../edge.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBoard, BOARD_SILENT } from './ask-board.ts';
import type { Change } from './change.ts';
import type { AdminCall } from './route.ts';

const cooldownShown = ({ until, since, cause, cooldownMs }: Open) => ({ until, since, cause, cooldownMs });
const learntShown = ({ clearings: _, ...shown }: Learnt) => shown;

/** Lists the cooldowns of deployments as requests use them now. The cooldown of an earlier model, address or key no longer counts. */
export async function listCooldowns({ c }: AdminCall): Promise<Response> {
  const { config, deps } = c.env.composition;
  const found = await askBoard(c, (board) => Promise.all([board.list(), board.listLearnt(), board.overrides()]));
  if (found === undefined) return refusalResponse(BOARD_SILENT, c.env.context);
  const [listed, lessons, overrides] = found;
  const cooling = new Map(listed.map(({ deployment, health }) => [deployment, health]));
  const deployments = effectiveDeployments(config, overrides, deps.clock.now());
  const cooldownsOf = (isDrill: boolean) =>
    deployments.flatMap((deployment) => {
      const health = cooling.get(healthIdFor(deployment, isDrill));
      return health === undefined ? [] : [{ deployment: deployment.id, ...cooldownShown(health) }];
    });
  const learnt = deployments.flatMap(({ id, healthId }) => {
    const lesson = lessons[healthId];
    return lesson === undefined ? [] : [{ deployment: id, ...learntShown(lesson) }];
  });
  return plainJson({ cooldowns: cooldownsOf(false), drillCooldowns: cooldownsOf(true), learnt }, c.env.context);
}

/**
 * Ends a cooldown. Every isolate knows within KV's delay (a minute, often less), because the change is published like a cooldown. The
 * deployment's health under drills is reset too.
 */
export const clearCooldown = ({ c }: AdminCall): Promise<Change | Response> =>
  clearingCooldown(c, c.req.param('deployment') ?? '');

/** Ends one deployment's cooldown, for operators and for the demo. */
export async function clearingCooldown(c: Context<App>, id: string): Promise<Change | Response> {
  const { config, board, deps } = c.env.composition;
  const overrides = await askBoard(c, async (health) => health.overrides());
  if (overrides === undefined) return refusalResponse(BOARD_SILENT, c.env.context);
  const deployments = effectiveDeployments(config, overrides, deps.clock.now());
  const deployment = deployments.find((one) => one.id === id);
  if (deployment === undefined) {
    const known = deployments.map((one) => one.id).join(', ');
    const detail = `There is no deployment "${id.slice(0, 100)}". Write one of ${known}.`;
    return refusalResponse({ code: 'not_found', path: c.req.path, detail }, c.env.context);
  }
  return {
    what: `end the cooldown of ${id}`,
    async make() {
      const clear = async (healthId: string) => {
        const cleared = await askBoard(c, async (health) => health.clear(healthId));
        if (cleared === undefined) return undefined;
        const { wasInCooldown, before, ...clearing } = cleared;
        board.clear({ ...deployment, healthId }, clearing);
        return { wasInCooldown, before };
      };
      const real = await clear(deployment.healthId);
      const drill = real && (await clear(healthIdFor(deployment, true)));
      if (real === undefined || drill === undefined)
        return { outcome: 'unknown', reply: refusalResponse(BOARD_SILENT, c.env.context) };
      const { wasInCooldown, before } = real;
      const reply = plainJson({ deployment: id, cleared: wasInCooldown || drill.wasInCooldown }, c.env.context);
      const from = {
        cooldown: before.cooldown && cooldownShown(before.cooldown),
        drillCooldown: drill.before.cooldown && cooldownShown(drill.before.cooldown),
        learnt: before.learnt && learntShown(before.learnt),
      };
      return { outcome: 'changed', from, to: { cooldown: null, drillCooldown: null, learnt: null }, reply };
    },
  };
}
