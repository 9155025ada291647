/** The board, the deployment and `fetch` under a request's route: themselves if nothing is set. */
import type { Deployment } from '../core/config/config.ts';
import type { Measured } from '../core/pricing/bill.ts';
import { faultyDeployment } from '../core/routing/faulty-deployment.ts';
import { faultOf, type Route } from '../core/routing/route.ts';
import type { RoutedRequest } from '../pipeline/request.ts';
import type { Deps, RoutingBoard, UpstreamFetch } from '../ports.ts';
import { faultyFetch } from '../upstream/faulty-fetch.ts';
import { drillBoard } from './drill-board.ts';

/** The board as this request meets it, and as it is told of its attempts. */
export function boardFor({ route }: Pick<RoutedRequest, 'route'>, { board }: Pick<Deps, 'board'>): RoutingBoard {
  if (route.bypass) return blindBoard(board);
  return route.drill ? drillBoard(board) : board;
}

/** The deployment that is asked in place of the planned one: before it is translated, timed, or asked for a place. */
export const deploymentFor = (route: Route, deployment: Deployment): Deployment =>
  faultyDeployment(deployment, faultOf(route, deployment.id));

/** How that deployment is reached. */
export function fetchFor({ route, chat }: RoutedRequest, deployment: Deployment, deps: Deps): UpstreamFetch {
  const fault = faultOf(route, deployment.id);
  if (fault === undefined) return deps.fetch;
  const { fetch, clock } = deps;
  return faultyFetch(fault, { chat, adapter: deps.adapterFor(deployment), fetch, clock });
}

/** While an answer is held back or cut here, its provider goes on: if the answer does not end, more may have been made than was read. */
export function measuredFor(route: Route, deployment: Deployment, measured: Measured): Measured {
  const { made } = measured;
  const fault = faultOf(route, deployment.id);
  const goesOn = fault === 'slow' || fault === 'cut-streams';
  if (!goesOn || made === 'unknown' || made.isWhole) return measured;
  return { ...measured, made: { ...made, isPartial: true } };
}

/** A board that knows no failures, counts no places and hears nothing. It still learns from bills, because that is about money. */
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
