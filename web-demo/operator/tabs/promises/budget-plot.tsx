import { useMemo } from 'preact/hooks';
import type { ObjectiveHistory } from '../../../../worker/core/slo/history.ts';
import { Plot } from '../../../plots/plot.tsx';
import { budgetPlot } from '../../core/budget-plot.ts';
import { durationWords, objectiveWords } from '../../core/promise-card.ts';
import type { ShownObjective } from '../../core/replies.ts';
import { pathOf, usePage, useRead } from '../../ui/context.ts';
import { Card, Loaded } from '../../ui/pieces.tsx';

/** The error budget that was left, over the window. */
export function BudgetPlot({ objective }: { objective: ShownObjective }) {
  const { tenant, window } = usePage().filters;
  const { name, target } = objective;
  const read = useRead<ObjectiveHistory>(
    pathOf('slo/history', { objective: name, tenant: tenant.value, window: window.value }),
  );
  const data = useMemo(
    () => read.value && budgetPlot(read.value, objectiveWords(objective)),
    [read.value, objective.name],
  );
  return (
    <Card
      title={`Error budget, ${objectiveWords(objective)}`}
      what={
        target >= 100
          ? 'A target of 100 % leaves no budget.'
          : `What is left of ${Number((100 - target).toFixed(6))} % over a rolling ${durationWords(objective.window)}. Marked: incidents, drills, maintenance.`
      }
    >
      <Loaded read={read} rows={6}>
        {() => data && <Plot data={data} height={250} />}
      </Loaded>
    </Card>
  );
}
