/**
 * `/admin/cooldowns`: which deployments are in cooldown, why and until when, and what their bills have taught (docs/holds.md); ending a cooldown
 * by hand, which forgets the lessons too.
 */
import type { Config, Deployment } from '../core/config/config.ts';
import type { Learnt } from '../core/pricing/learnt.ts';
import type { Open } from '../core/routing/health.ts';
import { plainJson, refusal } from '../pipeline/respond.ts';
import type { Change } from './change.ts';
import type { AdminCall } from './route.ts';

const deploymentsOf = ({ aliases }: Config): Deployment[] =>
  [...aliases.values()].flatMap(({ deployments }) => deployments);

const cooldownShown = ({ until, since, cause, restMs }: Open) => ({ until, since, cause, restMs });
const learntShown = ({ clearings: _, ...shown }: Learnt) => shown;

/** Of deployments as they are configured now; what an earlier model, address or key did is nobody's standing any more. */
export async function listCooldowns({ c }: AdminCall): Promise<Response> {
  const { config, healthBoard } = c.env.composition;
  const resting = new Map((await healthBoard().list()).map(({ deployment, health }) => [deployment, health]));
  const cooldowns = deploymentsOf(config).flatMap(({ id, healthId }) => {
    const health = resting.get(healthId);
    return health === undefined ? [] : [{ deployment: id, ...cooldownShown(health) }];
  });
  const lessons = await healthBoard().listLearnt();
  const learnt = deploymentsOf(config).flatMap(({ id, healthId }) => {
    const lesson = lessons[healthId];
    return lesson === undefined ? [] : [{ deployment: id, ...learntShown(lesson) }];
  });
  return plainJson({ cooldowns, learnt }, c.env.scope);
}

/** True on every isolate within KV's delay (a minute, often less): clearing is published like a cooldown. */
export async function clearCooldown({ c }: AdminCall): Promise<Change | Response> {
  const { config, board, healthBoard } = c.env.composition;
  const id = c.req.param('deployment') ?? '';
  const deployments = deploymentsOf(config);
  const deployment = deployments.find((one) => one.id === id);
  if (deployment === undefined) {
    const known = deployments.map((one) => one.id).join(', ');
    const detail = `There is no deployment "${id.slice(0, 100)}". There are ${known}.`;
    return refusal({ code: 'not_found', path: c.req.path, detail }, c.env.scope);
  }
  return {
    what: `end the cooldown of ${id}`,
    async make() {
      const { wasResting, before, ...clearing } = await healthBoard().clear(deployment.healthId);
      board.clear(deployment, clearing);
      const reply = plainJson({ deployment: id, cleared: wasResting }, c.env.scope);
      const from = {
        cooldown: before.cooldown && cooldownShown(before.cooldown),
        learnt: before.learnt && learntShown(before.learnt),
      };
      return { outcome: 'changed', from, to: { cooldown: null, learnt: null }, reply };
    },
  };
}
