/** The objectives as a file of sloth (`prometheus/v1`), which writes rules of its own from it. */

import { errorBudget } from '../../worker/core/slo/burn-alerts.ts';
import type { Slo } from '../../worker/core/slo/slo.ts';
import { RUNBOOK } from './rule.ts';
import { badEvents, countersOf, outsideParts } from './sli-counters.ts';
import type { Yaml } from './yaml.ts';

/** sloth puts its own windows here. */
const rate = (counter: string): string => `sum(rate(${counter}[{{.window}}]))`;

export function slothFile({ service, objectives }: Slo): Yaml {
  return {
    version: 'prometheus/v1',
    service: slug(service),
    labels: { router: 'carryon' },
    slos: objectives
      // sloth divides by the error budget, and knows no product of ratios.
      .filter((one) => errorBudget(one.target) > 0 && outsideParts(one, objectives).length === 0)
      .map((objective) => {
        const { name, target, why, team } = objective;
        const counters = countersOf(objective);
        return {
          name,
          objective: target,
          ...(why !== null && { description: why }),
          labels: { objective: name, ...(team !== null && { team }) },
          sli: { events: { error_query: badEvents(counters, rate), total_query: rate(counters.all) } },
          alerting: {
            name: 'CarryonBudgetBurns',
            labels: { objective: name },
            annotations: { summary: `${name}: the error budget burns too fast`, runbook: RUNBOOK },
            page_alert: { labels: { severity: 'page' } },
            ticket_alert: { labels: { severity: 'ticket' } },
          },
        };
      }),
  };
}

/** sloth's names have no spaces. */
function slug(text: string): string {
  const slugged = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return slugged === '' ? 'carryon' : slugged;
}
