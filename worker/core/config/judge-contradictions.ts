/** Finds a judge that cannot judge, or whose verdicts nobody sees. Only the build uses this. */
import { JUDGE_TENANT } from '../slo/judge/judge.ts';
import { type Contradiction, type Path, warning } from './contradiction.ts';
import { nearestOf } from './nearest.ts';
import { writtenObjectives } from './resolve-slo.ts';
import type { CheckedConfig } from './schema.ts';

/** Reports names that do not exist, a judge without a budget, and verdicts that count for no promise. */
export function judgeContradictions(checked: CheckedConfig): Contradiction[] {
  const { slo, aliases, features, tenants } = checked;
  const wrong = (path: Path, message: string): Contradiction => ({
    ...{ path: ['slo', 'judge', ...path], message, isError: true },
  });
  const { judge } = slo;
  if (judge === undefined) return [];
  const found: Contradiction[] = [];
  if (!Object.hasOwn(aliases, judge.alias)) {
    found.push(wrong(['alias'], `"${judge.alias}" is not an alias; ${nearestOf(judge.alias, Object.keys(aliases))}`));
  }
  for (const [index, name] of (judge.features ?? []).entries()) {
    if (Object.hasOwn(features, name)) continue;
    found.push(wrong(['features', index], `"${name}" is not a feature; ${nearestOf(name, Object.keys(features))}`));
  }
  if (judge.dailyUsd === undefined && judge.monthlyUsd === undefined) {
    found.push(wrong([], 'has no budget; write dailyUsd or monthlyUsd, such as dailyUsd: 1'));
  }
  if (Object.hasOwn(tenants, JUDGE_TENANT)) {
    const message = 'is the judge’s own tenant; its limits are slo.judge.dailyUsd and monthlyUsd';
    found.push({ path: ['tenants', JUDGE_TENANT], message, isError: true });
  }
  if (!writtenObjectives(checked).some(({ sli }) => sli === 'quality')) {
    const message = 'counts for no promise; write an objective with sli: "quality"';
    found.push(warning(['slo', 'judge'], message));
  }
  return found;
}
