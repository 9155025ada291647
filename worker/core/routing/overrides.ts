/**
 * What operators have set over config's routing while the router runs. `HealthBoard` stores it and raises `version` with every
 * change. Of two copies the one with the higher `version` replaces the other as a whole, so clearing is a write like any other.
 */
import type { PriceInput } from '../config/price-schema.ts';
import type { FaultKind } from './fault.ts';

/** What every override has. Each reader compares `until` with its own clock. */
export interface Override {
  /** Epoch milliseconds. Null if there is no end, which only an alias list may have. */
  until: number | null;
  reason: string | null;
  /** The name of the admin key, or `root`. */
  who: string;
  /** The version of all overrides when this one was set. */
  version: number;
}

/** This deployment is asked first, whatever its health. */
export interface Pin extends Override {
  deployment: string;
}

/** Requests make one attempt, at the first deployment, without board and cache. */
export type Bypass = Override;

/** Requests of this traffic meet this fault. */
export interface Fault extends Override {
  fault: FaultKind;
  /** `drill`, `tenant:T`, `share:0.1` or `all`. */
  traffic: string;
}

/** One line of an alias list: a deployment of that alias in config, with another model, price, order or weight. */
export interface ListedDeployment {
  id: string;
  model: string;
  price?: PriceInput | undefined;
  order?: number | undefined;
  weight?: number | undefined;
}

/** A feature is served as its safeguard wherever it can be, however much is left of budgets. */
export type Safeguarded = Override;

/** No promotion may go on. */
export type Freeze = Override;

/** The deployments of an alias in place of config's. */
export interface AliasList extends Override {
  deployments: readonly ListedDeployment[];
}

/** The lists in force for a request, by alias. They travel with it wherever it is answered. */
export type AliasLists = Readonly<Record<string, readonly ListedDeployment[]>>;

/** All overrides. */
export interface Overrides {
  version: number;
  /** By alias. */
  pins: Readonly<Record<string, Pin>>;
  /** By alias, or `*` for all. */
  bypass: Readonly<Record<string, Bypass>>;
  /** By deployment. */
  faults: Readonly<Record<string, Fault>>;
  /** By alias. */
  aliases: Readonly<Record<string, AliasList>>;
  /** By feature. */
  safeguards: Readonly<Record<string, Safeguarded>>;
  /** The only name is `*`. */
  frozen: Readonly<Record<string, Freeze>>;
}

/** No overrides. Routing compares this reference. */
export const NO_OVERRIDES: Overrides = {
  ...{ version: 0, pins: {}, bypass: {}, faults: {}, aliases: {}, safeguards: {}, frozen: {} },
};

/** The name of an entry that applies to everything. */
export const WILDCARD = '*';

/** A kind that is reserved in the document and in replies. No call sets it yet. */
export const RESERVED_OVERRIDES = { promotions: {} };

/** True if the override has not ended. */
export const isInForce = ({ until }: Pick<Override, 'until'>, now: number): boolean => until === null || until > now;

/** The entry of this name, if it is in force. Names come from clients, so only own properties count. */
export function inForce<Entry extends Override>(
  entries: Readonly<Record<string, Entry>>,
  name: string,
  now: number,
): Entry | undefined {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  return entry !== undefined && isInForce(entry, now) ? entry : undefined;
}

/** The lists of these aliases that are in force. Undefined if there is none. */
export function listsInForce({ aliases }: Overrides, names: readonly string[], now: number): AliasLists | undefined {
  let lists: AliasLists | undefined;
  for (const name of names) {
    const list = inForce(aliases, name, now);
    if (list !== undefined) lists = { ...lists, [name]: list.deployments };
  }
  return lists;
}
