/** What the overrides make of one request: decided once, when it is read, and handed on with it. */
import type { Mode } from '../ledger/types.ts';
import type { FaultKind } from './fault.ts';
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

/** `x-carryon-mode`: the ledger's mode, unless an override made the answer. */
export type EdgeMode = Mode | 'bypass' | 'drill';

export const edgeMode = ({ bypass, drill }: Route, mode: Mode): EdgeMode => {
  if (bypass) return 'bypass';
  return drill ? 'drill' : mode;
};

/** Neither read from the cache nor kept in it, nor shared with others who ask the same. */
export const isOrdinary = ({ bypass, drill }: Route): boolean => !bypass && !drill;

export interface RouteAsk {
  /** The one that was asked for. */
  alias: string;
  /** Where its feature's safeguard serves instead; undefined: the same. */
  safeguardAlias: string | undefined;
  tenant: string;
  user: string | null;
  /** The drill that its key was made for. */
  drill: string | undefined;
}

export function routeOf(overrides: Overrides, ask: RouteAsk, now: number): Route {
  if (overrides === NO_OVERRIDES) return PLAIN_ROUTE;
  const bypass = inForce(overrides.bypass, ask.alias, now) ?? inForce(overrides.bypass, '*', now);
  if (bypass !== undefined) return { ...PLAIN_ROUTE, bypass: true };
  const pins: Record<string, string> = {};
  for (const alias of [ask.alias, ask.safeguardAlias ?? ask.alias]) {
    const pin = inForce(overrides.pins, alias, now);
    if (pin !== undefined) pins[alias] = pin.deployment;
  }
  return { ...PLAIN_ROUTE, pins };
}
