/** The rules of a policy, and what each would do: what `GET /admin/policies` answers. */
import type { Objective, Slo } from '../slo.ts';
import { listText } from '../watch/words.ts';
import { isAbout } from './activations.ts';
import type { PolicyAction, PolicyRule } from './policy.ts';
import type { PolicyState } from './state.ts';
import { triggerText } from './trigger.ts';
import { aliasesOf, featuresOf, type PolicyWorld } from './wanted-overrides.ts';

/** One rule. */
export interface ShownPolicy {
  name: string;
  /** The trigger as config writes it. */
  on: string;
  do: readonly PolicyAction[];
  objectives: ShownActivation[];
}

/** A rule and one of the promises that it applies to. */
export interface ShownActivation {
  objective: string;
  /** What the rule does when it begins to hold; each completes the sentence "it would …". */
  would: string[];
  /** When it began to hold, epoch milliseconds. This and the next two are null while it does not hold. */
  since: number | null;
  /** What was seen when it began. */
  why: string | null;
  /** The incident that is open for it. */
  incident: string | null;
}

type World = Pick<PolicyWorld, 'features' | 'aliases'>;

/** The rules, in config's order. `active` are those that hold. */
export const shownPolicies = (
  { slo, ...world }: World & { slo: Pick<Slo, 'policy' | 'objectives'> },
  active: PolicyState['active'],
): ShownPolicy[] =>
  slo.policy.map((rule) => ({
    ...{ name: rule.name, on: triggerText(rule.on), do: rule.does },
    objectives: slo.objectives
      .filter((objective) => isAbout(rule, objective))
      .map((objective) => {
        const { since = null, why = null, incident = null } = active[`${rule.name}/${objective.name}`] ?? {};
        return { objective: objective.name, would: wouldDo(rule, objective, world), since, why, incident };
      }),
  }));

const wouldDo = ({ does }: PolicyRule, objective: Objective, world: World): string[] =>
  does.flatMap((action) => effects(action, objective, world));

function effects(action: PolicyAction, objective: Objective, world: World): string[] {
  switch (action) {
    case 'incident':
      return ['open an incident'];
    case 'pin':
      return pins(objective, world);
    case 'safeguard':
      return safeguards(objective, world);
    case 'freeze':
      return ['freeze promotions'];
  }
}

function pins(objective: Objective, { features, aliases }: World): string[] {
  const names = aliasesOf(objective, features);
  if (names.length === 0) return ['pin nothing, because the promise is not about attempts'];
  return names.map((name) => {
    const ids = (aliases.find((alias) => alias.name === name)?.deployments ?? []).map(({ id }) => id);
    if (ids.length < 2) return `leave ${name} unpinned, because it has no other deployment`;
    return `pin ${name} to another of ${listText(ids)}, if one alone is to blame`;
  });
}

function safeguards(objective: Objective, { features }: World): string[] {
  const names = featuresOf(objective, features);
  if (names.length === 0) return ['serve all features as before, because none has a safeguard'];
  return names.map((name) =>
    features.some((feature) => feature.name === name && feature.hasSafeguard)
      ? `serve ${name} by its safeguard`
      : `serve ${name} as before, because it has no safeguard`,
  );
}
