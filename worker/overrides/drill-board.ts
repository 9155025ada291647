/** The board for requests of a drill. It keeps separate health, places and probes, so that no other request is affected. */
import type { Deployment } from '../core/config/config.ts';
import { healthIdFor } from '../core/routing/health-id.ts';
import type { RoutingBoard } from '../ports.ts';

const made = new WeakMap<Deployment, Deployment>();

function ofDrill(deployment: Deployment): Deployment {
  const known = made.get(deployment) ?? { ...deployment, healthId: healthIdFor(deployment, true) };
  made.set(deployment, known);
  return known;
}

/** The board of a drill's requests. */
export const drillBoard = (board: RoutingBoard): RoutingBoard => ({
  ready: (background) => board.ready(background),
  overrides: board.overrides,
  candidates: (deployments) => board.candidates(deployments.map(ofDrill)),
  enter: (deployment, request) => board.enter(ofDrill(deployment), request),
  leave: (deployment, request) => board.leave(ofDrill(deployment), request),
  claimProbe: (deployment, forMs) => board.claimProbe(ofDrill(deployment), forMs),
  observe: (deployment, outcome, background) => board.observe(ofDrill(deployment), outcome, background),
  // Lessons from bills are about money, so they apply to all requests.
  learn: (deployment, seen, background) => board.learn(deployment, seen, background),
});
