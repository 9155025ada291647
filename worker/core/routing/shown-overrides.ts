/** The overrides as operators see them: those in force, and which of them have no effect now. */
import { aliasesInForce } from '../config/alias-list.ts';
import type { Config } from '../config/config.ts';
import {
  type AliasList,
  type Freeze,
  inForce,
  isInForce,
  type Override,
  type Overrides,
  type Pin,
  WILDCARD,
} from './overrides.ts';

/** `idle` is set if the override concerns no deployment that is served now, or a feature that has no safeguard. */
type Shown<Entry> = Record<string, Entry & { idle?: true }>;

/** `leftOut` has the lines whose deployment or price a deploy has removed (`listedAlias`). */
type ShownList = AliasList & { leftOut?: string[] };

/** The reply of `GET /admin/overrides`. */
export interface ShownOverrides {
  pins: Shown<Pin>;
  bypass: Overrides['bypass'];
  faults: Shown<Overrides['faults'][string]>;
  aliases: Shown<ShownList>;
  safeguards: Shown<Overrides['safeguards'][string]>;
  frozen: Freeze | null;
}

/** The overrides in force at `now`. */
export function shownOverrides(
  { pins, bypass, faults, aliases, safeguards, frozen }: Overrides,
  config: Pick<Config, 'aliases' | 'features'>,
  now: number,
): ShownOverrides {
  const served = new Map(aliasesInForce(config, { aliases }, now).map((alias) => [alias.name, alias]));
  const idsOf = (alias: string): string[] => served.get(alias)?.deployments.map(({ id }) => id) ?? [];
  const allIds = [...served.keys()].flatMap(idsOf);
  return {
    pins: shown(pins, now, (alias, pin) => withIdle(pin, !idsOf(alias).includes(pin.deployment))),
    bypass: shown(bypass, now, (_, entry) => entry),
    faults: shown(faults, now, (deployment, fault) => withIdle(fault, !allIds.includes(deployment))),
    aliases: shown(aliases, now, (alias, list) => {
      // If nothing of the list is left, config's own deployments serve.
      const ids = served.get(alias) === config.aliases.get(alias) ? [] : idsOf(alias);
      const leftOut = list.deployments.map(({ id }) => id).filter((id) => !ids.includes(id));
      return withIdle({ ...list, ...(leftOut.length > 0 && { leftOut }) }, ids.length === 0);
    }),
    safeguards: shown(safeguards, now, (feature, entry) =>
      withIdle(entry, config.features.get(feature)?.safeguard === undefined),
    ),
    frozen: inForce(frozen, WILDCARD, now) ?? null,
  };
}

const withIdle = <Entry>(entry: Entry, idle: boolean): Entry & { idle?: true } => ({ ...entry, ...(idle && { idle }) });

const shown = <Entry extends Override, As>(
  entries: Readonly<Record<string, Entry>>,
  now: number,
  as: (name: string, entry: Entry) => As,
): Record<string, As> =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([name, entry]) => (isInForce(entry, now) ? [[name, as(name, entry)]] : [])),
  );
