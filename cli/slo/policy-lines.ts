/** What `npm run slo -- policies` prints: each rule, and below it what it would do for which promise. */
import type { ShownActivation, ShownPolicy } from '../../worker/core/slo/policy/shown-policies.ts';
import { utc } from '../times.ts';

/** The lines for a reply of `GET /admin/policies`. */
export function policyLines(policies: readonly ShownPolicy[]): string[] {
  if (policies.length === 0) return ['Nothing is done automatically: slo.policy has no rules.'];
  return policies.flatMap(({ name, on, objectives }) => [
    `${name}  ${on}`,
    ...(objectives.length === 0 ? ['  about no promise'] : objectives.flatMap(activationLines)),
  ]);
}

function activationLines({ objective, would, since, why, incident }: ShownActivation): string[] {
  const line = `  ${objective}: would ${would.join('; ')}`;
  if (since === null) return [line];
  const opened = incident === null ? '' : `, incident ${incident}`;
  return [line, `    holds since ${utc(since)}${opened}: ${why}`];
}
