/**
 * `/admin/cooldowns`: which deployments are in cooldown, why and until when, and what their bills have taught (docs/holds.md); ending a cooldown
 * by hand, which forgets the lessons too.
 */
import type { Config, Deployment } from '../core/config/config.ts';
import { plainJson, refusal } from '../pipeline/respond.ts';
import type { Change } from './change.ts';
import type { AdminCall } from './route.ts';

const deploymentsOf = ({ aliases }: Config): Deployment[] =>
  [...aliases.values()].flatMap(({ deployments }) => deployments);

/** Of deployments as they are configured now; what an earlier model, address or key did is nobody's standing any more. */
export async function listCooldowns({ c }: AdminCall): Promise<Response> {
  const { config, healthBoard } = c.env.composition;
  const resting = new Map((await healthBoard().list()).map(({ deployment, health }) => [deployment, health]));
  const cooldowns = deploymentsOf(config).flatMap(({ id, healthId }) => {
    const health = resting.get(healthId);
    if (health === undefined) return [];
    const { until, since, cause, restMs } = health;
    return [{ deployment: id, until, since, cause, restMs }];
  });
  const lessons = await healthBoard().listLearnt();
  const learnt = deploymentsOf(config).flatMap(({ id, healthId }) => {
    const lesson = lessons[healthId];
    if (lesson === undefined) return [];
    const { clearings: _, ...shown } = lesson;
    return [{ deployment: id, ...shown }];
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
      const { wasResting, ...clearing } = await healthBoard().clear(deployment.healthId);
      board.clear(deployment, clearing);
      const reply = plainJson({ deployment: id, cleared: wasResting }, c.env.scope);
      // What its bills taught is forgotten in any case.
      return { outcome: 'changed', from: { wasResting }, to: null, reply };
    },
  };
}
