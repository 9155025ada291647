/** What the overrides make of one request: decided once, when it is read, and handed on with it. */
import type { Mode } from '../ledger/types.ts';
import { FAULT_KINDS, type FaultAsk, type FaultKind, isChosen, parseTraffic } from './fault.ts';
import { inForce, NO_OVERRIDES, type Overrides } from './overrides.ts';

export interface Route {
  /** One attempt at the first deployment, without board and cache. */
  bypass: boolean;
  /** A fault's traffic chose it: its standing is the drill's own, and its answer is for nobody else. */
  drill: boolean;
  /** Which deployment is asked first, by alias. */
  pins: Readonly<Record<string, string>>;
  /** By deployment. */
  faults: Readonly<Record<string, FaultKind>>;
}

/** Nothing is set. */
export const PLAIN_ROUTE: Route = { bypass: false, drill: false, pins: {}, faults: {} };

const BYPASS_ROUTE: Route = { ...PLAIN_ROUTE, bypass: true };

/** `x-carryon-mode`: the ledger's mode, unless an override made the answer. */
export type EdgeMode = Mode | 'bypass' | 'drill';

export const edgeMode = ({ bypass, drill }: Route, mode: Mode): EdgeMode => {
  if (bypass) return 'bypass';
  return drill ? 'drill' : mode;
};

/** Neither read from the cache nor kept in it, nor shared with others who ask the same. */
export const isOrdinary = ({ bypass, drill }: Route): boolean => !bypass && !drill;

/** An alias and its deployments, as overridden. */
interface RoutedAlias {
  name: string;
  deployments: readonly { id: string }[];
}

export interface RouteAsk extends FaultAsk {
  /** The one that was asked for. */
  alias: RoutedAlias;
  /** Where its feature's safeguard serves instead; undefined: the same. */
  safeguardAlias: RoutedAlias | undefined;
}

/** `PLAIN_ROUTE` itself where nothing that is set concerns this request. Bypass leaves nothing to the other overrides. */
export function routeOf(overrides: Overrides, ask: RouteAsk, now: number): Route {
  if (overrides === NO_OVERRIDES) return PLAIN_ROUTE;
  const { alias, safeguardAlias } = ask;
  const bypass = inForce(overrides.bypass, alias.name, now) ?? inForce(overrides.bypass, '*', now);
  if (bypass !== undefined) return BYPASS_ROUTE;
  let { pins, faults } = PLAIN_ROUTE;
  let drill = false;
  for (const { name, deployments } of safeguardAlias === undefined ? [alias] : [alias, safeguardAlias]) {
    const pin = inForce(overrides.pins, name, now);
    if (pin !== undefined) pins = { ...pins, [name]: pin.deployment };
    for (const { id } of deployments) {
      const fault = inForce(overrides.faults, id, now);
      const traffic = fault && parseTraffic(fault.traffic);
      if (fault === undefined || traffic === undefined || !isChosen(traffic, ask)) continue;
      // Of a later build: nothing here could do it.
      if (!FAULT_KINDS.includes(fault.fault)) continue;
      faults = { ...faults, [id]: fault.fault };
      drill ||= traffic.kind !== 'all';
    }
  }
  const isPlain = pins === PLAIN_ROUTE.pins && faults === PLAIN_ROUTE.faults;
  return isPlain ? PLAIN_ROUTE : { bypass: false, drill, pins, faults };
}

/** What this deployment is to suffer in a request of this route. Names come from config, so only own properties count. */
export const faultOf = ({ faults }: Route, deployment: string): FaultKind | undefined =>
  Object.hasOwn(faults, deployment) ? faults[deployment] : undefined;

/** The deployment that is pinned for this alias. */
export const pinnedIn = ({ pins }: Route, alias: string): string | undefined =>
  Object.hasOwn(pins, alias) ? pins[alias] : undefined;
