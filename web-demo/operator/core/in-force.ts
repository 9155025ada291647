/** The overrides in force, one line each, with the call that ends it. */
import type { Override } from '../../../worker/core/routing/overrides.ts';
import type { ShownOverrides } from '../../../worker/core/routing/shown-overrides.ts';
import { moment, relative } from './format.ts';

export interface InForceLine {
  kind: string;
  text: string;
  who: string;
  reason: string | null;
  /** When the override ends on its own. */
  end: string;
  /** True if it has no effect at present. */
  isIdle: boolean;
  /** A `DELETE` call to this path ends it. */
  path: string;
}

/** A line for each override in force. */
export function inForceLines(overrides: ShownOverrides, now: number): InForceLine[] {
  const { pins, bypass, faults, aliases, safeguards = {}, frozen } = overrides;
  const line = (kind: string, text: string, entry: Override & { idle?: true }, path: string): InForceLine => ({
    ...{ kind, text, who: entry.who, reason: entry.reason, path },
    end: entry.until === null ? 'until it is undone' : `${relative(entry.until, now)} (${moment(entry.until)})`,
    isIdle: entry.idle === true,
  });
  const path = (kind: string, name: string) => `${kind}/${encodeURIComponent(name)}`;
  return [
    ...Object.entries(pins).map(([alias, pin]) => {
      return line('pin', `${alias} asks ${pin.deployment} first`, pin, path('pins', alias));
    }),
    ...Object.entries(bypass).map(([alias, entry]) => {
      const of = alias === '*' ? 'all aliases go' : `${alias} goes`;
      const address = alias === '*' ? 'bypass' : `bypass?alias=${encodeURIComponent(alias)}`;
      return line('bypass', `${of} straight to the first deployment, without cooldowns and cache`, entry, address);
    }),
    ...Object.entries(aliases).map(([alias, list]) => {
      const models = list.deployments.map(({ id, model }) => `${id}: ${model}`).join(', ');
      return line('alias list', `${alias} has ${models}`, list, path('aliases', alias));
    }),
    ...Object.entries(safeguards).map(([feature, entry]) => {
      return line('safeguard', `${feature} is served by its safeguard`, entry, path('safeguards', feature));
    }),
    ...Object.entries(faults).map(([deployment, fault]) => {
      return line(
        'fault',
        `${deployment} meets ${fault.fault} for ${fault.traffic}`,
        fault,
        path('faults', deployment),
      );
    }),
    ...(frozen === null || frozen === undefined ? [] : [line('freeze', 'no promotion goes on', frozen, 'freeze')]),
  ];
}
