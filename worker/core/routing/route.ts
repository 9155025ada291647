/** Decides how the overrides affect one request. This happens once, when the request is read, and the result is handed on with it. */
import type { Mode } from '../ledger/types.ts';
import { FAULT_KINDS, type FaultCaller, type FaultKind, meetsFault, parseTraffic } from './fault.ts';
import { inForce, NO_OVERRIDES, type Overrides } from './overrides.ts';

/** The overrides that concern one request. */
export interface Route {
  /** True if the request makes one attempt, at the first deployment, without board and cache. */
  bypass: boolean;
  /** True if a fault's traffic chose the request. It uses the drill's own health, and no other caller gets its answer. */
  drill: boolean;
  /** True if the feature's safeguard serves the request wherever it can. Undefined in a job of an earlier build. */
  safeguard?: boolean;
  /** The deployment to try first, by alias. */
  pins: Readonly<Record<string, string>>;
  /** By deployment. */
  faults: Readonly<Record<string, FaultKind>>;
}

/** The route of a request that no override concerns. */
export const PLAIN_ROUTE: Route = { bypass: false, drill: false, safeguard: false, pins: {}, faults: {} };

const BYPASS_ROUTE: Route = { ...PLAIN_ROUTE, bypass: true };

/** `x-carryon-mode`: the ledger's mode, unless an override made the answer. */
export type EdgeMode = Mode | 'bypass' | 'drill';

/** The mode that the answer names. */
export const edgeMode = ({ bypass, drill }: Route, mode: Mode): EdgeMode => {
  if (bypass) return 'bypass';
  return drill ? 'drill' : mode;
};

/** True if the answer may come from the cache, be kept there, and be shared with equal requests. */
export const isOrdinary = ({ bypass, drill }: Route): boolean => !bypass && !drill;

/** An alias and its deployments, as overridden. */
interface RoutedAlias {
  name: string;
  deployments: readonly { id: string }[];
}

/** What a route depends on. */
export interface RouteInput extends FaultCaller {
  feature: string;
  /** The requested alias. */
  alias: RoutedAlias;
  /** The alias that serves as the feature's safeguard. Undefined if it is the same alias. */
  safeguardAlias: RoutedAlias | undefined;
}

/** Returns `PLAIN_ROUTE` itself if no override concerns the request. Under bypass the other overrides have no effect. */
export function routeOf(overrides: Overrides, ask: RouteInput, now: number): Route {
  if (overrides === NO_OVERRIDES) return PLAIN_ROUTE;
  const { alias, feature, safeguardAlias } = ask;
  const bypass = inForce(overrides.bypass, alias.name, now) ?? inForce(overrides.bypass, '*', now);
  if (bypass !== undefined) return BYPASS_ROUTE;
  let { pins, faults } = PLAIN_ROUTE;
  const safeguard = inForce(overrides.safeguards, feature, now) !== undefined;
  let drill = false;
  for (const { name, deployments } of safeguardAlias === undefined ? [alias] : [alias, safeguardAlias]) {
    const pin = inForce(overrides.pins, name, now);
    if (pin !== undefined) pins = { ...pins, [name]: pin.deployment };
    for (const { id } of deployments) {
      const fault = inForce(overrides.faults, id, now);
      const traffic = fault && parseTraffic(fault.traffic);
      if (fault === undefined || traffic === undefined || !meetsFault(traffic, ask)) continue;
      // A later build may have set a fault that this one does not know.
      if (!FAULT_KINDS.includes(fault.fault)) continue;
      faults = { ...faults, [id]: fault.fault };
      drill ||= traffic.kind !== 'all';
    }
  }
  const isPlain = !safeguard && pins === PLAIN_ROUTE.pins && faults === PLAIN_ROUTE.faults;
  return isPlain ? PLAIN_ROUTE : { bypass: false, drill, safeguard, pins, faults };
}

/** The fault that this deployment has under this route. Names come from config, so only own properties count. */
export const faultOf = ({ faults }: Route, deployment: string): FaultKind | undefined =>
  Object.hasOwn(faults, deployment) ? faults[deployment] : undefined;

/** The deployment that this alias is pinned to. */
export const pinnedIn = ({ pins }: Route, alias: string): string | undefined =>
  Object.hasOwn(pins, alias) ? pins[alias] : undefined;
