/** Finds rules of `slo.policy` that could never act, or that could do nothing. Only the build uses this. */
import { fastestBurn } from '../slo/burn-alerts.ts';
import { triggerText } from '../slo/policy/trigger.ts';
import { ATTEMPT_SLI_KINDS } from '../slo/policy/wanted-overrides.ts';
import type { Objective, Slo } from '../slo/slo.ts';
import { type Contradiction, type Path, warning } from './contradiction.ts';
import { nearestOf } from './nearest.ts';
import type { CheckedConfig } from './schema.ts';

type Rule = NonNullable<CheckedConfig['slo']['policy']>[number];

/** The second argument is `slo` as it was resolved. */
export function policyContradictions(
  { slo: { policy = [] }, features }: CheckedConfig,
  { objectives, policy: rules }: Pick<Slo, 'objectives' | 'policy'>,
): Contradiction[] {
  return policy.flatMap((rule, index) => {
    const path = ['slo', 'policy', index];
    const found: Contradiction[] = [];
    const refuse = (field: Path, message: string) => found.push({ path: [...path, ...field], message, isError: true });
    const name = rules[index]?.name ?? '';
    if (rules.findIndex((other) => other.name === name) < index)
      refuse(['name'], `"${name}" is already the name of another rule; write another one`);
    if (rule.objective !== undefined && rule.sli !== undefined)
      refuse(['sli'], 'is not used together with objective; write one of the two');
    const names = objectives.map((one) => one.name);
    if (rule.objective !== undefined && !names.includes(rule.objective)) {
      refuse(['objective'], `"${rule.objective}" is not an objective; ${nearestOf(rule.objective, names)}`);
      return found;
    }
    const concerned = objectives.filter(
      (one) =>
        (rule.objective === undefined || one.name === rule.objective) &&
        (rule.sli === undefined || one.sli.kind === rule.sli),
    );
    for (const [place, action] of rule.do.entries()) {
      const field = ['do', place];
      if (action === 'pin' && !concerned.some(({ sli }) => ATTEMPT_SLI_KINDS.has(sli.kind)))
        refuse(field, '"pin" is for objectives of success, ttft and latency: no deployment is to blame for the others');
      const has = concerned.some((one) =>
        Object.entries(features).some(
          ([feature, { safeguard }]) => (one.feature ?? feature) === feature && safeguard !== undefined,
        ),
      );
      if (action === 'safeguard' && !has)
        refuse(field, 'none of its features has a safeguard; write features.NAME.safeguard, or leave it out');
    }
    return [...found, ...neverActs(rule, concerned, path)];
  });
}

function neverActs({ on }: Rule, concerned: readonly Objective[], path: Path): Contradiction[] {
  const able = concerned.filter((one) => one.target < 100 && (on.kind !== 'burn' || on.above < fastestBurn(one)));
  if (able.length > 0) return [];
  const budget = on.kind === 'burn' ? 'whose budget can burn so fast' : 'that has an error budget';
  return [warning([...path, 'on'], `${triggerText(on)} could never act: there is no objective ${budget}`)];
}
