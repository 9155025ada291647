/** The rules of an average cost. It has no error budget, so its alert fires once the measured average has been too high for a while. */
import type { AverageObjective, Slo } from '../../worker/core/slo/slo.ts';
import { duration, selector } from './promql.ts';
import { atLeast, RUNBOOK, type RuleGroup } from './rule.ts';

const COST = 'objective:carryon_slo_cost_usd:sum';
const REQUESTS = 'objective:carryon_slo_events:sum';
const averageCost = (window: string): string => `objective:carryon_slo_average_cost_usd:increase${window}`;
/** The window that the alert looks at. Its condition must also hold for this long. */
const SHORT = '15m';

export function averageGroup({ name, feature, averageMicroUsd, windowMs }: AverageObjective, slo: Slo): RuleGroup {
  const labels = { objective: name };
  const chosen = selector({ objective: name });
  const bound = averageMicroUsd / 1e6;
  const average = (window: string) => ({
    record: averageCost(window),
    expr: `increase(${COST}${chosen}[${window}]) / (increase(${REQUESTS}${chosen}[${window}]) > 0)`,
    labels,
  });
  return {
    name: `carryon-slo-${name}`,
    interval: '1m',
    rules: [
      { record: COST, expr: `sum(carryon_slo_cost_usd_total${selector({ feature })})`, labels },
      { record: REQUESTS, expr: `sum(carryon_requests_total${selector({ feature }, 'outcome=~"good|bad"')})`, labels },
      average(SHORT),
      average(duration(windowMs)),
      {
        alert: 'CarryonAverageCost',
        expr: `${averageCost(SHORT)}${chosen} > ${bound}\nand increase(${REQUESTS}${chosen}[${SHORT}]) ${atLeast(slo.minErrors)}`,
        for: SHORT,
        labels: { ...labels, ...(feature && { feature }), severity: 'page' },
        annotations: {
          summary: `${name}: more than $${bound} a request`,
          description: `A request${feature === null ? '' : ` of feature ${feature}`} costs $${'{{ printf "%.4f" $value }}'} on average, and at most $${bound} is promised.`,
          runbook: RUNBOOK,
        },
      },
    ],
  };
}
