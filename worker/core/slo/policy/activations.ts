/** Which rules hold for which objectives, and which began, calmed down or ended since the last look. */
import type { PolicyRule } from './policy.ts';
import type { Standing } from './standing.ts';
import type { Activation, PolicyState } from './state.ts';
import { isCalm, whyTriggered } from './trigger.ts';

/** A rule that holds for an objective now. */
export interface ActiveRule {
  key: string;
  rule: PolicyRule;
  standing: Standing;
  activation: Activation;
  /** True if it began with this look. */
  isNew: boolean;
  /** True if its trigger holds now. Otherwise the rule only waits until the burn is over. */
  holds: boolean;
}

/** The activations after a look. */
export interface Activations {
  acting: ActiveRule[];
  /** Activations whose rule no longer holds, or is no longer in config. */
  ended: Activation[];
}

/** Compares the activations of the last look with how the objectives stand now. Pure. */
export function activationsOf(
  before: PolicyState['active'],
  rules: readonly PolicyRule[],
  standings: readonly Standing[],
  minErrors: number,
  now: number,
): Activations {
  const acting: ActiveRule[] = [];
  const left = new Map(Object.entries(before));
  for (const rule of rules) {
    for (const standing of standings.filter(({ objective }) => isAbout(rule, objective))) {
      const key = `${rule.name}/${standing.objective.name}`;
      const known = left.get(key);
      const isActive = known !== undefined;
      const why = whyTriggered(rule.on, standing, minErrors, { isActive });
      const calm = isCalm(standing);
      if (why === undefined && (known === undefined || calm)) continue;
      left.delete(key);
      const activation = known ?? begun(rule, standing, why ?? '', now);
      acting.push({
        ...{ key, rule, standing },
        // A rule about a burn ends when the burn is over. A share of the budget stays spent, so its rule goes on, and is marked
        // calm.
        activation: { ...activation, isCalm: activation.isCalm || (isActive && calm && rule.on.kind !== 'burn') },
        isNew: !isActive,
        holds: why !== undefined,
      });
    }
  }
  return { acting, ended: [...left.values()] };
}

/** Whether a rule is about an objective. */
export const isAbout = (
  { objective, sli }: Pick<PolicyRule, 'objective' | 'sli'>,
  { name, sli: { kind } }: Pick<Standing['objective'], 'name' | 'sli'>,
): boolean => (objective === null || objective === name) && (sli === null || sli === kind);

const begun = ({ name }: PolicyRule, { objective }: Standing, why: string, now: number): Activation => ({
  ...{ rule: name, objective: objective.name, since: now, why },
  ...{ isCalm: false, incident: null, released: [], skipped: {} },
});
