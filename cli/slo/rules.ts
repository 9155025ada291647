/** All recording and alert rules of a config. */
import type { Slo } from '../../worker/core/slo/slo.ts';
import { averageGroup } from './average-rules.ts';
import { objectiveGroups } from './objective-rules.ts';
import { routerGroup } from './router-rules.ts';
import type { RuleGroup } from './rule.ts';

export const ruleGroups = (slo: Slo): RuleGroup[] => [
  ...slo.objectives.flatMap((objective) => objectiveGroups(objective, slo)),
  ...slo.averages.map((average) => averageGroup(average, slo)),
  routerGroup(),
];
