/** What a request's route makes of the board, of a deployment and of `fetch`: themselves where nothing is set. */
import type { Deployment } from '../core/config/config.ts';
import type { Route } from '../core/routing/route.ts';
import type { Deps, RoutingBoard, UpstreamFetch } from '../ports.ts';
import type { Ask } from './ask.ts';

/** The board as this request meets it, and as it is told of its attempts. */
export function boardFor({ route }: Pick<Ask, 'route'>, { board }: Pick<Deps, 'board'>): RoutingBoard {
  return route.bypass ? blindBoard(board) : board;
}

/** The deployment that is asked in place of the planned one: before it is translated, timed, or asked for a place. */
export const deploymentFor = (_route: Route, deployment: Deployment): Deployment => deployment;

/** How that deployment is reached. */
export const fetchFor = (_route: Route, _deployment: Deployment, fetch: UpstreamFetch): UpstreamFetch => fetch;

/** Knows of no failure, counts no place and is told nothing, but for what bills teach: that is about money. */
const blindBoard = (board: RoutingBoard): RoutingBoard => ({
  overrides: board.overrides,
  ready: (background) => board.ready(background),
  candidates: (deployments) =>
    deployments.map(({ id, model, provider, order, weight }) => ({
      ...{ id, model, provider, order, weight },
      ...{ standing: 'up', until: 0, asked: false },
    })),
  enter: () => true,
  leave() {},
  claimProbe: async () => true,
  observe() {},
  learn: (deployment, seen, background) => board.learn(deployment, seen, background),
});
