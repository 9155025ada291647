/** The board, the deployment and `fetch` under a request's route. They are unchanged if no override concerns the request. */
import type { Deployment } from '../core/config/config.ts';
import type { Measured } from '../core/pricing/bill.ts';
import { faultyDeployment } from '../core/routing/faulty-deployment.ts';
import { faultOf, type Route } from '../core/routing/route.ts';
import type { RoutedRequest } from '../pipeline/request.ts';
import type { Deps, RoutingBoard, UpstreamFetch } from '../ports.ts';
import { faultyFetch } from '../upstream/faulty-fetch.ts';
import { drillBoard } from './drill-board.ts';

/** The board that this request sees, and to which its attempts are reported. */
export function boardFor({ route }: Pick<RoutedRequest, 'route'>, { board }: Pick<Deps, 'board'>): RoutingBoard {
  if (route.bypass) return blindBoard(board);
  return route.drill ? drillBoard(board) : board;
}

/** The deployment to ask instead of the planned one. It must be known before the request is translated or timed, or takes a place. */
export const deploymentFor = (route: Route, deployment: Deployment): Deployment =>
  faultyDeployment(deployment, faultOf(route, deployment.id));

/** The `fetch` that reaches this deployment. */
export function fetchFor({ route, chat }: RoutedRequest, deployment: Deployment, deps: Deps): UpstreamFetch {
  const fault = faultOf(route, deployment.id);
  if (fault === undefined) return deps.fetch;
  const { fetch, clock } = deps;
  return faultyFetch(fault, { chat, adapter: deps.adapterFor(deployment), fetch, clock });
}

/** A fault holds back or cuts an answer while its provider continues. So if the answer is not whole, more may have been made than read. */
export function measuredFor(route: Route, deployment: Deployment, measured: Measured): Measured {
  const { made } = measured;
  const fault = faultOf(route, deployment.id);
  const goesOn = fault === 'slow' || fault === 'cut-streams';
  if (!goesOn || made === 'unknown' || made.isWhole) return measured;
  return { ...measured, made: { ...made, isPartial: true } };
}

/** A board that knows no failures, counts no places and ignores reports. It still learns from bills, because those are about money. */
const blindBoard = (board: RoutingBoard): RoutingBoard => ({
  overrides: board.overrides,
  ready: (background) => board.ready(background),
  candidates: (deployments) =>
    deployments.map(({ id, model, provider, order, weight }) => ({
      ...{ id, model, provider, order, weight },
      ...{ state: 'up', until: 0, asked: false },
    })),
  enter: () => true,
  leave() {},
  claimProbe: async () => true,
  observe() {},
  learn: (deployment, seen, background) => board.learn(deployment, seen, background),
});
