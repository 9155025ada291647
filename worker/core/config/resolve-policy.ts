/** The rules of `slo.policy`, or the default rules of a config that writes none. */
import type { PolicyRule } from '../slo/policy/policy.ts';
import { triggerText } from '../slo/policy/trigger.ts';
import type { CheckedConfig } from './schema.ts';

type Written = NonNullable<CheckedConfig['slo']['policy']>[number];

/** The default rules act on a fast and on a slow burn of success. They move no traffic. */
const OWN_RULES: readonly Written[] = [
  {
    name: 'fast-burn',
    on: { kind: 'burn', above: 2, windowMs: 3_600_000 },
    sli: 'success',
    do: ['incident', 'freeze'],
  },
  { name: 'half-by-15', on: { kind: 'month', abovePercent: 50, byDay: 15 }, sli: 'success', do: ['freeze'] },
  { name: 'most-by-25', on: { kind: 'month', abovePercent: 80, byDay: 25 }, sli: 'success', do: ['freeze'] },
];

/** Gives each rule its name. */
export const resolvePolicy = (written: readonly Written[] = OWN_RULES): PolicyRule[] =>
  written.map(({ name, on, objective, sli, do: does }) => ({
    name:
      name ??
      [triggerText(on), objective ?? sli]
        .filter(Boolean)
        .join('-')
        .replaceAll(/[^a-z0-9._]+/g, '-')
        .replace(/-$/, ''),
    ...{ on, does, objective: objective ?? null, sli: sli ?? null },
  }));
